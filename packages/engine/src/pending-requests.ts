/**
 * @module
 * Requests that have been pushed and have not arrived.
 */
import type { RequestChunk } from "@tandem-sim/workload";

export class PendingRequests {
  private readonly chunks: RequestChunk[] = [];
  private row = 0;

  /** Time of the next arrival; infinite where there is none. */
  get nextNs(): number {
    return this.chunks.length === 0 ? Number.POSITIVE_INFINITY : this.chunks[0].arrivalNs[this.row];
  }

  push(chunk: RequestChunk): void {
    if (chunk.count > 0) this.chunks.push(chunk);
  }

  /** Takes all that arrive at `nowNs`, in order. */
  take(nowNs: number, arrive: (chunk: RequestChunk, row: number) => void): void {
    while (this.nextNs === nowNs) {
      const [chunk] = this.chunks;
      arrive(chunk, this.row++);
      if (this.row < chunk.count) continue;
      this.chunks.shift();
      this.row = 0;
    }
  }
}

/** @throws {RangeError} for what has not the shape of a chunk */
export function checkChunk({ count, inputTokens, outputTokens, arrivalNs }: RequestChunk): void {
  const holds = (values: ArrayLike<number> | undefined): boolean => (values?.length ?? -1) >= count;
  if (Number.isInteger(count) && count >= 0 && holds(inputTokens) && holds(outputTokens) && holds(arrivalNs)) return;
  throw new RangeError(
    "not a chunk of requests: expected count, inputTokens, outputTokens and arrivalNs, as a chunk builder makes them",
  );
}
