import { describe, expect, it } from "vitest";
import { cumulative } from "./cumulative.js";
import { type LineChart, lineChart } from "./line-chart.js";

const chart = (part: Partial<LineChart>): string =>
  lineChart({ title: "t", xLabel: "x", yLabel: "y", lines: [], ...part }).svg;

/** Paths of the lines, in order of drawing. */
const paths = (svg: string): string[] =>
  [...svg.matchAll(/<path d="([^"]*)" fill="none"[^>]* stroke="var\(--line-\d\)"/g)].map(([, d]) => d ?? "");

/** The numbers of a path: x and y in turn. */
const numbers = (path = ""): number[] => path.match(/-?[\d.]+/g)?.map(Number) ?? [];

describe("a line chart", () => {
  it("draws one path per line, from left to right and from bottom to top; a step holds its value", () => {
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
    const [x0 = 0, y0 = 0, x1 = 0, y1 = 0] = numbers(line);
    expect(x1).toBeGreaterThan(x0);
    expect(y1).toBeLessThan(y0);
    expect(numbers(step)).toEqual([x0, y0, x1, y0, x1, y1]);
  });

  it("is the same text each time, with ids that begin with its title", () => {
    const draw = (): string => chart({ title: "TTFT (all)", lines: [{ name: "a", points: [[1, 1]] }] });
    expect(draw()).toBe(draw());
    expect(new Set([...draw().matchAll(/ id="([a-z-]+)/g)].map(([, id]) => id))).toEqual(new Set(["ttft-all-c"]));
  });

  it("takes its colours from the page", () => {
    const drawn = chart({ lines: [{ name: "a", points: [[1, 1]] }] });
    expect([...drawn.matchAll(/<text[^>]* fill="([^"]*)"/g)].every(([, fill]) => fill?.startsWith("var(--"))).toBe(
      true,
    );
  });

  it("survives lines without points", () => {
    expect(chart({ lines: [{ name: "none", points: [] }] })).not.toContain("NaN");
  });

  it("keeps a long line's ends, and few enough points to draw", () => {
    const points = Array.from({ length: 100_000 }, (_, i) => [i, i] as const);
    const [path] = paths(chart({ lines: [{ name: "long", points }] }));
    const xs = numbers(path).filter((_, i) => i % 2 === 0);
    expect(xs.length).toBeLessThanOrEqual(1500);
    const [first] = xs;
    expect([first, xs.at(-1)]).toEqual([Math.min(...xs), Math.max(...xs)]);
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
