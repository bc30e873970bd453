/**
 * @module
 * The analytic GPU model against measurements: that its constants and calibrations are what the fits give, and its errors.
 */
import { analyticConstants, architectureOf, createAnalyticCosts, efficienciesOf } from "@tandem-sim/hardware";
import type { GpuSpec } from "@tandem-sim/schemas";
import { beforeAll, describe, expect, test } from "vitest";
import { describeReference } from "../../../schemas/test/reference.js";
import {
  calibrateOnPoints,
  calibrateOnProfile,
  composedErrors,
  type ErrorStats,
  type Fitted,
  fitConstants,
  iterationErrorStats,
  type MeasuredKernels,
  type MeasuredProfile,
  rawIterations,
  sampledIterations,
  trustedPoints,
} from "../../src/index.js";
import { measuredGpus, measuredProfile } from "./measured.js";

const layers = 32;
const uncalibrated = ({ calibration: _, ...spec }: GpuSpec): GpuSpec => spec;

/** Every number of a value, with its path. */
function numbersIn(value: unknown, path = ""): [string, number][] {
  if (typeof value === "number") return [[path, value]];
  return Object.entries(value as object).flatMap(([key, part]) => numbersIn(part, `${path}.${key}`));
}

interface Bars {
  median: number;
  p95: number;
  bias: number;
}

function within(errors: readonly ErrorStats[], bars: Record<string, Bars>): void {
  expect(errors.map(({ name }) => name)).toEqual(Object.keys(bars));
  for (const { name, median, p95, bias } of errors) {
    expect(median, `${name}: median`).toBeLessThanOrEqual(bars[name].median);
    expect(p95, `${name}: p95`).toBeLessThanOrEqual(bars[name].p95);
    expect(Math.abs(bias), `${name}: bias`).toBeLessThanOrEqual(bars[name].bias);
  }
}

describeReference("the analytic model", () => {
  let profile: MeasuredProfile;
  let gpus: MeasuredKernels[];
  let fitted: Fitted;
  beforeAll(() => {
    profile = measuredProfile();
    gpus = measuredGpus();
    fitted = fitConstants(analyticConstants, profile, gpus);
  });

  test("has the constants that the fit gives", () => {
    const stored = new Map(numbersIn(analyticConstants));
    for (const [path, value] of numbersIn(fitted.constants)) {
      const kept = stored.get(path) ?? Number.NaN;
      // Rounded to three digits, and the fit starts from the rounded ones.
      expect(Math.abs(value - kept), path).toBeLessThanOrEqual(0.02 * Math.abs(kept));
    }
  });

  test("has the calibrations that the fits give", () => {
    const found = [
      { spec: profile.spec, got: calibrateOnProfile(analyticConstants, profile, efficienciesOf(profile.spec)) },
      ...gpus.map((gpu) => ({
        spec: gpu.spec,
        got: calibrateOnPoints(analyticConstants, gpu.spec, trustedPoints(gpu), efficienciesOf(gpu.spec)),
      })),
    ];
    for (const { spec, got } of found) {
      expect(spec.calibration?.basis).toBe("fitted");
      for (const key of ["memory", "compute", "attention"] as const)
        expect(spec.calibration?.[key], `${spec.hardware}: ${key}`).toBeCloseTo(got[key], 2);
    }
  });

  describe("on whole iterations of the GPU that it was fitted on", () => {
    const errorsOf = (spec: GpuSpec, sampled: boolean): ErrorStats[] => {
      const { raw, model } = profile;
      const architecture = architectureOf(model);
      const measured = sampled
        ? sampledIterations(raw, architecture, layers)
        : rawIterations(raw, architecture, layers);
      return iterationErrorStats(createAnalyticCosts(spec, model), layers, measured);
    };

    test("at every measured point", () => {
      within(errorsOf(profile.spec, false), {
        decode: { median: 0.015, p95: 0.05, bias: 0.005 },
        prefill: { median: 0.03, p95: 0.09, bias: 0.01 },
        mixed: { median: 0.03, p95: 0.12, bias: 0.02 },
      });
    });

    // Between its points the raw table holds short contexts flat, far above what it measured beside them: hence the p95.
    test("on random batches as servers form them", () => {
      within(errorsOf(profile.spec, true), {
        decode: { median: 0.015, p95: 0.05, bias: 0.005 },
        prefill: { median: 0.03, p95: 0.09, bias: 0.01 },
        mixed: { median: 0.03, p95: 0.14, bias: 0.02 },
      });
    });

    test("from its spec sheet alone", () => {
      within(errorsOf(uncalibrated(profile.spec), false), {
        decode: { median: 0.065, p95: 0.2, bias: 0.05 },
        prefill: { median: 0.075, p95: 0.25, bias: 0.05 },
        mixed: { median: 0.08, p95: 0.22, bias: 0.05 },
      });
    });
  });

  describe("on iterations composed of kernels, calibrated with three numbers", () => {
    const errorsOf = (name: string): ErrorStats[] => {
      const gpu = gpus.find(({ spec }) => spec.hardware === name) as MeasuredKernels;
      return composedErrors(gpu.spec, trustedPoints(gpu), efficienciesOf(gpu.spec));
    };

    test("A100", () => {
      within(errorsOf("A100"), {
        decode: { median: 0.026, p95: 0.1, bias: 0.03 },
        prefill: { median: 0.045, p95: 0.1, bias: 0.05 },
      });
    });

    test("H100", () => {
      within(errorsOf("H100"), {
        decode: { median: 0.025, p95: 0.2, bias: 0.03 },
        prefill: { median: 0.045, p95: 0.25, bias: 0.08 },
      });
    });
  });

  test("from spec sheets and family defaults, A100 and H100 pooled", () => {
    const all = gpus.map((gpu) => composedErrors(gpu.spec, trustedPoints(gpu), efficienciesOf(uncalibrated(gpu.spec))));
    const medians = all.flat().map(({ median }) => median);
    expect(Math.max(...medians)).toBeLessThanOrEqual(0.15);
    expect(medians.reduce((sum, median) => sum + median, 0) / medians.length).toBeLessThanOrEqual(0.09);
  });
});
