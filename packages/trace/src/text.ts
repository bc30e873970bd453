/**
 * @module
 * Text traces: one iteration as rows of eleven fields, in the order in which every resource executes them.
 */
import { type Architecture, type LayerName, layerSizes } from "@tandem-sim/hardware";
import type { Batch } from "@tandem-sim/scheduler";
import { type ModelConfig, TandemError } from "@tandem-sim/schemas";
import type { IterationCosts } from "./costs.js";
import { attendsOnPim } from "./fill-program.js";
import type { HalfProgram, Program } from "./program.js";
import { contextInHalf, type Split, tokensInHalf } from "./split.js";

/** The iteration to be written, and what its rows' sizes follow from. */
export interface TraceSource {
  model: ModelConfig;
  architecture: Architecture;
  elementBytes: number;
  kvElementBytes: number;
  costs: IterationCosts;
  batch: Batch;
  /** Null where the batch ran undivided. */
  split: Split | null;
  program: Program;
  /** Number of the node. */
  node: number;
  /** The instance's PIM channels, numbered on the node; null without offload. */
  channels: { first: number; count: number; perGroup: number } | null;
}

/** One row. Sizes are bytes. Of a marker row (`PIM <channel>`, `PIM END`) only the name counts. */
export interface TraceRow {
  name: string;
  compTimeNs: number;
  inputLocation: string;
  inputBytes: number;
  weightLocation: string;
  weightBytes: number;
  outputLocation: string;
  outputBytes: number;
  commType: string;
  commBytes: number;
  misc: string;
}

const HEADER = "COLOCATED\t\tmodel_parallel_NPU_group: 1";
const COLUMNS =
  "Layername comp_time input_loc input_size weight_loc weight_size output_loc output_size comm_type comm_size misc";
const NAME_WIDTH = 30;
const FIELD_WIDTH = 15;
const LOCAL = "LOCAL";

const formatLine = (fields: readonly (string | number)[]): string =>
  fields
    .map((field, i) => String(field).padEnd(i === 0 ? NAME_WIDTH : FIELD_WIDTH))
    .join(" ")
    .trimEnd();

/** Where a row's data is and how much: from, bytes, weights, to, bytes. */
interface RowSizes {
  from: string;
  input: number;
  weight: number;
  to: string;
  output: number;
}

/** Collects the rows of one iteration. */
class TraceWriter {
  readonly rows: string[] = [];
  private tag = "NONE";

  constructor(private readonly source: TraceSource) {}

  private row(name: string, compTimeNs: number, sizes: RowSizes): void {
    const { from, input, weight, to, output } = sizes;
    const indexed = `${name}_${this.rows.length}`;
    this.rows.push(formatLine([indexed, compTimeNs, from, input, LOCAL, weight, to, output, "NONE", 0, this.tag]));
  }

  /** Rows of an interleaved iteration carry their half. */
  enterHalf(half: number): void {
    this.tag = this.source.split ? `BATCH_${half + 1}` : "NONE";
  }

  private get remote(): string {
    return `REMOTE:${this.source.node}`;
  }

  dense(layers: readonly LayerName[], half: HalfProgram): void {
    for (const layer of layers) this.layer(layer, half.tokens, this.source.costs.gpu.layerNs(layer, half.tokens));
  }

  private layer(layer: LayerName, size: number, compTimeNs: number, from = LOCAL, to = LOCAL): void {
    const { model, elementBytes } = this.source;
    this.row(layer, compTimeNs, { from, to, ...layerSizes(model, layer, size, elementBytes) });
  }

  /** The first rows load token ids from the host; their time is part of it. */
  prologue(half: HalfProgram): void {
    const { prologue } = this.source.architecture;
    const hostNs = this.source.costs.hostNs(half.tokens);
    prologue.forEach((layer, i) => {
      const first = i === 0;
      const ns = this.source.costs.gpu.layerNs(layer, half.tokens) + (first ? hostNs : 0);
      this.layer(layer, half.tokens, ns, first ? this.remote : LOCAL);
    });
  }

  /** The last row stores token ids to the host. */
  head(half: HalfProgram): void {
    const { dense, perSequence } = this.source.architecture.head;
    this.dense(dense, half);
    const hostNs = this.source.costs.hostNs(half.tokens);
    perSequence.forEach((layer, i) => {
      const last = i === perSequence.length - 1;
      const ns = this.source.costs.gpu.layerNs(layer, half.sequences) + (last ? hostNs : 0);
      this.layer(layer, half.sequences, ns, LOCAL, last ? this.remote : LOCAL);
    });
  }

  gpuAttention(half: HalfProgram, h: number): void {
    if (half.gpuAttentionNs === 0) return;
    const { model, elementBytes, kvElementBytes, batch, costs, split } = this.source;
    let tokens = 0;
    let kvTokens = 0;
    for (let i = 0; i < batch.size; i++) {
      const own = tokensInHalf(batch, split, i, h);
      if (own === 0 || attendsOnPim(costs.phase, batch, i)) continue;
      tokens += own;
      kvTokens += contextInHalf(batch, split, i, h) + own;
    }
    const sizes = layerSizes(model, "attention", tokens, elementBytes, { kvTokens, kvElementBytes });
    this.row("attention", half.gpuAttentionNs, { from: LOCAL, to: LOCAL, ...sizes });
  }

  fetch(half: HalfProgram): void {
    if (half.fetchNs > 0) this.transfer("link_fetch", half.fetchNs, half.fetchBytes, this.remote, LOCAL);
  }

  private transfer(name: string, ns: number, bytes: number, from: string, to: string): void {
    this.row(name, ns, { from, input: bytes, weight: 0, to, output: bytes });
  }

  offloaded(half: HalfProgram, h: number, fetchNext: boolean): void {
    if (half.upNs === 0) return;
    this.transfer("link_up", half.upNs, half.upBytes, LOCAL, this.remote);
    this.pim(h);
    if (fetchNext) this.fetch(half);
    if (half.downNs > 0) this.transfer("link_down", half.downNs, half.downBytes, this.remote, LOCAL);
  }

  private pim(h: number): void {
    const { batch } = this.source;
    const { first, count, perGroup } = this.source.channels!;
    for (let channel = 0; channel < count; channel++) {
      this.rows.push(`PIM ${first + channel}`);
      const group = Math.floor(channel / perGroup);
      for (let i = 0; i < batch.size; i++) {
        if (batch.group[i] === group) this.pimRequest(i, h, `${this.remote}.${first + channel}`);
      }
    }
    this.rows.push("PIM END");
  }

  private pimRequest(i: number, h: number, at: string): void {
    const { batch, split, costs } = this.source;
    const { perGroup } = this.source.channels!;
    const tokens = tokensInHalf(batch, split, i, h);
    if (tokens === 0) return;
    const { attention } = costs.pim!;
    const link = costs.link!;
    const context = contextInHalf(batch, split, i, h);
    if (attendsOnPim(costs.phase, batch, i)) {
      const ns = batch.prefill[i] ? attention.prefillNs(context, tokens) : attention.decodeNs(context + 1);
      this.row("attention", ns, {
        from: at,
        input: link.upBytes(tokens) / perGroup,
        weight: 0,
        to: at,
        output: link.downBytes(tokens) / perGroup,
      });
    }
    const kv = link.kvBytes(tokens) / perGroup;
    this.row("kv_append", attention.appendNs(context, tokens), { from: at, input: kv, weight: 0, to: at, output: kv });
  }
}

/** Renders one iteration. */
export function toText(source: TraceSource): string {
  const writer = new TraceWriter(source);
  const { program, architecture } = source;
  const eachHalf = (write: (half: HalfProgram, h: number) => void): void => {
    for (let h = 0; h < program.halves; h++) {
      writer.enterHalf(h);
      write(program.half[h]!, h);
    }
  };
  eachHalf((half) => writer.fetch(half));
  for (let layer = 1; layer <= program.layers; layer++) {
    eachHalf((half, h) => {
      if (layer === 1) writer.prologue(half);
      else writer.dense(architecture.post, half);
      writer.dense(architecture.pre, half);
      writer.gpuAttention(half, h);
      writer.offloaded(half, h, layer < program.layers);
    });
  }
  eachHalf((half) => {
    writer.dense(architecture.post, half);
    if (half.sequences > 0) writer.head(half);
  });
  return `${[HEADER, writer.rows.length, formatLine(COLUMNS.split(" ")), ...writer.rows].join("\n")}\n`;
}

/**
 * Reads a text trace.
 *
 * @param source file name, for errors
 * @throws {TandemError} E_PARSE naming the line
 */
export function parseText(text: string, source: string): TraceRow[] {
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  const complain = (message: string, at: number): never => {
    throw new TandemError("E_PARSE", message, { where: `${source}:${at}` });
  };
  if (!lines[0]?.startsWith("COLOCATED")) complain("not a trace: the first line does not begin with COLOCATED", 1);
  if (Number(lines[1]) !== lines.length - 3) complain(`${lines[1]} rows announced, ${lines.length - 3} found`, 2);
  return lines.slice(3).map((row, i) => {
    if (row.startsWith("PIM ")) return marker(row.trimEnd());
    const fields = row.trim().split(/\s+/);
    if (fields.length !== 11) complain(`expected 11 fields, found ${fields.length}`, i + 4);
    const [name, time, from, input, weightLocation, weight, to, output, commType, comm, misc] = fields as string[];
    return {
      name: name!,
      compTimeNs: Number(time),
      inputLocation: from!,
      inputBytes: Number(input),
      weightLocation: weightLocation!,
      weightBytes: Number(weight),
      outputLocation: to!,
      outputBytes: Number(output),
      commType: commType!,
      commBytes: Number(comm),
      misc: misc!,
    };
  });
}

const marker = (name: string): TraceRow => ({
  name,
  compTimeNs: 0,
  inputLocation: "",
  inputBytes: 0,
  weightLocation: "",
  weightBytes: 0,
  outputLocation: "",
  outputBytes: 0,
  commType: "",
  commBytes: 0,
  misc: "",
});
