import { describe, expect, it } from "vitest";
import { parseWorkload } from "../workload-parser.js";

const read = (...rows: string[]) =>
  parseWorkload(["TIMESTAMP,ContextTokens,GeneratedTokens", ...rows].join("\n"), "trace.csv");

describe("an Azure trace", () => {
  it("counts arrivals from its first row, to the 100 ns it records", () => {
    const chunk = read("2023-11-16 18:17:03.9799600,4808,10", "2023-11-16 18:17:04.0319601,3180,8");
    expect([...chunk.arrivalNs]).toEqual([0, 52_000_100]);
    expect([...chunk.inputTokens]).toEqual([4808, 3180]);
    expect([...chunk.outputTokens]).toEqual([10, 8]);
    expect(chunk.tokenIds).toBeNull();
  });

  it("may span midnight, months and a week without losing a ns", () => {
    const chunk = read("2024-02-28 23:59:59.9999999,1,1", "2024-03-06 00:00:00.0000000,1,1");
    expect(chunk.arrivalNs[1]).toBe(6 * 86_400e9 + 100);
  });

  it("may leave out the fraction, quote its cells, order its columns otherwise and give offsets, as in 2024", () => {
    const chunk = parseWorkload(
      [
        '"GeneratedTokens","TIMESTAMP","ContextTokens","Model"',
        '6,"2024-05-10 00:00:00+00:00",5,"x"',
        '6,"2024-05-10 01:00:00.009930+01:00",7,"x"',
        "6,2024-05-10T00:00:01Z,7,x",
      ].join("\n"),
      "trace.csv",
    );
    expect([...chunk.arrivalNs]).toEqual([0, 9_930_000, 1e9]);
    expect([...chunk.inputTokens]).toEqual([5, 7, 7]);
  });
});
