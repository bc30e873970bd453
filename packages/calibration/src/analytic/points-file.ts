/**
 * @module
 * `points.csv`: the few kernels that an owner of a GPU measures, as `measure/measure_points.py` writes them.
 */
import { parseTable, TandemError } from "@tandem-sim/schemas";
import { type AttentionPoint, type KernelPoints, numbersIn, type ProductPoint } from "./measurements.js";

/** Passes that are measured: elements that move for each column of a row. */
export const passElements = { layernorm: 4, act_fn: 3 } as const;
type MeasuredPass = keyof typeof passElements;

/** A pass over `rows` of `width` columns, us: hidden ones of a norm with its residual, outputs of a gated activation. */
interface PassPoint {
  layer: MeasuredPass;
  rows: number;
  width: number;
  us: number;
}

export interface MeasuredPoints extends KernelPoints {
  passes: readonly PassPoint[];
  /** The GPU in its driver's words. */
  gpu: string | undefined;
}

const sizeColumns = ["m", "n", "k", "chunk", "cached", "decodes", "context", "heads", "kv_heads", "head_dim"] as const;
type Row = Readonly<Record<(typeof sizeColumns)[number] | "time_us", number>>;

const product = ({ m, n, k, time_us }: Row): ProductPoint => ({ rows: m, input: k, output: n, us: time_us });

const attention = ({ chunk, cached, decodes, context, heads, kv_heads, head_dim, time_us }: Row): AttentionPoint => ({
  heads,
  kvHeads: kv_heads,
  headDim: head_dim,
  chunk,
  cached,
  decodes,
  context,
  us: time_us,
});

/** What each kind of row needs above zero. */
const needed: Readonly<Record<string, readonly (readonly (keyof Row)[])[]>> = {
  gemm: [["m"], ["n"], ["k"]],
  attention: [["chunk", "decodes"], ["heads"], ["kv_heads"], ["head_dim"]],
  layernorm: [["m"], ["n"]],
  act_fn: [["m"], ["n"]],
};

function checkRow(kind: string, row: Row, where: string): void {
  const columns = Object.hasOwn(needed, kind) ? needed[kind] : undefined;
  if (!columns)
    throw new TandemError("E_PARSE", `unknown kind "${kind}"`, { where, hint: Object.keys(needed).join(", ") });
  if (sizeColumns.some((column) => !Number.isInteger(row[column]) || row[column] < 0))
    throw new TandemError("E_PARSE", "sizes are whole numbers, at least 0", { where });
  const missing = columns.find((some) => some.every((column) => row[column] === 0));
  if (missing) throw new TandemError("E_PARSE", `${kind} without ${missing.join(" or ")}`, { where });
  if (!(row.time_us > 0))
    throw new TandemError("E_PARSE", `time_us is ${row.time_us}: nothing was measured`, {
      where,
      hint: "--dry-run writes such a plan; run it on the GPU without that",
    });
}

/**
 * @throws {TandemError} E_PARSE, E_SCHEMA with the line that is wrong, or was not measured
 * @example
 * parsePoints("kind,m,n,k,...,time_us,gpu\ngemm,16,28672,4096,...,81.5,NVIDIA H100\n", "points.csv").products;
 */
export function parsePoints(text: string, source: string): MeasuredPoints {
  const columns = [...sizeColumns, "time_us"];
  const { rows } = parseTable({ text, source }, () => ["kind", ...columns]);
  const points = rows.map((row) => {
    const kind = row.cells.get("kind") ?? "";
    const point = numbersIn(row, columns) as Row;
    checkRow(kind, point, `${source}:${row.line}`);
    return { kind, point };
  });
  const of = (kind: string): Row[] => points.flatMap((row) => (row.kind === kind ? [row.point] : []));
  return {
    products: of("gemm").map(product),
    attention: of("attention").map(attention),
    passes: (Object.keys(passElements) as MeasuredPass[]).flatMap((layer) =>
      of(layer).map(({ m, n, time_us }) => ({ layer, rows: m, width: n, us: time_us })),
    ),
    gpu: rows.find(({ cells }) => cells.get("gpu"))?.cells.get("gpu"),
  };
}
