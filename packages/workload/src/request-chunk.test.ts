import { describe, expect, it } from "vitest";
import { createChunkBuilder } from "./request-chunk.js";

describe("a chunk", () => {
  it("has no ids at all where no request has any", () => {
    const builder = createChunkBuilder();
    builder.add(3, 4, 5);
    expect(builder.take()).toMatchObject({ count: 1, tokenIds: null, tokenOffsets: null });
  });

  it("holds ids of none, of the prompt, or of prompt and output, per request", () => {
    const builder = createChunkBuilder();
    builder.add(2, 1, 0);
    builder.add(2, 1, 0, [7, 8]);
    builder.add(2, 1, 0, [7, 8], [9]);
    const chunk = builder.take();
    expect([...(chunk.tokenIds ?? [])]).toEqual([7, 8, 7, 8, 9]);
    expect([...(chunk.tokenOffsets ?? [])]).toEqual([0, 0, 2, 5]);
  });

  it("starts anew after take", () => {
    const builder = createChunkBuilder();
    builder.add(2, 1, 0, [7, 8]);
    builder.take();
    builder.add(1, 1, 3);
    expect(builder.take()).toMatchObject({ count: 1, tokenIds: null });
  });

  it("refuses ids that cover neither nothing nor everything", () => {
    const builder = createChunkBuilder();
    expect(() => builder.add(3, 1, 0, [1, 2])).toThrow(RangeError);
    expect(() => builder.add(3, 2, 0, [1, 2, 3], [1])).toThrow(RangeError);
    expect(() => builder.add(3, 1, 0, [], [1])).toThrow(RangeError);
    expect(builder.count).toBe(0);
  });

  it("outgrows its first buffer of ids", () => {
    const builder = createChunkBuilder();
    const ids = Array.from({ length: 5000 }, (_, i) => i);
    builder.add(5000, 1, 0, ids);
    builder.add(1, 1, 0, [42]);
    expect([...(builder.take().tokenIds ?? [])]).toEqual([...ids, 42]);
  });
});
