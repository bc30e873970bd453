import { expect, test } from "vitest";
import { CalibrationRoofline, parseWith } from "../src/index.js";

test.each([
  ["memory_gbps", { memory_gbps: 1e-308, tflops: 400 }],
  ["tflops", { memory_gbps: 1600, tflops: 1e308 }],
])("a roofline whose %s no work can have is refused: times would be no numbers", (key, roofline) => {
  expect(() => parseWith(CalibrationRoofline, roofline, "c.json")).toThrow(`c.json: $.${key}: `);
});
