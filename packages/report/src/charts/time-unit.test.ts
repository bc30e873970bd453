import { expect, it } from "vitest";
import { timeUnitFor } from "./time-unit.js";

it("times are in the largest unit of which they are at least two", () => {
  expect([5e9, 1.9e9, 3e6, 900].map((ns) => timeUnitFor(ns).name)).toEqual(["s", "ms", "ms", "µs"]);
});
