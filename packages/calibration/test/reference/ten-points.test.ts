/**
 * @module
 * What the measuring script's ten points are worth: a calibration to them, judged on all kernels of the same GPU.
 */
import type { GpuSpec } from "@tandem-sim/schemas";
import { expect, test } from "vitest";
import { describeReference } from "../../../schemas/test/reference.js";
import {
  calibrateOnMeasuredPoints,
  composedErrors,
  type KernelPoints,
  parsePoints,
  trustedPoints,
} from "../../src/index.js";
import { dryRun, filledPlan, hasPython, type TimeOf } from "../plan.js";
import { measuredGpus } from "./measured.js";

const uncalibrated = ({ calibration: _, ...spec }: GpuSpec): GpuSpec => spec;

/** Times as they were measured; mixed batches and passes were not. */
const measuredTime =
  ({ products, attention }: KernelPoints): TimeOf =>
  ({ kind, size }) => {
    if (kind === "gemm")
      return products.find((p) => p.rows === size("m") && p.output === size("n") && p.input === size("k"))?.us;
    return attention.find(
      (p) =>
        p.heads === size("heads") &&
        p.kvHeads === size("kv_heads") &&
        p.chunk === size("chunk") &&
        p.decodes === size("decodes") &&
        p.context === size("context"),
    )?.us;
  };

describeReference("a calibration to the script's ten points", () => {
  test.skipIf(!hasPython).each([
    ["A100", { decode: 0.02, prefill: 0.025 }],
    ["H100", { decode: 0.015, prefill: 0.05 }],
  ])("is as good on %s as one to hundreds", (name, medians) => {
    const gpu = measuredGpus().find(({ spec }) => spec.hardware === name);
    if (!gpu) throw new Error(`no measurements of ${name}`);
    const points = parsePoints(filledPlan(dryRun(), measuredTime(gpu.points)), "points.csv");
    expect([points.products.length, points.attention.length]).toEqual([6, 4]);
    const spec = uncalibrated(gpu.spec);
    const { efficiencies, kept } = calibrateOnMeasuredPoints(spec, points, {
      source: "ten points",
      where: "points.csv",
    });
    expect(kept).toEqual([]);
    const [decode, prefill] = composedErrors(spec, trustedPoints(gpu), efficiencies.after);
    expect(decode?.median).toBeLessThan(medians.decode);
    expect(prefill?.median).toBeLessThan(medians.prefill);
  });
});
