import { neutralConstants } from "@tandem-sim/schemas";
import { expect, it } from "vitest";
import { constantsAt, probedPart, unidentified, withProbe } from "./constants.js";

const many = { gpus: 2, tflops: 400 };

it("slow-downs become efficiencies and whole ns of host time", () => {
  const found = constantsAt(["memory_efficiency", "host_ns_per_step"], [0.1, 0.02], 12_345_678);
  expect(found).toEqual({
    host_ns_per_step: 246_914,
    memory_efficiency: 0.9048,
    compute_efficiency: 1,
    link_efficiency: 1,
  });
});

it("a probe makes one constant's work 2% slower, which says how much of a time is its", () => {
  expect(withProbe(neutralConstants, "memory_efficiency").memory_efficiency).toBeCloseTo(1 / 1.02, 3);
  expect(withProbe(neutralConstants, "memory_efficiency").compute_efficiency).toBe(1);
  expect(probedPart(10, 1000)).toBeCloseTo(0.5);
});

it("a run that is never bound by computation says nothing of it, one GPU nothing of a link", () => {
  expect(unidentified("compute_efficiency", 0.004, many)).toMatch(
    /0\.4% of its iterations' time is bound by computation/,
  );
  expect(unidentified("compute_efficiency", 0.4, { ...many, tflops: null })).toMatch(/no spec sheet/);
  expect(unidentified("link_efficiency", 0, { ...many, gpus: 1 })).toMatch(/^one GPU/);
  expect(unidentified("link_efficiency", 0.01, many)).toMatch(/1\.0% .* spent on links/);
  expect(unidentified("memory_efficiency", 0.5, many)).toBeNull();
});
