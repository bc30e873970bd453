import { describe, expect, test } from "vitest";
import { cellsOf, cellText } from "./cells.js";
import { parseSweep } from "./sweep-file.js";

const cells = (text: string) => cellsOf(parseSweep(text, "s.yaml"));

describe("a sweep's file", () => {
  test("is a grid whose last axis varies fastest, over what all cells have in common", () => {
    const grid = cells("base: { dataset: mixed }\naxes:\n  mode: [a, b]\n  max-num-seqs: [64, 128]\n");
    expect(grid.map(cellText)).toEqual([
      "cell 0 (mode=a, max-num-seqs=64)",
      "cell 1 (mode=a, max-num-seqs=128)",
      "cell 2 (mode=b, max-num-seqs=64)",
      "cell 3 (mode=b, max-num-seqs=128)",
    ]);
    expect(grid[2]?.settings).toEqual({ dataset: "mixed", mode: "b", "max-num-seqs": 64 });
  });

  test("lets axes under zip advance together, the others stay a grid", () => {
    const grid = cells("axes:\n  gpu: [A100, H100]\n  x: [1, 2]\n  tp: [1, 2]\nzip: [gpu, tp]\n");
    expect(grid.map(({ axes }) => Object.values(axes).join(" "))).toEqual([
      "A100 1 1",
      "A100 1 2",
      "H100 2 1",
      "H100 2 2",
    ]);
    expect(Object.keys(grid[0]?.axes ?? {})).toEqual(["gpu", "tp", "x"]);
  });

  test.each([
    ["axes: { a: [1, 2], b: [1] }\nzip: [a, b]\n", /^s\.yaml:2:10: zip\.1: b has 1 values, a has 2/],
    [
      "axes: { a: [1], bee: [1] }\nzip: [a, be]\n",
      /^s\.yaml:2:10: zip\.1: there is no axis "be" \(did you mean "bee"\?\)/,
    ],
    ["base: { a: 1 }\naxes: { a: [1] }\n", /^s\.yaml:2:12: axes\.a: a is in base and an axis/],
    ["axes: { a: [1, 2, 1] }\n", /^s\.yaml:1:12: axes\.a: the value 1 stands here twice/],
    ["axes: { a: [] }\n", /^s\.yaml:1:12: axes\.a: expected at least one value/],
    ["axes: { a: [1] }\nkep: [x]\n", /^s\.yaml: unknown field "kep" \(did you mean "keep"\?\)/],
    ["axes: { a: [1] \n", /^s\.yaml:\d:\d+: .*flow/i],
  ])("says by line and column what is wrong in %j", (text, message) => {
    expect(() => cells(text)).toThrow(message);
  });

  test("is not a grid of more cells than anybody wants", () => {
    const values = JSON.stringify(Array.from({ length: 400 }, (_, i) => i));
    expect(() => cells(`axes: { a: ${values}, b: ${values} }\n`)).toThrow(/160000 cells \(at most 100000/);
  });
});
