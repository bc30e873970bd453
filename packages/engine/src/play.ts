/**
 * @module
 * The exact event times of one iteration's program. GPU, link up, every channel group and link down are exclusive and
 * serve the halves in turn, layer by layer.
 *
 * A layer of both halves is one step of a max-plus recurrence on the times at which each resource is free. Once a step
 * moves all of them by the same amount, every further step does: the rest is a multiplication, and stays exact.
 */
import { gpuBusyNs, type HalfProgram, type Program } from "@tandem-sim/trace";

/** What an op of the iteration is, for recorders. */
export type OpKind = "prologue" | "pre" | "attention" | "post" | "head" | "up" | "pim" | "down" | "fetch";

/**
 * Receives every op with times relative to the iteration's start.
 *
 * @param group channel group of a `pim` op, -1 otherwise
 */
export type Recorder = (
  kind: OpKind,
  half: 0 | 1,
  layer: number,
  group: number,
  startNs: number,
  durationNs: number,
) => void;

/** Outcome of a play. All values are whole ns. */
export interface Played {
  /** From the iteration's start to its end. */
  latencyNs: number;
  /** GPU runs a segment. */
  gpuBusyNs: number;
  /** At least one channel computes. */
  pimBusyNs: number;
  /** Sum over groups of the time that the group computes. */
  groupBusyNs: number;
  upBusyNs: number;
  downBusyNs: number;
  /** GPU idle while the half that it waits for is on PIM. */
  gpuWaitsForPimNs: number;
  /** GPU idle while the half that it waits for is on the link, or in its queue. */
  gpuWaitsForLinkNs: number;
  /** No channel computes while the transfer that the next one needs is under way. */
  pimWaitsForLinkNs: number;
}

export const createPlayed = (): Played => ({
  latencyNs: 0,
  gpuBusyNs: 0,
  pimBusyNs: 0,
  groupBusyNs: 0,
  upBusyNs: 0,
  downBusyNs: 0,
  gpuWaitsForPimNs: 0,
  gpuWaitsForLinkNs: 0,
  pimWaitsForLinkNs: 0,
});

/** Times at which resources are free and halves may go on. Twelve named slots, then one per group. */
const GPU = 0;
const UP = 1;
const DOWN = 2;
/** End of the time that some channel has been busy until. */
const COVERED = 3;
/** Half h may start its next dense segment. */
const READY = 4;
/** The K and V of half h's prefix hits for the next layer are on the GPU. */
const FETCHED = 6;
/** When the PIM stage of half h began and ended in its last layer. */
const PIM_START = 8;
const PIM_END = 10;
const GROUP = 12;

/** Sums that grow by the same amount with every layer of the steady state. */
const COVERED_NS = 0;
const GPU_WAITS_PIM = 1;
const GPU_WAITS_LINK = 2;
const PIM_WAITS_LINK = 3;
const SUMS = 4;

/** Plays programs of one instance; keeps its buffers between iterations. */
export class Player {
  private readonly state: Float64Array;
  private readonly before: Float64Array;
  /** State slots that the current program uses, and how many. */
  private readonly slots: Int32Array;
  private used = 0;
  private readonly groupUsed: Uint8Array;
  private readonly sums = new Float64Array(SUMS);
  private readonly sumsBefore = new Float64Array(SUMS);

  constructor(groups: number) {
    this.state = new Float64Array(GROUP + groups);
    this.before = new Float64Array(GROUP + groups);
    this.slots = new Int32Array(GROUP + groups);
    this.groupUsed = new Uint8Array(groups);
  }

  /** Computes the schedule of `program` into `out`; with a recorder, op by op. */
  play(program: Program, out: Played, recorder: Recorder | null = null): void {
    this.reset(program);
    const { layers } = program;
    // The first layer's prefix hits come down before anything else.
    for (let h = 0; h < program.halves; h++) this.fetch(program.half[h]!, h as 0 | 1, 1, recorder);
    this.layer(program, 1, recorder);
    let layer = 2;
    for (; layer < layers; layer++) {
      this.before.set(this.state);
      this.sumsBefore.set(this.sums);
      this.layer(program, layer, recorder);
      const step = recorder ? Number.NaN : this.steadyStep();
      if (!Number.isNaN(step)) {
        const rest = layers - 1 - layer;
        for (let i = 0; i < this.used; i++) this.state[this.slots[i]!]! += step * rest;
        for (let i = 0; i < SUMS; i++) this.sums[i]! += (this.sums[i]! - this.sumsBefore[i]!) * rest;
        layer = layers;
        break;
      }
    }
    if (layers > 1) this.layer(program, layers, recorder);
    this.finish(program, out, recorder);
  }

  private reset(program: Program): void {
    this.state.fill(0);
    this.sums.fill(0);
    this.used = 0;
    this.slots[this.used++] = GPU;
    let anyUp = false;
    let anyDown = false;
    this.groupUsed.fill(0);
    for (let h = 0; h < program.halves; h++) {
      const half = program.half[h]!;
      this.slots[this.used++] = READY + h;
      if (half.upNs > 0) {
        anyUp = true;
        this.slots[this.used++] = PIM_START + h;
        this.slots[this.used++] = PIM_END + h;
      }
      if (half.downNs > 0 || half.fetchNs > 0) anyDown = true;
      if (half.fetchNs > 0) this.slots[this.used++] = FETCHED + h;
      for (let g = 0; g < program.groups; g++) if (half.groupNs[g]! > 0) this.groupUsed[g] = 1;
    }
    if (anyUp) this.slots[this.used++] = UP;
    if (anyDown) this.slots[this.used++] = DOWN;
    let anyGroup = false;
    for (let g = 0; g < program.groups; g++) {
      if (!this.groupUsed[g]) continue;
      anyGroup = true;
      this.slots[this.used++] = GROUP + g;
    }
    if (anyGroup) this.slots[this.used++] = COVERED;
  }

  /** The amount by which the last layer moved every used slot, or NaN where they differ. */
  private steadyStep(): number {
    const { state, before, slots } = this;
    const step = state[GPU]! - before[GPU]!;
    for (let i = 1; i < this.used; i++) {
      const slot = slots[i]!;
      if (state[slot]! - before[slot]! !== step) return Number.NaN;
    }
    return step;
  }

  private fetch(half: HalfProgram, h: 0 | 1, layer: number, recorder: Recorder | null): void {
    if (half.fetchNs === 0) return;
    recorder?.("fetch", h, layer, -1, this.state[DOWN]!, half.fetchNs);
    this.state[DOWN]! += half.fetchNs;
    this.state[FETCHED + h] = this.state[DOWN]!;
  }

  private layer(program: Program, layer: number, recorder: Recorder | null): void {
    for (let h = 0; h < program.halves; h++) this.halfLayer(program, h as 0 | 1, layer, recorder);
  }

  private halfLayer(program: Program, h: 0 | 1, layer: number, recorder: Recorder | null): void {
    const { state } = this;
    const half = program.half[h]!;
    const firstNs = layer === 1 ? half.prologueNs : half.postNs;
    const start = this.gpuStart(h);
    const denseEnd = start + firstNs + half.preNs;
    const attentionStart = half.gpuAttentionNs > 0 ? Math.max(denseEnd, state[FETCHED + h]!) : denseEnd;
    this.sums[GPU_WAITS_LINK]! += attentionStart - denseEnd;
    const attentionEnd = attentionStart + half.gpuAttentionNs;
    state[GPU] = attentionEnd;
    if (recorder) {
      if (layer === 1) recorder("prologue", h, 1, -1, start, firstNs);
      else recorder("post", h, layer - 1, -1, start, firstNs);
      recorder("pre", h, layer, -1, start + firstNs, half.preNs);
      if (half.gpuAttentionNs > 0) recorder("attention", h, layer, -1, attentionStart, half.gpuAttentionNs);
    }
    let ready = attentionEnd;
    if (half.upNs > 0) {
      const pimEnd = this.offloaded(program, half, h, layer, denseEnd, recorder);
      // K and V of the next layer's prefix hits wait for nobody, so they go down while PIM computes.
      if (layer < program.layers) this.fetch(half, h, layer + 1, recorder);
      if (half.downNs > 0) {
        const downStart = Math.max(state[DOWN]!, pimEnd);
        recorder?.("down", h, layer, -1, downStart, half.downNs);
        state[DOWN] = downStart + half.downNs;
        ready = Math.max(ready, state[DOWN]!);
      }
    }
    state[READY + h] = ready;
  }

  /** Start of half h's next dense segment; counts what the GPU waits for until then. */
  private gpuStart(h: number): number {
    const { state, sums } = this;
    const free = state[GPU]!;
    const start = Math.max(free, state[READY + h]!);
    if (start > free) {
      const onPim = Math.max(0, Math.min(start, state[PIM_END + h]!) - Math.max(free, state[PIM_START + h]!));
      sums[GPU_WAITS_PIM]! += onPim;
      sums[GPU_WAITS_LINK]! += start - free - onPim;
    }
    return start;
  }

  /** Link up and the channel groups; returns when the last group is done. */
  private offloaded(
    program: Program,
    half: HalfProgram,
    h: 0 | 1,
    layer: number,
    readyNs: number,
    recorder: Recorder | null,
  ): number {
    const { state } = this;
    const upStart = Math.max(state[UP]!, readyNs);
    const upEnd = upStart + half.upNs;
    state[UP] = upEnd;
    recorder?.("up", h, layer, -1, upStart, half.upNs);
    const { groupNs } = half;
    let pimEnd = upEnd;
    for (let g = 0; g < program.groups; g++) {
      const loadNs = groupNs[g]!;
      if (loadNs === 0) continue;
      const start = state[GROUP + g]! > upEnd ? state[GROUP + g]! : upEnd;
      const end = start + loadNs;
      state[GROUP + g] = end;
      if (end > pimEnd) pimEnd = end;
      recorder?.("pim", h, layer, g, start, loadNs);
    }
    // Up to pimEnd some channel is busy without a gap: a group that starts later than upEnd was busy before.
    const covered = state[COVERED]!;
    if (pimEnd > covered) {
      this.sums[COVERED_NS]! += pimEnd - Math.max(covered, upEnd);
      this.sums[PIM_WAITS_LINK]! += Math.max(0, upEnd - Math.max(covered, upStart));
      state[COVERED] = pimEnd;
    }
    state[PIM_START + h] = upEnd;
    state[PIM_END + h] = pimEnd;
    return pimEnd;
  }

  private finish(program: Program, out: Played, recorder: Recorder | null): void {
    const { state } = this;
    const { layers } = program;
    out.gpuBusyNs = 0;
    out.groupBusyNs = 0;
    out.upBusyNs = 0;
    out.downBusyNs = 0;
    for (let h = 0; h < program.halves; h++) {
      const half = program.half[h]!;
      const start = this.gpuStart(h);
      state[GPU] = start + half.postNs + half.headNs;
      recorder?.("post", h as 0 | 1, layers, -1, start, half.postNs);
      recorder?.("head", h as 0 | 1, layers, -1, start + half.postNs, half.headNs);
      out.gpuBusyNs += gpuBusyNs(half, layers);
      out.upBusyNs += layers * half.upNs;
      out.downBusyNs += layers * (half.downNs + half.fetchNs);
      for (let g = 0; g < program.groups; g++) out.groupBusyNs += layers * half.groupNs[g]!;
    }
    let end = Math.max(state[GPU]!, state[UP]!, state[DOWN]!);
    for (let g = 0; g < program.groups; g++) if (state[GROUP + g]! > end) end = state[GROUP + g]!;
    out.latencyNs = end;
    out.pimBusyNs = this.sums[COVERED_NS]!;
    out.gpuWaitsForPimNs = this.sums[GPU_WAITS_PIM]!;
    out.gpuWaitsForLinkNs = this.sums[GPU_WAITS_LINK]!;
    out.pimWaitsForLinkNs = this.sums[PIM_WAITS_LINK]!;
  }
}
