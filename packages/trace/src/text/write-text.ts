/**
 * @module
 * Writes text traces: one iteration as rows of eleven fields, in the order in which its stages are issued.
 */
import { type Architecture, type LayerName, layerSizes, outLayers, type Piece, piecesAt } from "@tandem-sim/hardware";
import type { ModelConfig } from "@tandem-sim/schemas";
import { attentionNs } from "../batch-table.js";
import { type Part, partsOf } from "../division.js";
import type { StageSink } from "../player.js";
import { issued, longestNs, type StageTable } from "../stage-table.js";
import { attentionWork, type CostedBatch } from "../stage-work.js";
import { COLUMNS, channelMarker, END_OF_PIM, HEADER } from "./row.js";
import { RunTimes } from "./run-times.js";

/** The iteration to be written, and what its rows' sizes follow from. */
export interface TraceSource extends CostedBatch {
  /** As one GPU holds it. */
  model: ModelConfig;
  architecture: Architecture;
  elementBytes: number;
  kvElementBytes: number;
  table: StageTable;
  /** Number of the node. */
  node: number;
  /** Plays the iteration again, run by run: needed where resources slow each other down. */
  replay?: (sink: StageSink) => void;
}

const NAME_WIDTH = 30;
const FIELD_WIDTH = 15;
const LOCAL = "LOCAL";
/** A memory beside each GPU. */
const BESIDE = "DEVICE";

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
  /** A collective, and the bytes of its operand; none where left out. */
  comm?: { type: string; bytes: number };
}

/** Collects the rows of one iteration. */
class TraceWriter {
  readonly rows: string[] = [];
  private readonly times: RunTimes;
  private subBatch = 0;
  private layerNumber = 0;
  /** Host memory, and where PIM is. */
  private readonly remote: string;
  private readonly pimAt: string;
  /** How the stages of a decoder are told in rows; any other is one row. */
  private readonly stages: Readonly<Record<string, (stage: number) => void>> = {
    prologue: () => this.prologue(),
    pre: () => this.dense(this.source.architecture.pre),
    post: () => this.dense(this.source.architecture.post),
    out: () => this.dense(outLayers(this.source.architecture)),
    mlp: () => this.dense(this.source.architecture.post.slice(outLayers(this.source.architecture).length)),
    allreduce: (stage) => this.allReduce(stage),
    attention: (stage) => this.attention(stage),
    head: () => this.head(),
    up: (stage) => this.transfer("link_up", stage, LOCAL, this.pimAt),
    pim: (stage) => this.pim(stage),
    fetch: (stage) => this.transfer("link_fetch", stage, this.pimAt, LOCAL),
    down: (stage) => this.transfer("link_down", stage, this.pimAt, LOCAL),
  };

  constructor(private readonly source: TraceSource) {
    this.times = new RunTimes(source.table.graph.contend ? (source.replay ?? null) : null);
    this.remote = `REMOTE:${source.node}`;
    this.pimAt = { host: this.remote, device: BESIDE, gpu: LOCAL }[source.costs.pim?.attach ?? "host"];
  }

  /** The rows of one run of a stage. */
  write(stage: number, layer: number): void {
    const { table } = this.source;
    const { name, subBatch } = table.graph.stages[stage];
    this.subBatch = subBatch;
    this.layerNumber = layer;
    this.times.begin(stage, layer, 0, longestNs(table, stage));
    if (Object.hasOwn(this.stages, name)) this.stages[name](stage);
    else this.transfer(name, stage, LOCAL, LOCAL);
  }

  private row(name: string, compTimeNs: number, sizes: RowSizes): void {
    const { from, input, weight, to, output, comm = { type: "NONE", bytes: 0 } } = sizes;
    const indexed = `${name}_${this.rows.length}`;
    const tag = this.source.division ? `BATCH_${this.subBatch + 1}` : "NONE";
    const ns = this.times.next(compTimeNs);
    this.rows.push(formatLine([indexed, ns, from, input, LOCAL, weight, to, output, comm.type, comm.bytes, tag]));
  }

  private get tokens(): number {
    return this.source.table.tokens[this.subBatch];
  }

  private dense(layers: readonly LayerName[]): void {
    for (const layer of layers) this.layer(layer, this.tokens, this.source.costs.gpu.layerNs(layer, this.tokens));
  }

  private layer(layer: LayerName, size: number, compTimeNs: number, from = LOCAL, to = LOCAL): void {
    const { model, elementBytes } = this.source;
    this.row(layer, compTimeNs, { from, to, ...layerSizes(model, layer, size, elementBytes) });
  }

  /** The first rows load token ids from the host; their time is part of it. */
  private prologue(): void {
    const { architecture, costs } = this.source;
    architecture.prologue.forEach((layer, i) => {
      const isFirst = i === 0;
      const ns = costs.gpu.layerNs(layer, this.tokens) + (isFirst ? costs.hostNs(this.tokens) : 0);
      this.layer(layer, this.tokens, ns, isFirst ? this.remote : LOCAL);
    });
  }

  /** The last row stores token ids to the host. */
  private head(): void {
    const { architecture, costs, table } = this.source;
    const { dense, perSequence } = architecture.head;
    this.dense(dense);
    const sequences = table.sequences[this.subBatch];
    perSequence.forEach((layer, i) => {
      const isLast = i === perSequence.length - 1;
      const ns = costs.gpu.layerNs(layer, sequences) + (isLast ? costs.hostNs(this.tokens) : 0);
      this.layer(layer, sequences, ns, LOCAL, isLast ? this.remote : LOCAL);
    });
  }

  private attention(stage: number): void {
    const { model, elementBytes, kvElementBytes, table } = this.source;
    const { tokens, context: kvTokens } = attentionWork(this.source, this.subBatch).gpu;
    const sizes = layerSizes(model, "attention", tokens, elementBytes, { kvTokens, kvElementBytes });
    this.row("attention", longestNs(table, stage), { from: LOCAL, to: LOCAL, ...sizes });
  }

  private transfer(name: string, stage: number, from: string, to: string): void {
    const { table } = this.source;
    const bytes = table.bytes[stage];
    this.row(name, longestNs(table, stage), { from, input: bytes, weight: 0, to, output: bytes });
  }

  private allReduce(stage: number): void {
    const { costs, table } = this.source;
    const bytes = costs.collective?.bytes(this.tokens) ?? 0;
    const sizes = { from: LOCAL, input: bytes, weight: 0, to: LOCAL, output: bytes };
    this.row("allreduce", longestNs(table, stage), { ...sizes, comm: { type: "ALLREDUCE", bytes } });
  }

  private pim(stage: number): void {
    const { batch, division, costs, table } = this.source;
    if (!costs.pim) return;
    const { firstChannel, channels, layout } = costs.pim;
    const pieces = partsOf(batch, division, this.subBatch).flatMap((part) =>
      piecesAt(layout.stripes, batch.group[part.i], part.context, part.tokens).map((piece) => ({ part, piece })),
    );
    for (let channel = 0; channel < channels; channel++) {
      this.rows.push(channelMarker(firstChannel + channel));
      const group = Math.floor(channel / layout.channelsPerGroup);
      this.times.begin(stage, this.layerNumber, group, table.ns[table.offset[stage] + group]);
      for (const { part, piece } of pieces) {
        if (piece.group === group) this.pimRequest(part, piece, `${this.pimAt}.${firstChannel + channel}`);
      }
    }
    this.rows.push(END_OF_PIM);
  }

  private pimRequest({ i, tokens, context }: Part, piece: Piece, at: string): void {
    const { pim } = this.source.costs;
    if (!pim) return;
    const { bytes, link, layout } = pim;
    const prefill = this.source.batch.prefill[i] === 1;
    const attends = pim.attendsOnPim(prefill);
    // The GPU has written K and V where they stay.
    if (!attends && !link) return;
    const { stored, queries, undivided } = piece;
    const kv = bytes.kvBytes(stored) / layout.channelsPerGroup;
    if (attends) {
      const outputs = bytes.downBytes(undivided) + bytes.partialBytes(queries - undivided);
      this.row("attention", attentionNs(pim, prefill, context, tokens, piece.piece), {
        from: at,
        input: (bytes.upBytes(queries) - bytes.kvBytes(queries) + bytes.kvBytes(stored)) / layout.channelsPerGroup,
        weight: 0,
        to: at,
        output: outputs / layout.channelsPerGroup,
      });
    }
    if (stored === 0) return;
    const ns = pim.attention.appendNs(piece.context, stored);
    this.row("kv_append", ns, { from: at, input: kv, weight: 0, to: at, output: kv });
  }
}

/** Renders one iteration. */
export function toText(source: TraceSource): string {
  const writer = new TraceWriter(source);
  for (const { stage, layer } of issued(source.table)) writer.write(stage, layer);
  return `${[HEADER, writer.rows.length, formatLine(COLUMNS), ...writer.rows].join("\n")}\n`;
}
