import { findGpuSpecFile, readGpuSpec } from "@tandem-sim/schemas/node";
import { describe, expect, test } from "vitest";
import { filledPlan, formulas } from "../../test/plan.js";
import { calibrateOnMeasuredPoints } from "./calibrate-spec.js";
import { parsePoints } from "./points-file.js";

const header = "kind,m,n,k,chunk,cached,decodes,context,heads,kv_heads,head_dim,time_us,gpu";
const file = (...rows: string[]): string => `${[header, ...rows].join("\n")}\n`;
const gemm = (m: number): string => `gemm,${m},16384,8192,0,0,0,0,0,0,0,100,Mine`;
const decode = (n: number): string => `attention,0,0,0,0,0,${n},4096,32,8,128,100,Mine`;
const prompt = (chunk: number): string => `attention,0,0,0,${chunk},0,0,0,32,8,128,100,Mine`;
const spec = readGpuSpec(findGpuSpecFile("L4"));

/** Fitted to times of an L4 whose efficiencies are 0.7. */
const fittedTo = (...rows: string[]) => {
  const made = { memory: 0.7, compute: 0.7, attention: 0.7 };
  return calibrateOnMeasuredPoints(spec, parsePoints(filledPlan(file(...rows), formulas(spec, made)), "points.csv"), {
    source: "a test",
    where: "points.csv",
  });
};

describe("points.csv", () => {
  test("is products, attention and passes, with columns in any order and lines as Windows ends them", () => {
    const points = parsePoints(
      file(gemm(16), decode(4), "layernorm,8,4096,0,0,0,0,0,0,0,0,5,Mine").replaceAll("\n", "\r\n"),
      "p",
    );
    expect(points.products).toEqual([{ rows: 16, input: 8192, output: 16384, us: 100 }]);
    expect(points.attention[0]).toMatchObject({ chunk: 0, decodes: 4, context: 4096, kvHeads: 8 });
    expect(points.passes).toEqual([{ layer: "layernorm", rows: 8, width: 4096, us: 5 }]);
    expect(points.gpu).toBe("Mine");
  });

  test.each([
    ["", /p: is empty/],
    ["kind,m\ngemm,1\n", /p:1: column "n" is missing/],
    [file("conv,1,1,1,0,0,0,0,0,0,0,5,"), /p:2: unknown kind "conv" \(gemm, attention, layernorm, act_fn\)/],
    [file("toString,1,1,1,0,0,0,0,0,0,0,5,"), /p:2: unknown kind "toString"/],
    [file(gemm(16), gemm(0)), /p:3: gemm without m/],
    [file("attention,0,0,0,0,0,0,9,32,8,128,5,"), /p:2: attention without chunk or decodes/],
    [file(gemm(1.5)), /p:2: sizes are whole numbers/],
    [file("gemm,1,1,1,0,0,0,0,0,0,0,fast,"), /p:2: time_us: expected a number, found "fast"/],
    [file("gemm,1,1,1,0,0,0,0,0,0,0,0,"), /p:2: time_us is 0: nothing was measured/],
  ])("%j is refused with its place", (text, message) => {
    expect(() => parsePoints(text, "p")).toThrow(message);
  });
});

describe("a calibration", () => {
  test("fits what its points tell, and says of the rest what would", () => {
    const { spec: fitted, kept } = fittedTo(gemm(16), gemm(32), decode(64));
    expect(fitted.calibration).toEqual({ memory: 0.7, basis: "fitted", source: "a test" });
    expect(kept).toEqual([
      expect.stringMatching(
        /^compute stays at 0.87: 0 of 3 kernels go by it, two are needed; measure products of 2048/,
      ),
      expect.stringMatching(/^attention stays at 0.6: 0 of 3 kernels/),
    ]);
  });

  test("of one kernel is its error, not an efficiency", () => {
    expect(() => fittedTo(gemm(16), prompt(8192))).toThrow(/points.csv: these measurements tell nothing/);
  });

  test("keeps what others fitted, with their source and no better a name", () => {
    const carried = readGpuSpec(findGpuSpecFile("H200"));
    const points = parsePoints(
      filledPlan(file(gemm(16), gemm(32)), formulas(carried, { memory: 0.8, compute: 0.836, attention: 0.5 })),
      "p",
    );
    const { calibration } = calibrateOnMeasuredPoints(carried, points, { source: "mine", where: "points.csv" }).spec;
    expect(calibration).toMatchObject({ memory: 0.8, compute: 0.836, basis: "carried over" });
    expect(calibration?.source).toMatch(/^mine; compute and attention: /);
  });

  test("of another GPU's times is an error, not an efficiency of 3", () => {
    const fast = parsePoints(
      filledPlan(file(gemm(16), gemm(32)), formulas(spec, { memory: 3, compute: 0.8, attention: 0.6 })),
      "p",
    );
    expect(() => calibrateOnMeasuredPoints(spec, fast, { source: "mine", where: "points.csv" })).toThrow(
      /the fit gives memory 2.9\d .*is the spec sheet, of NVIDIA L4, that of the GPU/,
    );
  });
});
