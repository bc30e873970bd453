/**
 * @module
 * Pages whose tables come from runs: they stand there as they come out, and what the pages say of them holds.
 */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { measuredText, speedTables, tableText } from "../src/perf/speed-page.js";
import { placeGrid, placeLoads, places, placeTable } from "../src/places.js";
import { reproductions, reproductionTable } from "../src/reproductions.js";

const page = (name: string): string => readFileSync(new URL(`../../../docs/${name}.md`, import.meta.url), "utf8");

describe("docs/reproductions.md", () => {
  const found = reproductions();
  const figureOf = (name: string, what: string): number => {
    const figure = found.find((one) => one.name === name)?.figures.find((one) => one.what === what);
    if (!figure) throw new Error(`no figure "${what}" of ${name}`);
    return figure.theirs === null ? figure.ours : figure.ours / figure.theirs;
  };

  test.each(found.map((one) => [one.name, one] as const))("has the table of %s as it comes out", (_, one) => {
    expect(page("reproductions")).toContain(reproductionTable(one));
  });

  test("NeuPIMs: attention of a batch of 512 and both layers within 8%, speed-ups within 10%", () => {
    const [one, two] = ["one row buffer", "two row buffers"].map((b) => `NeuPIMs without sub-batches, ${b}`) as [
      string,
      string,
    ];
    expect(Math.abs(figureOf(one, "attention, batch 512") - 1)).toBeLessThan(0.08);
    expect(Math.abs(figureOf(two, "attention, batch 64") - 1)).toBeLessThan(0.08);
    for (const name of [one, two]) {
      for (const requests of [64, 512])
        expect(Math.abs(figureOf(name, `layer, batch ${requests}`) - 1)).toBeLessThan(0.08);
    }
    const fast = "NeuPIMs, times as fast";
    for (const over of ["one row buffer", "the NPU alone"])
      expect(Math.abs(figureOf(fast, `sub-batches over ${over}, batch 512`) - 1)).toBeLessThan(0.1);
    expect(figureOf(fast, "sub-batches over none, batch 64")).toBeLessThan(1);
    expect(figureOf(fast, "sub-batches over none, batch 256")).toBeGreaterThan(1);
  });

  test("AttAcc: attention of large batches within 10%, of a single request within 12%, gains within 2%", () => {
    const name = "AttAcc, attention on PIM";
    for (const what of ["GPT-3 175B, batch 95", "LLaMA-65B, batch 142"])
      expect(Math.abs(figureOf(name, what) - 1)).toBeLessThan(0.1);
    expect(Math.abs(figureOf(name, "GPT-3 175B, batch 1") - 1)).toBeLessThan(0.12);
    const gains = found.find((one) => one.name === "AttAcc, times as fast as its GPUs alone")?.figures ?? [];
    expect(gains).toHaveLength(3);
    for (const { theirs, ours } of gains) expect(Math.abs(ours / (theirs ?? Number.NaN) - 1)).toBeLessThan(0.02);
  });
});

describe("docs/where-pim-sits.md", () => {
  const grid = placeGrid();
  const at = (place: string, load: string) => {
    const result =
      grid[placeLoads.findIndex(({ name }) => name === load)]?.[places.findIndex(({ name }) => name === place)];
    if (!result) throw new Error(`no ${place} on ${load}`);
    return result;
  };

  test("has the table as it comes out", () => {
    expect(page("where-pim-sits")).toContain(placeTable(grid));
  });

  const [small, medium, large, full, long] = placeLoads.map(({ name }) => name) as [
    string,
    string,
    string,
    string,
    string,
  ];
  const [device, inTurn, atATime] = ["device: HBM2, 48 channels", "gpu: in turn", "gpu: at a time"] as const;

  test("small batches: no place wins or loses more than 3%, but DDR4 loses 15% from 64 on", () => {
    for (const load of [small, medium]) {
      for (const place of [device, "host: HBM2, 48 channels", inTurn, atATime])
        expect(Math.abs(at(place, load).makespan - 1), `${place}, ${load}`).toBeLessThanOrEqual(0.035);
    }
    expect(at("host: DDR4, 64 channels", medium).makespan).toBeGreaterThan(1.14);
  });

  test("256 requests: a memory of its own and one shared at a time win, taking turns does not", () => {
    for (const place of [device, "host: HBM2, 48 channels", atATime])
      expect(at(place, large).makespan).toBeLessThan(0.9);
    expect(at(inTurn, large).makespan).toBeGreaterThan(1);
  });

  test("where the GPU is full: PIM beside it beats twice its memory, in time and in TPOT", () => {
    const [beside, twice] = [at(device, full), at("GPU-only, twice the memory", full)];
    expect(beside.makespan / twice.makespan).toBeLessThan(0.8);
    expect(beside.tpot).toBeLessThan(twice.tpot);
    expect(at("KV offload to host", full).makespan).toBeGreaterThan(beside.makespan);
  });

  test("long prompts: whole requests leave groups idle and lose, striped they win", () => {
    expect(at(device, long).makespan).toBeGreaterThan(1);
    const striped = at("the same, stripes of 1,024", long);
    expect(striped.makespan).toBeLessThan(0.8);
    expect(striped.makespan).toBeLessThan(at("GPU-only, twice the memory", long).makespan);
  });
});

describe("docs/speed.md", () => {
  const measured = (name: string): string => {
    const text = measuredText(page("speed"), name);
    if (text === null) throw new Error(`no marks around ${name}`);
    return text;
  };
  /** Figures of a row, by its label. */
  const figures = (name: string): Record<string, number[]> =>
    Object.fromEntries(
      measured(name)
        .split("\n")
        .slice(2)
        .map((line) => line.split("|").slice(1, -1))
        .map(([label = "", ...cells]) => [label.trim(), cells.map(Number)]),
    );
  /** How many times as much a row takes as another, by column. */
  const ratios = (name: string, row: string, over: string): number[] => {
    const [above = [], below = []] = [figures(name)[row], figures(name)[over]];
    return above.map((figure, column) => figure / (below[column] ?? Number.NaN));
  };

  test.each(speedTables.map((table) => [table.name, table] as const))(
    "has the table of %s, all of it",
    (name, table) => {
      const found = Object.values(figures(name));
      expect(found.flat().every((figure) => figure > 0)).toBe(true);
      expect(found.map((row) => row.length)).toEqual(table.rows.map(() => table.columns.length - 1));
      const cells = measured(name).split("\n").slice(2);
      const asWritten = cells.map((line) =>
        line
          .split("|")
          .slice(2, -1)
          .map((cell) => cell.trim()),
      );
      expect(measured(name)).toBe(tableText(table, asWritten));
    },
  );

  test("says on which machine", () => {
    expect(measured("machine")).toMatch(/^Measured on .+, \d+ cores, Node v\d+/);
  });

  test("a request costs no more among many, in turn or at once", () => {
    for (const many of ["30,000", "30,000 at once"]) {
      const [gpuOnly, interleave] = ratios("requests", many, "3,000");
      expect(gpuOnly).toBeLessThanOrEqual(1.5);
      expect(interleave).toBeLessThanOrEqual(1.5);
    }
  });

  test("GPU-only, a batch costs hardly more than a small one; PIM and interleaving look at every request", () => {
    expect(ratios("batch", "1024", "16")[0]).toBeLessThan(1.5);
    const [, offload, interleave] = ratios("batch", "1024", "64");
    expect(offload).toBeGreaterThan(2);
    expect(interleave).toBeGreaterThan(2);
  });

  test("channel groups and layers cost little", () => {
    for (const ratio of ratios("channels", "64", "8")) expect(ratio).toBeLessThan(2);
    for (const ratio of ratios("layers", "126", "8")) expect(ratio).toBeLessThan(1.5);
  });
});
