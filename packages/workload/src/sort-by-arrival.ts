/**
 * @module
 * Puts a workload in order of arrival, as the simulation consumes it.
 */
import { createChunkBuilder, hashIdsOf, type RequestChunk, requestAt } from "./request-chunk.js";

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
  const places = chunks.flatMap((chunk) =>
    Array.from(chunk.arrivalNs, (arrivalNs, row) => ({ chunk, row, arrivalNs })),
  );
  places.sort((a, b) => a.arrivalNs - b.arrivalNs);
  const builder = createChunkBuilder();
  let next = 0;
  return chunks.map(({ count }) => {
    for (const { chunk, row, arrivalNs } of places.slice(next, next + count)) {
      builder.atLine(chunk.lines?.[row] ?? 0);
      if (chunk.hashIds) {
        const [input = 1, output = 1] = [chunk.inputTokens[row], chunk.outputTokens[row]];
        builder.addHashed(input, output, arrivalNs, hashIdsOf(chunk.hashIds, row), chunk.hashIds.tokens);
        continue;
      }
      const { inputTokens, outputTokens, inputIds, outputIds } = requestAt(chunk, row);
      builder.add(inputTokens, outputTokens, arrivalNs, inputIds, outputIds);
    }
    next += count;
    return builder.take();
  });
}
