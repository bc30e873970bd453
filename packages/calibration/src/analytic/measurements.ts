/**
 * @module
 * Times of single kernels on one GPU, as columns of a CSV file: what constants and efficiencies are fitted to.
 */
import { numberIn, parseTable, type TableRow } from "@tandem-sim/schemas";

/** A product of `rows` x `input` activations and `input` x `output` weights, us. */
export interface ProductPoint {
  rows: number;
  input: number;
  output: number;
  us: number;
}

/** Attention of one layer, us: a prompt chunk behind cached tokens, equal decodes, or both. */
export interface AttentionPoint {
  heads: number;
  kvHeads: number;
  headDim: number;
  chunk: number;
  cached: number;
  decodes: number;
  context: number;
  us: number;
}

/** Columns of a vocabulary: its product runs once in an iteration, those of layers dozens of times. */
const vocabulary = 65_536;

/** A product that layers run, which an efficiency is worth most for. */
export const isOfLayer = ({ output }: ProductPoint): boolean => output < vocabulary;

/** Prompts alone, and decodes alone: what efficiencies are fitted to. */
export const isPrompt = ({ chunk, decodes }: AttentionPoint): boolean => chunk > 0 && decodes === 0;
export const isDecode = ({ chunk }: AttentionPoint): boolean => chunk === 0;

/** What was measured of a GPU. Elements have 16 bits. */
export interface KernelPoints {
  products: readonly ProductPoint[];
  attention: readonly AttentionPoint[];
}

/** The numbers in some columns of a row. @throws {TandemError} E_SCHEMA */
export const numbersIn = (row: TableRow, columns: readonly string[]): Record<string, number> =>
  Object.fromEntries(columns.map((column) => [column, numberIn(row, column)]));

/** The numbers in some columns of a table. @throws {TandemError} E_PARSE, E_SCHEMA, naming the line */
const numberRows = (text: string, columns: readonly string[], source: string): Record<string, number>[] =>
  parseTable({ text, source }, () => columns).rows.map((row) => numbersIn(row, columns));

/** Columns m, n, k, time_us of m x k by k x n. */
export const parseProducts = (text: string, source: string): ProductPoint[] =>
  numberRows(text, ["m", "n", "k", "time_us"], source).map((row) => ({
    rows: row.m,
    input: row.k,
    output: row.n,
    us: row.time_us,
  }));

const headColumns = ["heads", "kv_heads", "head_dim", "time_us"] as const;
const headsOf = (row: Record<string, number>) => ({
  heads: row.heads,
  kvHeads: row.kv_heads,
  headDim: row.head_dim,
  us: row.time_us,
});

/** Columns batch, tokens, heads, kv_heads, head_dim, time_us. Only single prompts: a batch knows no lengths of its prompts. */
export const parsePrompts = (text: string, source: string): AttentionPoint[] =>
  numberRows(text, ["batch", "tokens", ...headColumns], source)
    .filter((row) => row.batch === 1)
    .map((row) => ({ ...headsOf(row), chunk: row.tokens, cached: 0, decodes: 0, context: 0 }));

/** Columns batch, context, heads, kv_heads, head_dim, time_us. */
export const parseDecodes = (text: string, source: string): AttentionPoint[] =>
  numberRows(text, ["batch", "context", ...headColumns], source).map((row) => ({
    ...headsOf(row),
    chunk: 0,
    cached: 0,
    decodes: row.batch,
    context: row.context,
  }));

const elementBytes = 2;
/** Reads below it are latency, however warm L2 is. */
const smallRead = 8e6;

/**
 * The points that a benchmark which replays on the same buffers measures as a server would: what it reads again fits in L2
 * where a server's would not be there.
 */
export function coldPoints({ products, attention }: KernelPoints, l2Bytes: number): KernelPoints {
  const turnsOver = (bytes: number): boolean => bytes > 1.5 * l2Bytes;
  return {
    products: products.filter(({ input, output }) => turnsOver(elementBytes * input * output)),
    attention: attention.filter(({ decodes, context, kvHeads, headDim }) => {
      const bytes = 2 * elementBytes * decodes * context * kvHeads * headDim;
      return bytes < smallRead || turnsOver(bytes);
    }),
  };
}
