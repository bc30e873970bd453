import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createChunkBuilder, type RequestChunk, requestsOf } from "./request-chunk.js";
import { sortByArrival } from "./sort-by-arrival.js";

/** Chunks of requests that carry their position as the output length and, every other one, as their ids. */
function chunksOf(arrivals: readonly (readonly number[])[]): RequestChunk[] {
  const builder = createChunkBuilder();
  let position = 0;
  return arrivals.map((chunk) => {
    for (const ns of chunk) {
      position++;
      builder.add(2, position, ns, position % 2 ? [position, position + 1] : []);
    }
    return builder.take();
  });
}

const requestsIn = (chunks: readonly RequestChunk[]) =>
  chunks.flatMap((chunk) => [...requestsOf(chunk)].map((request) => ({ ...request, ids: [...request.ids] })));

const arrivals = fc.array(fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 8 }), { maxLength: 6 });

describe("sorting by arrival", () => {
  it("is the stable sort of the requests, ids and all, in chunks of the same sizes", () => {
    fc.assert(
      fc.property(arrivals, (times) => {
        const chunks = chunksOf(times);
        const sorted = sortByArrival(chunks);
        expect(requestsIn(sorted)).toEqual(requestsIn(chunks).sort((a, b) => a.arrivalNs - b.arrivalNs));
        expect(sorted.map((chunk) => chunk.count)).toEqual(chunks.map((chunk) => chunk.count));
      }),
    );
  });

  it("returns the very array that is in order already", () => {
    const chunks = chunksOf([
      [0, 0, 1],
      [1, 5],
    ]);
    expect(sortByArrival(chunks)).toBe(chunks);
    const empty: RequestChunk[] = [];
    expect(sortByArrival(empty)).toBe(empty);
  });
});
