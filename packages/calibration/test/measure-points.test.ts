/**
 * @module
 * The script that measures points, as far as that goes without a GPU: the plan, the arithmetic, and the file.
 */
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { analyticConstants, efficienciesOf } from "@tandem-sim/hardware";
import { findGpuSpecFile, readGpuSpec } from "@tandem-sim/schemas/node";
import { describe, expect, test } from "vitest";
import { identified, toldBy } from "../src/analytic/identified.js";
import { calibrateOnMeasuredPoints, parsePoints } from "../src/index.js";
import { dryRun, filledPlan, formulas, hasPython, python } from "./plan.js";

describe.skipIf(!hasPython)("measure_points.py", () => {
  test("a dry run is a plan, and no measurement", () => {
    const plan = dryRun();
    expect(plan.split("\n")[0]).toBe("kind,m,n,k,chunk,cached,decodes,context,heads,kv_heads,head_dim,time_us,gpu");
    expect(() => parsePoints(plan, "points.csv")).toThrow(/points.csv:2: time_us is 0: nothing was measured/);
  });

  test.each(["A100", "H100", "RTX4090", "B200", "L4"])("its plan tells all three efficiencies of a %s", (gpu) => {
    const spec = readGpuSpec(findGpuSpecFile(gpu));
    const points = parsePoints(filledPlan(dryRun(), formulas(spec, efficienciesOf(spec))), "points.csv");
    const told = toldBy(analyticConstants, spec, points, efficienciesOf(spec));
    expect(identified(told)).toEqual(["memory", "compute", "attention"]);
  });

  test("from times of the formulas a fit finds what they were made with", () => {
    const spec = readGpuSpec(findGpuSpecFile("H200"));
    const made = { memory: 0.77, compute: 0.66, attention: 0.55 };
    const { efficiencies, errors } = calibrateOnMeasuredPoints(
      spec,
      parsePoints(filledPlan(dryRun(), formulas(spec, made)), "points.csv"),
      { source: "a test", where: "points.csv" },
    );
    for (const name of ["memory", "compute", "attention"] as const)
      expect(efficiencies.after[name]).toBeCloseTo(made[name], 2);
    expect(errors.after.map(({ name }) => name)).toEqual([
      "products",
      "prompts",
      "decodes",
      "mixed, not fitted to",
      "passes, not fitted to",
    ]);
    for (const { name, max } of errors.after) expect(max, name).toBeLessThan(0.005);
  });

  test("counts as it says, and writes what a calibration reads", () => {
    const out = join(mkdtempSync(join(tmpdir(), "tandem-points-")), "points.csv");
    const { status, stderr } = python("measure_without_gpu.py", out);
    expect([status, stderr.includes("Error")], stderr).toEqual([0, false]);
    const { products, attention, passes, gpu } = parsePoints(readFileSync(out, "utf8"), out);
    expect([products.length, attention.length, passes.length, gpu]).toEqual([6, 6, 4, "Imaginary  1"]);
    expect(products[0]).toEqual({ rows: 4, input: 8192, output: 10240, us: 125 });
  });
});
