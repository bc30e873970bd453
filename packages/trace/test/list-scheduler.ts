/**
 * @module
 * A slow and obvious schedule of one iteration: every op is written down with what it waits for, and every resource
 * runs its ops in order, each as soon as it may. No recurrence, no steady state. `Player` has to agree with it.
 */
import { crossed, inTurn, partByPart } from "../src/index.js";
import { type Iteration, reducesIn } from "./iterations.js";

/** The stages of a decoder, by name. */
export type OpKind =
  | "prologue"
  | "pre"
  | "attention"
  | "out"
  | "reduce out"
  | "post"
  | "reduce post"
  | "head"
  | "up"
  | "pim"
  | "down"
  | "merge"
  | "fetch";

export interface Op {
  kind: OpKind;
  subBatch: number;
  layer: number;
  group: number;
  durationNs: number;
  /** Ops that have to end before. */
  after: Op[];
  startNs: number;
  endNs: number;
}

/** Queues of ops, in order, by resource: `gpu`, `up`, `down`, `group <g>`, `reduce`. */
type Queues = Map<string, Op[]>;

class Writer {
  readonly queues: Queues = new Map();
  private readonly last = new Map<string, Op>();

  constructor(private readonly iteration: Iteration) {}

  /** What the op of this name does, if it exists. */
  find(kind: OpKind, subBatch: number, layer: number, group = -1): Op[] {
    const op = this.last.get(`${kind} ${subBatch} ${layer} ${group}`);
    return op ? [op] : [];
  }

  /** All ops in the order in which they are written down. */
  readonly written: Op[] = [];

  private write(
    resource: string,
    kind: OpKind,
    subBatch: number,
    layer: number,
    durationNs: number,
    after: Op[],
    group = -1,
  ): Op {
    const op: Op = { kind, subBatch, layer, group, durationNs, after, startNs: Number.NaN, endNs: Number.NaN };
    this.written.push(op);
    this.queues.set(resource, [...(this.queues.get(resource) ?? []), op]);
    this.last.set(`${kind} ${subBatch} ${layer} ${group}`, op);
    return op;
  }

  fetch(subBatch: number, layer: number): void {
    const { fetchNs, upNs } = this.iteration.subBatches[subBatch]!;
    if (fetchNs > 0 && upNs > 0 && this.iteration.access === undefined)
      this.write("down", "fetch", subBatch, layer, fetchNs, []);
  }

  /** In front of the MLP, where several GPUs share the layers. */
  out(subBatch: number, layer: number): void {
    this.merge(subBatch, layer);
    const { outNs, reduceNs } = this.iteration.subBatches[subBatch]!;
    if (reduceNs === 0) return;
    const out = this.write("gpu", "out", subBatch, layer, outNs, this.layerDone(subBatch, layer));
    this.write("reduce", "reduce out", subBatch, layer, reduceNs, [out]);
  }

  /** Partial results that have come down, in front of whatever is next on the GPU. */
  private merge(subBatch: number, layer: number): void {
    const { mergeNs } = this.iteration.subBatches[subBatch]!;
    const down = this.find("down", subBatch, layer);
    const ready = this.iteration.access === undefined ? down : this.allGroups(subBatch, layer);
    if (mergeNs > 0) this.write("gpu", "merge", subBatch, layer, mergeNs, ready);
  }

  mlp(subBatch: number, layer: number): void {
    const { postNs, reduceNs } = this.iteration.subBatches[subBatch]!;
    const attended = reduceNs > 0 ? this.find("reduce out", subBatch, layer) : this.layerDone(subBatch, layer);
    const post = this.write("gpu", "post", subBatch, layer, postNs, attended);
    if (reduceNs > 0) this.write("reduce", "reduce post", subBatch, layer, reduceNs, [post]);
  }

  /** The prologue, if it is the first layer; pre; attention, wherever it is. */
  into(subBatch: number, layer: number): void {
    const { prologueNs, preNs, gpuAttentionNs } = this.iteration.subBatches[subBatch]!;
    if (layer === 1) this.write("gpu", "prologue", subBatch, 1, prologueNs, []);
    this.write("gpu", "pre", subBatch, layer, preNs, this.find("reduce post", subBatch, layer - 1));
    if (gpuAttentionNs > 0)
      this.write("gpu", "attention", subBatch, layer, gpuAttentionNs, this.find("fetch", subBatch, layer));
    this.offloaded(subBatch, layer);
  }

  /** Up, attention and appends on the groups, the next layer's fetch, down. */
  private offloaded(subBatch: number, layer: number): void {
    const { upNs, downNs, groupNs } = this.iteration.subBatches[subBatch]!;
    if (upNs === 0) return;
    const pre = this.find("pre", subBatch, layer);
    if (this.iteration.access !== undefined) {
      for (let g = 0; g < this.iteration.groups; g++)
        if (groupNs[g]! > 0) this.write(`group ${g}`, "pim", subBatch, layer, groupNs[g]!, pre, g);
      return;
    }
    const up = this.write("up", "up", subBatch, layer, upNs, pre);
    const pims: Op[] = [];
    for (let g = 0; g < this.iteration.groups; g++) {
      if (groupNs[g]! > 0) pims.push(this.write(`group ${g}`, "pim", subBatch, layer, groupNs[g]!, [up], g));
    }
    if (layer < this.iteration.layers) this.fetch(subBatch, layer + 1);
    if (downNs > 0) this.write("down", "down", subBatch, layer, downNs, [up, ...pims]);
  }

  head(subBatch: number): void {
    const { layers } = this.iteration;
    const { headNs } = this.iteration.subBatches[subBatch]!;
    this.write("gpu", "head", subBatch, layers, headNs, this.find("reduce post", subBatch, layers));
  }

  private layerDone = (subBatch: number, layer: number): Op[] => [
    ...this.find("attention", subBatch, layer),
    ...this.find("down", subBatch, layer),
    ...this.find("merge", subBatch, layer),
    // In one memory nothing comes down.
    ...(this.iteration.access === undefined ? [] : this.allGroups(subBatch, layer)),
  ];

  private allGroups = (subBatch: number, layer: number): Op[] =>
    Array.from({ length: this.iteration.groups }, (_, g) => this.find("pim", subBatch, layer, g)).flat();
}

/** All layers behind the first attention, one way of writing for each order. */
const layersInOrder = new Map([
  [
    inTurn,
    (writer: Writer, subBatches: readonly number[], layers: number): void => {
      for (let layer = 1; layer <= layers; layer++) {
        for (const subBatch of subBatches) {
          writer.out(subBatch, layer);
          writer.mlp(subBatch, layer);
          if (layer < layers) writer.into(subBatch, layer + 1);
          else writer.head(subBatch);
        }
      }
    },
  ],
  [
    crossed,
    (writer: Writer, _subBatches: readonly number[], layers: number): void => {
      writer.out(0, 1);
      for (let layer = 1; layer <= layers; layer++) {
        writer.mlp(0, layer);
        if (layer === layers) writer.head(0);
        writer.out(1, layer);
        if (layer < layers) writer.into(0, layer + 1);
        writer.mlp(1, layer);
        if (layer === layers) writer.head(1);
        else {
          writer.out(0, layer + 1);
          writer.into(1, layer + 1);
        }
      }
    },
  ],
  [
    partByPart,
    (writer: Writer, subBatches: readonly number[], layers: number): void => {
      for (let layer = 1; layer <= layers; layer++) {
        for (const subBatch of subBatches) writer.out(subBatch, layer);
        for (const subBatch of subBatches) {
          writer.mlp(subBatch, layer);
          if (layer === layers) writer.head(subBatch);
        }
        if (layer < layers) for (const subBatch of subBatches) writer.into(subBatch, layer + 1);
      }
    },
  ],
]);

function writeDown(iteration: Iteration): Writer {
  const writer = new Writer(iteration);
  const { layers, subBatches: all, order = inTurn } = iteration;
  const subBatches = [...all.keys()];
  for (const subBatch of subBatches) writer.fetch(subBatch, 1);
  for (const subBatch of subBatches) writer.into(subBatch, 1);
  layersInOrder.get(order)!(writer, subBatches, layers);
  return writer;
}

/** Starts ops until none is left: the first op of a queue once what it waits for has ended. */
function run(queues: Queues): void {
  const next = new Map([...queues.keys()].map((resource) => [resource, 0]));
  const freeNs = new Map([...queues.keys()].map((resource) => [resource, 0]));
  for (let left = [...queues.values()].flat().length; left > 0; ) {
    const before = left;
    for (const [resource, ops] of queues) {
      const op = ops[next.get(resource)!];
      if (!op || op.after.some(({ endNs }) => Number.isNaN(endNs))) continue;
      op.startNs = Math.max(freeNs.get(resource)!, ...op.after.map(({ endNs }) => endNs));
      op.endNs = op.startNs + op.durationNs;
      freeNs.set(resource, op.endNs);
      next.set(resource, next.get(resource)! + 1);
      left--;
    }
    if (left === before) throw new Error("the ops wait for each other");
  }
}

/**
 * The same where an op of the GPU and one of PIM exclude each other: one op after the other, as they are written down, each
 * behind all ops of the other that stand in front of it.
 */
function runBlocked({ written }: Writer): void {
  const freeNs = new Map<string, number>();
  const until = { gpu: 0, pim: 0 };
  for (const op of written) {
    const resource = op.kind === "pim" ? `group ${op.group}` : op.kind.startsWith("reduce") ? "reduce" : "gpu";
    const excluded = resource === "reduce" ? 0 : op.kind === "pim" ? until.gpu : until.pim;
    op.startNs = Math.max(freeNs.get(resource) ?? 0, excluded, ...op.after.map(({ endNs }) => endNs));
    op.endNs = op.startNs + op.durationNs;
    freeNs.set(resource, op.endNs);
    if (resource === "reduce") continue;
    const side = op.kind === "pim" ? "pim" : "gpu";
    until[side] = Math.max(until[side], op.endNs);
  }
}

/** Ops written down, for another way to run them. */
export const opsOf = (iteration: Iteration): Op[] => writeDown(iteration).written;

/** When each op of an iteration in which GPU and PIM exclude each other starts and ends. */
export function blockedOps(iteration: Iteration): Op[] {
  const writer = writeDown(iteration);
  runBlocked(writer);
  return writer.written;
}

/** Stretches in which at least one of the ops runs. */
function unionOf(ops: readonly Op[]): { startNs: number; endNs: number }[] {
  const union: { startNs: number; endNs: number }[] = [];
  for (const { startNs, endNs } of [...ops].sort((a, b) => a.startNs - b.startNs)) {
    const last = union.at(-1);
    if (last && startNs <= last.endNs) last.endNs = Math.max(last.endNs, endNs);
    else union.push({ startNs, endNs });
  }
  return union;
}

const lengthOf = (stretches: readonly { startNs: number; endNs: number }[]): number =>
  stretches.reduce((ns, { startNs, endNs }) => ns + endNs - startNs, 0);

export function listSchedule(iteration: Iteration) {
  const writer = writeDown(iteration);
  run(writer.queues);
  const ops = [...writer.queues.values()].flat();
  const pims = ops.filter(({ kind }) => kind === "pim");
  const busy = (resource: string): number =>
    (writer.queues.get(resource) ?? []).reduce((ns, op) => ns + op.durationNs, 0);
  const gaps = gpuGaps(writer, reducesIn(iteration));
  return {
    ops,
    resources: writer.queues,
    played: {
      latencyNs: Math.max(...ops.map(({ endNs }) => endNs)),
      gpuBusyNs: busy("gpu"),
      pimBusyNs: lengthOf(unionOf(pims)),
      groupBusyNs: Array.from({ length: iteration.groups }, (_, g) => busy(`group ${g}`)),
      upBusyNs: busy("up"),
      downBusyNs: busy("down"),
      gpuWaitsForPimNs: gaps.pim,
      reduceBusyNs: busy("reduce"),
      gpuWaitsForReducesNs: gaps.reduces,
      gpuWaitsForLinkNs: gaps.all - gaps.pim - gaps.reduces,
      pimWaitsForLinkNs: pimGaps(pims),
    },
  };
}

/** Time in which the GPU idles before an op, and the parts of it in which that op's sub-batch is on PIM, or adds up. */
function gpuGaps(writer: Writer, reduces: boolean): { all: number; pim: number; reduces: number } {
  const gaps = { all: 0, pim: 0, reduces: 0 };
  let freeNs = 0;
  for (const { kind, subBatch, layer, startNs, endNs } of writer.queues.get("gpu")!) {
    gaps.all += startNs - freeNs;
    const [up] = writer.find("up", subBatch, layer);
    const [down] = writer.find("down", subBatch, layer);
    const [merge] = writer.find("merge", subBatch, layer);
    if (kind === (merge ? "merge" : reduces ? "out" : "post") && up && down) {
      const pimEnd = Math.max(...down.after.map((op) => op.endNs));
      gaps.pim += Math.max(0, Math.min(startNs, pimEnd) - Math.max(freeNs, up.endNs));
    }
    if (reduces && (kind === "post" || kind === "pre" || kind === "head")) gaps.reduces += startNs - freeNs;
    freeNs = endNs;
  }
  return gaps;
}

/** Time in which no channel computes while the transfer that the next to compute waits for is under way. */
function pimGaps(pims: readonly Op[]): number {
  let ns = 0;
  let freeNs = 0;
  for (const { startNs, endNs } of unionOf(pims)) {
    const first = pims.find((op) => op.startNs === startNs && op.after[0]!.endNs === startNs);
    if (first) ns += Math.max(0, startNs - Math.max(freeNs, first.after[0]!.startNs));
    freeNs = endNs;
  }
  return ns;
}
