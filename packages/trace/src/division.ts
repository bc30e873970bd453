/**
 * @module
 * How a batch is divided into sub-batches.
 */
import type { Batch } from "@tandem-sim/scheduler";

/** Which sub-batch each request of a batch is in. Filled anew for every iteration. */
export class Division {
  /** Sub-batch of each request, from 0. Index: request of the batch. */
  of = new Uint8Array(128);
  /** Index of the request whose prefill is cut between the sub-batches, -1 for none. */
  cutIndex = -1;
  /** Tokens of the cut request up to the end of each sub-batch: earlier tokens in earlier ones. */
  readonly cutEnds: Int32Array;

  /** @param count sub-batches, at least 1 */
  constructor(readonly count: number) {
    this.cutEnds = new Int32Array(count);
  }

  /** All requests whole, in sub-batch 0, for a batch of `size`. */
  clear(size: number): void {
    if (this.of.length < size) this.of = new Uint8Array(size * 2);
    else this.of.fill(0, 0, size);
    this.cutIndex = -1;
    this.cutEnds.fill(0);
  }

  copy(other: Division, size: number): void {
    this.clear(size);
    this.of.set(other.of.subarray(0, size));
    this.cutIndex = other.cutIndex;
    this.cutEnds.set(other.cutEnds);
  }

  /** Tokens of the cut request in front of a sub-batch. */
  cutStart(subBatch: number): number {
    return subBatch === 0 ? 0 : this.cutEnds[subBatch - 1];
  }

  /** Tokens of request `i` in a sub-batch. */
  tokensOf(batch: Batch, i: number, subBatch: number): number {
    if (i === this.cutIndex) return this.cutEnds[subBatch] - this.cutStart(subBatch);
    return this.of[i] === subBatch ? batch.tokens[i] : 0;
  }

  /** Tokens computed before those of request `i` in a sub-batch. */
  contextOf(batch: Batch, i: number, subBatch: number): number {
    return batch.context[i] + (i === this.cutIndex ? this.cutStart(subBatch) : 0);
  }

  /** The sub-batch in which the last token of request `i` is computed. */
  lastOf(i: number): number {
    return i === this.cutIndex ? this.count - 1 : this.of[i];
  }

  /** The sub-batch in which the first token of request `i` is computed. */
  firstOf(i: number): number {
    return i === this.cutIndex ? 0 : this.of[i];
  }

  /** Whether every request finds K and V that the batch itself computes: in its own sub-batch or an earlier one. */
  keepsDependencies({ readers, writers, dependencies }: Batch): boolean {
    for (let k = 0; k < dependencies; k++) if (this.firstOf(readers[k]) < this.lastOf(writers[k])) return false;
    return true;
  }
}

/** Tokens of a request in a sub-batch, and those computed before them. */
export interface Part {
  /** Index of the request. */
  i: number;
  tokens: number;
  context: number;
}

/** The parts of requests in a sub-batch; in the only one where `division` is null. */
export function partsOf(batch: Batch, division: Division | null, subBatch: number): Part[] {
  const parts: Part[] = [];
  for (let i = 0; i < batch.size; i++) {
    const tokens = division ? division.tokensOf(batch, i, subBatch) : batch.tokens[i];
    const context = division ? division.contextOf(batch, i, subBatch) : batch.context[i];
    if (tokens > 0) parts.push({ i, tokens, context });
  }
  return parts;
}
