import { describe, expect, it, vi } from "vitest";
import { fitService, type Observation, type Slowdowns } from "./fit-service.js";
import { independence } from "./independence.js";

const free = (name: string) => ({ name, least: -0.5, most: 0.5, usual: 0.1 });

/** A service whose stretches two constants slow down by a part of their own each. @param truths one per part of the run */
const service =
  (truths: readonly Slowdowns[], shares: readonly (readonly number[])[]) =>
  async (tried: Slowdowns): Promise<Observation> => {
    const stretches = truths.flatMap((truth, part) => shares.map((share) => ({ truth, part, share })));
    const time = (at: Slowdowns, share: readonly number[]): number =>
      share.reduce((sum, own, k) => sum + own * Math.exp(at[k] ?? 0), 0);
    return {
      residuals: Float64Array.from(stretches, ({ truth, share }) => Math.log(time(tried, share) / time(truth, share))),
      slopes: tried.map((value, k) =>
        Float64Array.from(stretches, ({ share }) => ((share[k] ?? 0) * Math.exp(value)) / time(tried, share)),
      ),
      weights: new Float64Array(stretches.length).fill(1 / stretches.length),
      parts: Uint8Array.from(stretches, ({ part }) => part),
      kinds: new Uint8Array(stretches.length),
    };
  };

const apart = [
  [0.9, 0.1],
  [0.5, 0.5],
  [0.2, 0.8],
];

describe("fitting a service", () => {
  it("finds constants that act on different things, in a handful of simulations", async () => {
    const observe = vi.fn(service([[0.1, -0.06]], apart));
    const { slowdowns, findings, beforePct, afterPct } = await fitService([free("memory"), free("compute")], observe);
    expect(slowdowns[0]).toBeCloseTo(0.1, 2);
    expect(slowdowns[1]).toBeCloseTo(-0.06, 2);
    expect(findings).toEqual(["fitted", "fitted"]);
    expect(beforePct).toBeGreaterThan(3);
    expect(afterPct).toBeLessThan(0.3);
    expect(observe.mock.calls.length).toBeLessThan(9);
  });

  it("leaves a constant alone that does the same as another", async () => {
    const same = apart.map(([share = 0]) => [share / 2, share / 2, 1 - share]);
    const observe = service([[0.08, 0.08, 0]], same);
    const { slowdowns, findings } = await fitService([free("memory"), free("host time")], observe);
    expect(findings).toEqual(["fitted", "this run cannot tell it from memory"]);
    expect(slowdowns[1]).toBe(0);
  });

  it("leaves one out that the others do without", async () => {
    const { slowdowns, findings } = await fitService([free("memory"), free("compute")], service([[0.1, 0]], apart));
    expect(slowdowns[0]).toBeCloseTo(0.1, 2);
    expect([slowdowns[1], findings[1]]).toEqual([0, expect.stringMatching(/^takes no tenth of the error away/)]);
  });

  it("leaves all alone where there is nothing to gain", async () => {
    const { slowdowns } = await fitService([free("memory"), free("compute")], service([[0, 0]], apart));
    expect(slowdowns).toEqual([0, 0]);
  });

  it("takes nothing for a constant that one part of the run shows and another denies", async () => {
    const { slowdowns, findings } = await fitService([free("memory")], service([[0.1], [0.01]], [[1]]));
    expect([slowdowns, findings[0]]).toEqual([[0], expect.stringMatching(/^helps one part .* harms another/)]);
  });

  it("does not mind a stretch that is far off", async () => {
    const shares = Array.from({ length: 20 }, () => [1]);
    const observe = async (tried: Slowdowns): Promise<Observation> => {
      const seen = await service([[0.1]], shares)(tried);
      return { ...seen, residuals: seen.residuals.map((residual, i) => (i === 3 ? 2 : residual)) };
    };
    expect((await fitService([free("memory")], observe)).slowdowns[0]).toBeCloseTo(0.1, 2);
  });

  it("stays within the limits", async () => {
    const host = { name: "host", least: 0, most: 1, usual: 0.1 };
    expect((await fitService([host], service([[-0.1]], [[0.5, 0.5]]))).slowdowns).toEqual([0]);
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
