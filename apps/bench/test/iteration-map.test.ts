import { describe, expect, test } from "vitest";
import { allMaps, type MapPoint, mapModes, offloadedRatio, winner } from "../src/iteration-map.js";
import { mapCharts } from "../src/map-charts.js";

const maps = allMaps();
const named = (name: string) => {
  const map = maps.find((one) => one.name === name);
  if (!map) throw new Error(`no map ${name}`);
  return map;
};

describe.each(maps.map((map) => [map.name, map] as const))("the map %s", (_, map) => {
  test("has a point for each row and column, with the time of every mode", () => {
    expect(map.points.map((row) => row.map(({ row: r, column }) => [r, column]))).toEqual(
      map.rows.map((row) => map.columns.map((column) => [row, column])),
    );
    for (const { ms } of map.points.flat()) for (const mode of mapModes) expect(ms[mode]).toBeGreaterThan(0);
  });

  test("names in each cell the mode that takes least, where that is not even with GPU-only", () => {
    const rows = (mapCharts(map)[0]?.csv ?? "")
      .trim()
      .split("\n")
      .slice(1)
      .map((line) => line.split(","));
    const shortest = map.points
      .flat()
      .map((point) => (Math.abs(offloadedRatio(point) - 1) <= 0.02 ? "even" : (winner(point) as string)));
    expect(rows.map(([, , name]) => name?.toLowerCase())).toEqual(shortest);
    for (const point of map.points.flat())
      expect(point.ms[winner(point)]).toBe(Math.min(...mapModes.map((mode) => point.ms[mode])));
  });
});

test("on a map's line attention takes as long as the dense layers: below it is shorter, above it longer", () => {
  const { points } = named("batch-and-context");
  const [shortest, longest] = [points[0], points.at(-1)].map((row) => row?.map((point) => point.attentionToDense));
  expect(Math.max(...(shortest ?? []))).toBeLessThan(1);
  expect(Math.min(...(longest ?? []))).toBeGreaterThan(1);
});

test("a prompt that fills the step alone runs undivided: interleaving changes nothing", () => {
  const { points } = named("prompt-and-tokens");
  const alone = points.flat().filter(({ row, column }) => column >= row);
  expect(alone.length).toBeGreaterThan(5);
  for (const { ms } of alone) expect(ms.interleave).toBe(ms.offload);
});

test("neither a faster link nor faster PIM makes any offloaded iteration longer, and GPU-only knows of neither", () => {
  const { points } = named("pim-and-link");
  const never = (slower: MapPoint | undefined, faster: MapPoint | undefined): void => {
    for (const mode of ["offload", "interleave"] as const)
      expect(faster?.ms[mode]).toBeLessThanOrEqual((slower?.ms[mode] ?? 0) * 1.001);
  };
  points.forEach((row, r) => {
    row.forEach((point, c) => {
      if (r > 0) never(points[r - 1]?.[c], point);
      if (c > 0) never(row[c - 1], point);
    });
  });
  expect(new Set(points.flat().map(({ ms }) => ms["gpu-only"])).size).toBe(1);
});
