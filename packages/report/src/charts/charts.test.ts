import { describe, expect, it } from "vitest";
import { barChart } from "./bar-chart.js";
import { distributionChart } from "./distribution-chart.js";
import { ganttChart } from "./gantt-chart.js";
import { crossing, heatMap, ratioClasses } from "./heat-map.js";

/** The x where each path of a colour starts, in order of drawing. */
const startsOf = (svg: string, color: string): number[] =>
  [...svg.matchAll(/<path d="M([\d.]+)[^"]*" fill="([^"]*)"/g)]
    .filter(([, , fill]) => fill === color)
    .map(([, x]) => Number(x));

describe("a distribution chart", () => {
  const spread = Array.from({ length: 100 }, (_, i) => 1e6 * (i + 1));
  const chart = (...runs: number[][]) =>
    distributionChart("TTFT", new Map(runs.map((samples, i) => [`run ${i}`, samples])));

  it("is logarithmic where one run's tail would make another a vertical line", () => {
    expect(chart(spread).csv).toContain("line,ms,");
    expect(
      chart(
        spread,
        spread.map((ns) => 50 * ns),
      ).csv,
    ).toContain('line,"s, logarithmic"');
  });

  it("stays linear where some time is 0, which has no logarithm", () => {
    expect(chart([0, ...spread], [1e12]).csv).not.toContain("logarithmic");
  });

  it("rises from no request to all of them on either axis", () => {
    const rows = chart(spread, [5e9]).csv.trim().split("\n").slice(1);
    expect([rows[0], rows.at(-1)]).toEqual(["run 0,0.001,0", "run 1,5,1"]);
  });
});

describe("a bar chart", () => {
  const energy = { title: "Energy", valueLabel: "J", names: ["gpu-only", "offload"] };

  it("stacks parts end to end, in the order of its legend", () => {
    const { svg } = barChart({
      ...energy,
      stacked: true,
      series: [
        { name: "npu", values: [2, 1] },
        { name: "pim", values: [1, 1] },
      ],
    });
    const [, npu = 0] = startsOf(svg, "var(--line-1)");
    const [, pim = 0] = startsOf(svg, "var(--line-2)");
    expect(pim).toBeGreaterThan(npu);
    expect(svg.indexOf(">npu<")).toBeLessThan(svg.indexOf(">pim<"));
  });

  it("leaves a gap where a mode has no such value, in the drawing and in the data", () => {
    const { svg, csv } = barChart({
      ...energy,
      text: (value) => `${value} J`,
      series: [{ name: "pim", values: [null, 3] }],
    });
    expect(svg).toContain("3 J");
    expect(svg).not.toMatch(/NaN|null|>- J</);
    expect(csv).toBe(",pim: J\ngpu-only,\noffload,3\n");
  });
});

describe("a heat map", () => {
  const map = heatMap({
    title: "Interleaving",
    xLabel: "context",
    yLabel: "decodes",
    columns: ["512", "1024"],
    rows: ["8", "128"],
    valueLabel: "ratio",
    values: [
      [1.5, 1],
      [0.7, 0.85],
    ],
    classes: ratioClasses,
    text: (ratio) => ratio.toFixed(2),
    line: {
      name: "D = A",
      points: [
        [0, 0.5],
        [1, 0],
      ],
    },
  });

  it("colours by class, and its legend names those that occur", () => {
    for (const color of ["--more-3", "--even", "--less-3", "--less-2"]) expect(map.svg).toContain(`var(${color})`);
    for (const name of ["above", "even", "to 0.80x", "to 0.90x", "D = A"]) expect(map.svg).toContain(`>${name}</text>`);
    expect(map.svg).not.toContain("to 1.10x");
  });

  it("has its cells as data, by row and column", () => {
    expect(map.csv).toBe("decodes,context,ratio\n8,512,1.5\n8,1024,1\n128,512,0.7\n128,1024,0.85\n");
  });

  it("finds where a value crosses a level between two rows, and nothing where it never does", () => {
    const values = [
      [0, 2, 0],
      [1, 3, 0],
      [3, 4, 0],
    ];
    expect(crossing(values, 2)).toEqual([[0, 1.5]]);
  });
});

describe("a schedule", () => {
  const bar = (part: string, start: number, end: number) => ({ resource: "GPU", part, label: "post", start, end });
  const chart = ganttChart({
    title: "Schedule",
    timeLabel: "ms",
    resources: ["GPU", "PIM"],
    parts: ["half 1", "half 2"],
    bars: [bar("half 1", 0, 1), bar("half 2", 1, 3), bar("half 1", 2.5, 3)],
    until: 2,
  });

  it("shows each sub-batch in its colour, later to the right, and nothing behind its end", () => {
    const [first = 0, ...others] = startsOf(chart.svg, "var(--line-1)").slice(-1);
    const [second = 0] = startsOf(chart.svg, "var(--line-2)").slice(-1);
    expect(second).toBeGreaterThan(first);
    expect(others).toEqual([]);
    expect(chart.csv.trim().split("\n")).toHaveLength(3);
  });
});
