import { manifest } from "@tandem-sim/configs";
import { describe, expect, test } from "vitest";
import { tierOf } from "../src/index.js";
import { findGpuSpecFile, readGpuSpec } from "../src/node/index.js";

/** bf16 operations that the tensor cores of an SM do per clock, by generation: NVIDIA's architecture white papers. */
const flopPerClock = [512, 1024, 2048, 4096, 8192];

describe.each(manifest.gpuSpec)("the spec sheet of %s", (name) => {
  const spec = readGpuSpec(findGpuSpecFile(name));

  test("is of the GPU that its folder is named for", () => {
    expect(spec.hardware).toBe(name);
  });

  test("states a bf16 rate that its SMs reach at its clock", () => {
    const perClock = (spec.tflops.bf16.value * 1e6) / (spec.sms.value * spec.clock.value);
    const nearest = flopPerClock.reduce((best, it) =>
      Math.abs(it - perClock) < Math.abs(best - perClock) ? it : best,
    );
    expect(Math.abs(perClock / nearest - 1)).toBeLessThan(0.01);
  });

  test("has rates that double from 16 to 8 bits, and power that rises with work", () => {
    const { tflops, power } = spec;
    for (const rate of [tflops.fp8, tflops.int8]) if (rate) expect(rate.value / tflops.bf16.value).toBeGreaterThan(1.9);
    expect(power.idle_power.value).toBeLessThan(power.standby_power.value);
    expect(power.standby_power.value).toBeLessThan(power.active_power.value);
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

test("a GPU without a spec sheet is an error that knows what was meant", () => {
  expect(() => findGpuSpecFile("RTX4900")).toThrow(/did you mean "RTX4090"/);
});
