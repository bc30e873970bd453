import { describe, expect, it, vi } from "vitest";
import { fitService, type Slowdowns } from "./fit-service.js";
import { independence } from "./independence.js";

const free = (name: string) => ({ name, least: -0.5, most: 0.5 });
const scale = 1 / Math.sqrt(3);

/** A service of three figures, each of which two constants slow down by a part of its own. */
const service =
  (truth: Slowdowns, parts: readonly (readonly number[])[]) =>
  async (tried: Slowdowns): Promise<Float64Array[]> => {
    const log = (at: Slowdowns, part: readonly number[]): number =>
      Math.log(part.reduce((sum, share, k) => sum + share * Math.exp(at[k] ?? 0), 0));
    return [Float64Array.from(parts, (part) => scale * (log(tried, part) - log(truth, part)))];
  };

const apart = [
  [0.9, 0.1],
  [0.5, 0.5],
  [0.2, 0.8],
];

describe("fitting a service", () => {
  it("finds constants that act on different things, in a dozen simulations", async () => {
    const residuals = vi.fn(service([0.1, -0.06], apart));
    const { slowdowns, findings, beforePct, afterPct } = await fitService([free("memory"), free("compute")], residuals);
    expect(slowdowns[0]).toBeCloseTo(0.1, 3);
    expect(slowdowns[1]).toBeCloseTo(-0.06, 3);
    expect(findings).toEqual(["fitted", "fitted"]);
    expect(beforePct).toBeGreaterThan(3);
    expect(afterPct).toBeLessThan(0.02);
    expect(residuals.mock.calls.length).toBeLessThan(16);
  });

  it("leaves a constant alone that does the same as another", async () => {
    const same = apart.map(([share = 0]) => [share / 2, share / 2, 1 - share]);
    const { slowdowns, findings } = await fitService(
      [free("memory"), free("host time")],
      service([0.08, 0.08, 0], same),
    );
    expect(findings).toEqual(["fitted", "this run cannot tell it from memory"]);
    expect(slowdowns[1]).toBe(0);
  });

  it("leaves all alone where there is nothing to gain", async () => {
    const { slowdowns, findings } = await fitService([free("memory"), free("compute")], service([0, 0], apart));
    expect(slowdowns).toEqual([0, 0]);
    expect(findings[0]).toMatch(/^takes no tenth of the error away/);
  });

  it("takes nothing for a constant that one part of the run shows and another denies", async () => {
    const residuals = async ([slowdown = 0]: Slowdowns) => [
      Float64Array.of(scale * (slowdown - 0.1)),
      Float64Array.of(scale * (slowdown - 0.01)),
    ];
    const { slowdowns, findings } = await fitService([free("memory")], residuals);
    expect([slowdowns, findings[0]]).toEqual([[0], expect.stringMatching(/^helps one part .* harms another/)]);
  });

  it("stays within the limits", async () => {
    const { slowdowns } = await fitService([{ name: "host", least: 0, most: 1 }], service([-0.1], [[0.5, 0.5]]));
    expect(slowdowns).toEqual([0]);
  });
});

describe("independence", () => {
  it("is 1 at right angles, 0 within the span of others and for no effect", () => {
    const [x, y, z] = [Float64Array.of(1, 0, 0), Float64Array.of(1, 1, 0), Float64Array.of(0, 0, 2)];
    expect(independence(z, [x, y])).toBe(1);
    expect(independence(Float64Array.of(3, -7, 0), [x, y])).toBeCloseTo(0);
    expect(independence(new Float64Array(3), [x])).toBe(0);
    expect(independence(y, [])).toBe(1);
  });
});
