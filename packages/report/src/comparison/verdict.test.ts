import type { Summary } from "@tandem-sim/schemas";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ModeOutcome } from "./mode-outcome.js";
import { type Measure, verdictOn } from "./verdict.js";

interface Figures {
  makespan: number;
  ttft: number;
  tpot: number;
  energy: number | null;
  gpu: number;
  pim: number;
  link: number;
}

/** The part of a summary that a verdict reads. */
const outcome = ({ makespan, ttft, tpot, energy, gpu, pim, link }: Figures): ModeOutcome => ({
  summary: {
    makespan_ns: makespan,
    ttft_ms: { mean: ttft },
    tpot_ms: { mean: tpot },
    energy: energy === null ? null : { j_per_token: energy },
    gpu_busy: gpu,
    idle: { gpu: { waiting_for_pim: pim, waiting_for_link: link, no_work: 1 - gpu - pim - link } },
  } as unknown as Summary,
  samples: { ttft: [], tpot: [], latency: [] },
});

const base: Figures = { makespan: 100, ttft: 10, tpot: 5, energy: 1, gpu: 0.9, pim: 0, link: 0 };
const outcomes = (others: Record<string, Partial<Figures>>): Map<string, ModeOutcome> =>
  new Map([
    ["gpu-only", outcome(base)],
    ...Object.entries(others).map(([mode, part]) => [mode, outcome({ ...base, ...part })] as const),
  ]);
const say = (others: Record<string, Partial<Figures>>): string =>
  verdictOn(outcomes(others))?.sentences.join(" ") ?? "";

describe("the verdict names", () => {
  test("the mode that is best by every measure, and by how much", () => {
    const won = { makespan: 76, ttft: 8, tpot: 3.7, energy: 0.96 };
    expect(say({ offload: { makespan: 104, ttft: 11, tpot: 6, energy: 1.1 }, interleave: won })).toContain(
      "interleave is best here: makespan 0.76x, mean TTFT 0.80x, mean TPOT 0.74x and energy per token 0.96x of gpu-only.",
    );
  });

  test("GPU-only where it is best, and that auto cannot choose it", () => {
    const said = say({
      offload: { makespan: 140, ttft: 20, tpot: 9, energy: 1.2 },
      auto: { makespan: 109, ttft: 11, tpot: 6, energy: 1.1 },
    });
    expect(said).toContain("gpu-only is best here: no other mode is better by any measure.");
    expect(said).toContain("leave offload off");
  });

  test("the best by each measure where they differ", () => {
    expect(say({ offload: { makespan: 90, ttft: 30, tpot: 6, energy: 2 } })).toContain(
      "offload by makespan 0.90x of gpu-only; gpu-only by mean TTFT, mean TPOT and energy per token.",
    );
  });

  test("what the GPU did for most of the time", () => {
    expect(say({ offload: { gpu: 0.4, pim: 0.5 }, interleave: { gpu: 0.9, pim: 0.02 } })).toContain(
      "Most of the time the GPU waits for PIM 50% (offload) and computes 90% (interleave).",
    );
  });

  test("nothing where no mode fits", () => {
    expect(verdictOn(new Map([["offload", { doesNotFit: "too large" }]]))).toBeNull();
  });
});

const figures = fc.record({
  makespan: fc.double({ min: 1, max: 1e3, noNaN: true }),
  ttft: fc.double({ min: 0.1, max: 1e3, noNaN: true }),
  tpot: fc.double({ min: 0.1, max: 1e3, noNaN: true }),
  energy: fc.option(fc.double({ min: 0.1, max: 10, noNaN: true })),
  gpu: fc.double({ min: 0, max: 0.4, noNaN: true }),
  pim: fc.double({ min: 0, max: 0.3, noNaN: true }),
  link: fc.double({ min: 0, max: 0.3, noNaN: true }),
});

test("never contradicts the figures: whoever it calls best has no better rival by that measure", () => {
  fc.assert(
    fc.property(figures, figures, figures, figures, (a, b, c, d) => {
      const all = { "gpu-only": a, offload: b, interleave: c, auto: d };
      const verdict = verdictOn(new Map(Object.entries(all).map(([mode, one]) => [mode, outcome(one)])));
      for (const [measure, found] of Object.entries(verdict?.best ?? {})) {
        const of = (mode: string): number => all[mode as keyof typeof all][measure as Measure] ?? 0;
        const least = Math.min(...Object.keys(all).map(of));
        for (const mode of Object.keys(all)) expect(found.modes.includes(mode)).toBe(of(mode) <= least * 1.005);
        expect(found.ratio).toBeCloseTo(least / of("gpu-only"), 9);
      }
      const [first = ""] = verdict?.sentences ?? [];
      const named = /^([\w-]+) is best here/.exec(first)?.[1];
      if (named) for (const found of Object.values(verdict?.best ?? {})) expect(found.modes).toContain(named);
    }),
    { numRuns: 500 },
  );
});
