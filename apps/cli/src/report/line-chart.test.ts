import { describe, expect, it } from "vitest";
import { cumulative } from "./cumulative.js";
import { type LineChart, lineChart } from "./line-chart.js";

const chart = (part: Partial<LineChart>): string =>
  lineChart({ title: "t", xLabel: "x", yLabel: "y", lines: [], ...part });

const paths = (svg: string): string[] => [...svg.matchAll(/ d="([^"]*)"/g)].map(([, d]) => d!);

describe("a line chart", () => {
  it("draws one path per line, from left to right and from bottom to top", () => {
    const points = [
      [0, 0],
      [10, 5],
    ] as const;
    const [line, step] = paths(
      chart({
        lines: [
          { name: "a", points },
          { name: "b", points, step: "after" },
        ],
      }),
    );
    const [, x0, y0, x1, y1] = /^M([\d.]+) ([\d.]+)L([\d.]+) ([\d.]+)$/.exec(line!)!.map(Number);
    expect(x1!).toBeGreaterThan(x0!);
    expect(y1!).toBeLessThan(y0!);
    expect(step).toBe(`M${x0} ${y0}H${x1}V${y1}`);
  });

  it("survives lines without points", () => {
    expect(chart({ lines: [{ name: "none", points: [] }] })).not.toContain("NaN");
  });

  it("keeps a long line's ends, and few enough points to draw", () => {
    const points = Array.from({ length: 100_000 }, (_, i) => [i, i] as const);
    const [path] = paths(chart({ lines: [{ name: "long", points }] }));
    const drawn = path!.match(/[ML]/g)!;
    expect(drawn.length).toBeLessThanOrEqual(1500);
    expect(path).toMatch(/^M\S+ \S+L/);
  });

  it("shows names as they are", () => {
    expect(chart({ title: "a < b & c" })).toContain("a &lt; b &amp; c");
  });
});

describe("the cumulative distribution", () => {
  it("rises at each sample by its share", () => {
    expect(cumulative([30, 10, 10, 20])).toEqual([
      [0, 0],
      [10, 0.5],
      [20, 0.75],
      [30, 1],
    ]);
  });
});
