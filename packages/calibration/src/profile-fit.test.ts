import { architectureOf, createGpuCosts } from "@tandem-sim/hardware";
import { describe, expect, test } from "vitest";
import { attentionUs, llama, syntheticProfile } from "../../hardware/test/synthetic-profile.js";
import { fitReport } from "./fit-error.js";
import { profileCsv } from "./profile-csv.js";
import { defaultFit, fitProfile } from "./profile-fit.js";

const architecture = architectureOf(llama);
const raw = syntheticProfile();
const fitted = fitProfile(raw, architecture, 32);

describe("the compact profile of a GPU that is a formula", () => {
  test("is within 24 KB of CSV", () => {
    const bytes = Object.values(profileCsv(fitted)).reduce((sum, text) => sum + text.length, 0);
    expect(bytes).toBeLessThanOrEqual(24_000);
  });

  test("reproduces whole iterations on batches that it has not seen", () => {
    for (const { name, median, p95, bias } of fitReport(fitted, raw, architecture, 32, { batches: 500 }).iterations) {
      expect({ name, ok: median < 0.004 && p95 < 0.01 && Math.abs(bias) < 0.004 }).toEqual({ name, ok: true });
    }
  });

  test("reads mixed attention between its knots as the formula has it, where that is linear", () => {
    const { attentionNs } = createGpuCosts(fitted, architecture);
    const want = attentionUs(512, 1000, 50, 700) * 1000;
    expect(Math.abs(attentionNs(512, 1000, 50, 700, 700, 700) / want - 1)).toBeLessThan(0.01);
  });

  test("keeps decode-only attention and its skew, and one alpha for mixed batches", () => {
    expect(fitted.attention.prefillChunk.filter((chunk) => chunk === 0)).toHaveLength(9 * 11);
    expect([...fitted.skew.alpha.keys()]).toEqual(["0|n>8|sr<=50%|kvB<=1k|kp=0"]);
    expect(fitted.skew.alphaDefault).toBe(0.05);
  });

  test("is the same every time", () => {
    expect(profileCsv(fitProfile(syntheticProfile(), architecture, 32))).toEqual(profileCsv(fitted));
  });
});

describe("a bundle that was measured elsewhere", () => {
  test("gets the measured knots that are nearest by ratio", () => {
    const { attention } = fitProfile(raw, architecture, 32, {
      ...defaultFit,
      mixed: { chunk: [10, 900], kvPrefill: [0, 3000], nDecode: [0, 3, 500], kvDecode: [1, 600] },
    });
    const mixed = <T>(column: T[]): T[] => [
      ...new Set(column.filter((_, i) => (attention.prefillChunk[i] as number) > 0)),
    ];
    expect(mixed(attention.prefillChunk)).toEqual([16, 1024]);
    expect(mixed(attention.kvPrefill)).toEqual([0, 4096]);
    expect(mixed(attention.nDecode)).toEqual([0, 4, 128]);
    expect(mixed(attention.kvDecode)).toEqual([0, 16, 512]);
  });

  test("without mixed batches keeps its decodes", () => {
    const decodeOnly = (i: number): boolean => raw.attention.prefillChunk[i] === 0;
    const attention = Object.fromEntries(
      Object.entries(raw.attention).map(([axis, column]) => [
        axis,
        column.filter((_: number, i: number) => decodeOnly(i)),
      ]),
    );
    const fit = fitProfile({ ...raw, attention: attention as unknown as typeof raw.attention }, architecture, 32);
    expect(fit.attention.timeUs).toHaveLength(9 * 11);
  });
});

test("a compact profile is not fitted again", () => {
  expect(() => fitProfile(fitted, architecture, 32)).toThrow(/compact already/);
});

test("the report of a profile against itself is all zeros", () => {
  const { layers, iterations } = fitReport(raw, raw, architecture, 32, { batches: 100 });
  for (const { median, p95, max, bias } of [...layers, ...iterations])
    expect([median, p95, max, bias]).toEqual([0, 0, 0, 0]);
});
