import type { ModeOutcome } from "@tandem-sim/comparison";
import type { Flip, Summary } from "@tandem-sim/schemas";
import { describe, expect, test } from "vitest";
import { verdictOn } from "./verdict.js";

interface Figures {
  makespan: number;
  ttft: number;
  tpot: number;
  energy: number | null;
  gpu: number;
  pim: number;
  link: number;
  held?: number;
  extra?: number;
}

/** The part of a summary that a verdict reads. */
const outcome = ({ makespan, ttft, tpot, energy, gpu, pim, link, held = 0, extra = 0 }: Figures): ModeOutcome => ({
  summary: {
    makespan_ns: makespan,
    ttft_ms: { mean: ttft },
    tpot_ms: { mean: tpot },
    energy: energy === null ? null : { j_per_token: energy },
    gpu_busy: gpu,
    held: { sequences: 0, tokens: 0, memory: held },
    interleaving: { extra_gpu_ns: extra },
    instances: [{}],
    pim_util: null,
    gpu_time: { typical_error: 0.02 },
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
    expect(said).toContain("gpu-only is best here: no other mode is better by any measure (auto");
    expect(said).toContain("leave offload off");
  });

  test("the best by each measure where they differ", () => {
    expect(say({ offload: { makespan: 90, ttft: 30, tpot: 6, energy: 2 } })).toContain(
      "offload by makespan 0.90x of gpu-only; gpu-only by mean TTFT, mean TPOT and energy per token.",
    );
  });

  test("how PIM stands against KV offload, which needs none: the fastest of the offloaded modes", () => {
    const said = outcomes({
      "kv-offload": { makespan: 80, tpot: 4 },
      offload: { makespan: 60 },
      auto: { makespan: 40 },
    });
    for (const mode of ["offload", "auto"]) {
      const found = said.get(mode);
      if (found && "summary" in found) found.summary.pim_util = 0.5;
    }
    expect(verdictOn(said)?.sentences).toContain(
      "Against kv-offload, which needs no PIM, auto comes to makespan 0.50x, mean TTFT 1.00x, mean TPOT 1.25x and energy per token 1.00x.",
    );
    expect(say({ "kv-offload": { makespan: 80 } })).not.toContain("Against");
  });

  test("what fills the makespan, once for the modes that it is the same for", () => {
    const said = say({ offload: { gpu: 0.4, pim: 0.5 }, interleave: { extra: 20 }, auto: { held: 0.8 } });
    expect(said).toContain(
      "What fills most of the makespan: in gpu-only the GPU works 90%, in offload the GPU waits for PIM 50%, " +
        "in interleave the GPU works 90% (20% on reading weights a second time), " +
        "in auto the GPU works 90% (requests wait for KV memory 80%).",
    );
    expect(say({ offload: {} })).toContain("in gpu-only and offload the GPU works 90%.");
  });

  const probe = (value: number, ratio: number): Flip["same"] => ({ value, ratio, gemv_gbps: value * 2 });
  const withFlips = (...flips: Omit<Flip, "measure">[]): string => {
    const whatIf = { flips: flips.map((flip) => ({ ...flip, measure: "makespan" as const })), composition: null };
    return verdictOn(outcomes({ auto: { makespan: 90 } }), whatIf)?.sentences.at(-1) ?? "";
  };

  test("from where on auto is ahead, and what does not help it", () => {
    const here = probe(512, 1.1);
    const more = { axis: "mem_size" as const, here, same: probe(1000, 1.01), flipped: probe(1024, 0.99) };
    const larger = { axis: "max_num_seqs" as const, here: probe(64, 1.1), same: probe(256, 1.05), flipped: null };
    expect(withFlips(more, larger)).toBe(
      "By makespan, auto (1.10x of gpu-only) gets ahead from 1024 GiB of PIM (2048 GB/s of KV) and stays behind even with 256 requests at a time: 1.05x.",
    );
  });

  test("down to where auto stays ahead; a value that was not tried is not told", () => {
    const here = probe(512, 0.9);
    const less = { axis: "mem_size" as const, here, same: probe(320, 0.99), flipped: probe(300, 1.01) };
    const untried = { axis: "max_num_seqs" as const, here: probe(8, 0.9), same: probe(8, 0.9), flipped: null };
    expect(withFlips(less, untried)).toBe(
      "By makespan, auto (0.90x of gpu-only) stays ahead down to 320 GiB of PIM (640 GB/s of KV).",
    );
  });

  test("nothing where no mode fits", () => {
    expect(verdictOn(new Map([["offload", { doesNotFit: "too large" }]]))).toBeNull();
  });
});
