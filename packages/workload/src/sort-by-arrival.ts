/**
 * @module
 * Puts a workload in order of arrival, as the simulation consumes it.
 */
import { countRequests, createChunkBuilder, type RequestChunk } from "./request-chunk.js";

function isSorted(chunks: readonly RequestChunk[]): boolean {
  let last = Number.NEGATIVE_INFINITY;
  for (const { arrivalNs } of chunks) {
    for (const ns of arrivalNs) {
      if (ns < last) return false;
      last = ns;
    }
  }
  return true;
}

/**
 * The same requests in order of arrival, in chunks of the same sizes; those of one instant keep their order.
 * Returns `chunks` itself where they are in order already, so that sorted files cost no copy.
 */
export function sortByArrival(chunks: RequestChunk[]): RequestChunk[] {
  if (isSorted(chunks)) return chunks;
  const total = countRequests(chunks);
  const arrivals = new Float64Array(total);
  const chunkOf = new Int32Array(total);
  const rowOf = new Int32Array(total);
  let request = 0;
  for (const [c, chunk] of chunks.entries()) {
    for (let row = 0; row < chunk.count; row++, request++) {
      arrivals[request] = chunk.arrivalNs[row];
      chunkOf[request] = c;
      rowOf[request] = row;
    }
  }
  const order = Int32Array.from(arrivals.keys()).sort((a, b) => arrivals[a] - arrivals[b] || a - b);

  const builder = createChunkBuilder();
  const sorted: RequestChunk[] = [];
  let next = 0;
  for (const { count } of chunks) {
    for (const end = next + count; next < end; next++) {
      const from = chunks[chunkOf[order[next]]];
      const row = rowOf[order[next]];
      const input = from.inputTokens[row];
      const ids = from.tokenIds?.subarray(from.tokenOffsets?.[row], from.tokenOffsets?.[row + 1]);
      builder.add(input, from.outputTokens[row], from.arrivalNs[row], ids?.subarray(0, input), ids?.subarray(input));
    }
    sorted.push(builder.take());
  }
  return sorted;
}
