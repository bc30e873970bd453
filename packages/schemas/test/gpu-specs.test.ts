import { manifest } from "@tandem-sim/configs";
import { describe, expect, test } from "vitest";
import { parseSpecSheet, type SpecSheet, tierOf } from "../src/index.js";
import { findGpuSpecFile, readGpuSpec, readSpecSheet } from "../src/node/index.js";

const sheets = manifest.gpuSpec.map((name) => [name, readSpecSheet(findGpuSpecFile(name))] as const);
const ofGpus = sheets.flatMap(([name, sheet]) => ("gpu" in sheet ? [[name, sheet] as const] : []));
const npu = readSpecSheet(findGpuSpecFile("NeuPIMs-NPU"));

/** bf16 operations that the tensor cores of an SM do per clock, by generation: NVIDIA's architecture white papers. */
const flopPerClock = [512, 1024, 2048, 4096, 8192];

describe.each(sheets)("the spec sheet of %s", (name, { hardware, power }) => {
  test("is of what its folder is named for, and has power that rises with work", () => {
    expect(hardware).toBe(name);
    expect(power.idle_power.value).toBeLessThan(power.standby_power.value);
    expect(power.standby_power.value).toBeLessThan(power.active_power.value);
  });
});

describe.each(ofGpus)("the GPU of %s", (_, spec) => {
  test("states a bf16 rate that its SMs reach at its clock", () => {
    const perClock = (spec.tflops.bf16.value * 1e6) / (spec.sms.value * spec.clock.value);
    const nearest = flopPerClock.reduce((best, it) =>
      Math.abs(it - perClock) < Math.abs(best - perClock) ? it : best,
    );
    expect(Math.abs(perClock / nearest - 1)).toBeLessThan(0.01);
  });

  test("has rates that double from 16 to 8 bits", () => {
    const { tflops } = spec;
    for (const rate of [tflops.fp8, tflops.int8]) if (rate) expect(rate.value / tflops.bf16.value).toBeGreaterThan(1.9);
  });
});

test("a spec sheet says how far its times can be trusted", () => {
  const spec = readGpuSpec(findGpuSpecFile("L4"));
  expect(tierOf(spec)).toBe("spec sheet");
  const all = { memory: 0.9, compute: 0.8, attention: 0.6, source: "a test" };
  expect(tierOf({ ...spec, calibration: { memory: 0.9, basis: "fitted", source: "a test" } })).toBe(
    "partly calibrated",
  );
  expect(tierOf({ ...spec, calibration: { ...all, basis: "carried over" } })).toBe("partly calibrated");
  expect(tierOf({ ...spec, calibration: { ...all, basis: "fitted" } })).toBe("calibrated");
});

test("times of systolic arrays are known from a simulator at best", () => {
  expect(tierOf(npu)).toBe("simulated");
});

test.each<[string, (sheet: Record<string, unknown>) => object, RegExp]>([
  [
    "a kind that is not known",
    (sheet) => ({ ...sheet, kind: "tpu" }),
    /\$\.kind: expected one of "gpu"\|"systolic"\|"roofline"/,
  ],
  ["a key of another kind", (sheet) => ({ ...sheet, sms: 1 }), /unknown field "sms"/],
  ["a key that is nearly right", (sheet) => ({ ...sheet, array: sheet.arrays }), /"array" \(did you mean "arrays"\?\)/],
  ["a kind left out", ({ kind: _, ...sheet }) => sheet, /\$\.gpu: is missing/],
  ["no clock", ({ clock: _, ...sheet }) => sheet, /\$\.clock: is missing/],
  ["a figure without a source", (sheet) => ({ ...sheet, clock: { value: 1 } }), /\$\.clock\.source: is missing/],
  [
    "half an array",
    (sheet) => ({
      ...sheet,
      arrays: { ...(npu as { arrays: object }).arrays, count: { value: 0.5, source: "a test" } },
    }),
    /\$\.arrays\.count\.value: expected int/,
  ],
])("a spec sheet of systolic arrays with %s is refused where it is wrong", (_, change, message) => {
  expect(() => parseSpecSheet(change(npu as SpecSheet & Record<string, unknown>), "a test")).toThrow(message);
});

test("what is for GPUs only says so of another kind", () => {
  expect(() => readGpuSpec(findGpuSpecFile("NeuPIMs-NPU"))).toThrow(
    /NeuPIMs-NPU is no GPU that exists.*kind "systolic"/,
  );
});

test("a GPU without a spec sheet is an error that knows what was meant", () => {
  expect(() => findGpuSpecFile("RTX4900")).toThrow(/did you mean "RTX4090"/);
});
