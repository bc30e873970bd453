import fc from "fast-check";
import { expect, it } from "vitest";
import { createChunkBuilder, type RequestChunk } from "./request-chunk.js";
import { parseWorkload } from "./workload-parser.js";
import { writeWorkload } from "./write-workload.js";

const id = fc.integer({ min: 0, max: 2 ** 31 - 1 });
const request = fc.record({
  inputIds: fc.array(id, { minLength: 1, maxLength: 20 }),
  outputIds: fc.array(id, { minLength: 1, maxLength: 20 }),
  arrivalNs: fc.maxSafeNat(),
  ids: fc.constantFrom("none", "prompt", "all"),
});

const chunk: fc.Arbitrary<RequestChunk> = fc.array(request, { minLength: 1, maxLength: 10 }).map((requests) => {
  const builder = createChunkBuilder();
  for (const { inputIds, outputIds, arrivalNs, ids } of requests) {
    builder.add(
      inputIds.length,
      outputIds.length,
      arrivalNs,
      ids === "none" ? [] : inputIds,
      ids === "all" ? outputIds : [],
    );
  }
  return builder.take();
});

it("what is written is read back the same", () => {
  fc.assert(
    fc.property(chunk, (written) => {
      const { lines, ...read } = parseWorkload([...writeWorkload([written])].join(""), "round-trip.jsonl");
      expect({ ...read, lines: null }).toEqual(written);
      expect([...(lines ?? [])]).toEqual(Array.from({ length: written.count }, (_, i) => i + 1));
    }),
  );
});
