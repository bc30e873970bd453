import { describe, expect, test } from "vitest";
import { batchFamilies, sampleBatches } from "./sampled-batches.js";

test("the same seed draws the same batches, another seed others", () => {
  const [family] = batchFamilies;
  expect(sampleBatches(family, 50, 7)).toEqual(sampleBatches(family, 50, 7));
  expect(sampleBatches(family, 50, 8)).not.toEqual(sampleBatches(family, 50, 7));
});

describe.each(batchFamilies)("$name: batches that vLLM could form", (family) => {
  const batches = sampleBatches(family, 500, 3);

  test("keep the limits of sequences and tokens", () => {
    for (const { nDecode, prefills, prefillChunk } of batches) {
      expect(nDecode + (family.kind === "mixed" ? 1 : 0)).toBeLessThanOrEqual(family.maxNumSeqs);
      expect(prefillChunk + nDecode).toBeLessThanOrEqual(family.maxNumBatchedTokens);
      expect(prefills).toBeLessThanOrEqual(prefillChunk);
      expect(prefillChunk > 0).toBe(family.kind === "mixed");
    }
  });

  test("have a mean context between the shortest and the longest", () => {
    for (const { nDecode, kvDecodeMin, kvDecodeMean, kvDecodeMax } of batches.filter((batch) => batch.nDecode > 0)) {
      expect(kvDecodeMin).toBeLessThanOrEqual(kvDecodeMean);
      expect(kvDecodeMean).toBeLessThanOrEqual(kvDecodeMax);
      expect(nDecode * kvDecodeMean).toBeLessThan(2 * family.kvTokens);
    }
  });
});
