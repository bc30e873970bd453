/**
 * @module
 * How an instance's GPU time was known: by what ran, inside what was measured or beyond it, and how far.
 */
import {
  type GpuPhase,
  type GpuTimesTier,
  gpuPhases,
  type ProfileAxis,
  type ProfileRange,
  typicalErrors,
} from "@tandem-sim/hardware";
import type { Batch } from "@tandem-sim/scheduler";
import type { BatchTable } from "@tandem-sim/trace";

const none = (): Record<GpuPhase, number> => ({ decode: 0, mixed: 0, prefill: 0 });

export class GpuTime {
  /** GPU time of iterations, by what ran in them. */
  readonly ns = none();
  /** Of that, of iterations of which some cost lies beyond what was measured. */
  readonly beyondNs = none();
  /** The axis that a run left farthest, and how many times its limit was asked for; 1 where none was left. */
  farthest: { axis: ProfileAxis; factor: number } | null = null;

  constructor(
    private readonly tier: GpuTimesTier,
    private readonly range: ProfileRange,
    /** Whether decodes have a kernel of their own beside a prefill. */
    private readonly separateAttention: boolean,
  ) {}

  /** An iteration has run. */
  add(batch: Batch, { sums }: BatchTable, gpuNs: number): void {
    const phase = phaseOf(batch);
    this.ns[phase] += gpuNs;
    let beyond = false;
    for (let s = 0; s < sums.length; s++) beyond = this.leaves(sums[s]) || beyond;
    if (beyond) this.beyondNs[phase] += gpuNs;
  }

  /** How far the GPU time is off, typically, as a share of it; what lies beyond the measured counts as a spec sheet's. */
  get typicalError(): number {
    let total = 0;
    let off = 0;
    for (const phase of gpuPhases) {
      total += this.ns[phase];
      off += (this.ns[phase] - this.beyondNs[phase]) * typicalErrors[this.tier][phase];
      off += this.beyondNs[phase] * typicalErrors["spec sheet"][phase];
    }
    return total > 0 ? off / total : 0;
  }

  /** Whether the costs of a sub-batch lie beyond what was measured. */
  private leaves(sums: BatchTable["sums"][number]): boolean {
    const { range } = this;
    const decodeAxis = sums.prefillTokens > 0 && !this.separateAttention ? "nDecodeMixed" : "nDecode";
    let left = false;
    // No short circuit: the farthest is looked for.
    if (sums.tokens > range.tokens) left = this.note("tokens", sums.tokens);
    if (sums.sequences > range.sequences) left = this.note("sequences", sums.sequences);
    if (sums.prefillTokens > range.prefillChunk) left = this.note("prefillChunk", sums.prefillTokens);
    if (sums.prefillContext > range.kvPrefill) left = this.note("kvPrefill", sums.prefillContext);
    if (sums.decodes > range[decodeAxis]) left = this.note(decodeAxis, sums.decodes);
    if (sums.longest > range.kvDecode) left = this.note("kvDecode", sums.longest);
    return left;
  }

  private note(axis: ProfileAxis, value: number): true {
    // Nothing measured counts as one.
    const factor = value / Math.max(1, this.range[axis]);
    if (factor > (this.farthest?.factor ?? 1)) this.farthest = { axis, factor };
    return true;
  }
}

/** A prompt's last token alone counts as a decode: it costs as much. */
function phaseOf(batch: Batch): GpuPhase {
  if (batch.totalTokens === batch.size) return "decode";
  return batch.prefills < batch.size ? "mixed" : "prefill";
}
