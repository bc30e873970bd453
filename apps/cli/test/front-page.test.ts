import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { boundOf } from "@tandem-sim/comparison";
import type { Summary, Verdict } from "@tandem-sim/schemas";
import { beforeAll, describe, expect, test } from "vitest";
import { repository, tandem } from "./tandem.js";

/** Line breaks of the page mean nothing. */
const page = readFileSync(join(repository, "README.md"), "utf8").replaceAll(/\s+/g, " ");

interface Compared {
  modes: Record<"gpu-only" | "offload" | "interleave" | "auto", Summary>;
  verdict: Verdict;
}

const compare = async (...flags: string[]): Promise<Compared> =>
  JSON.parse((await tandem(["compare", "--attn-offload-phase", "decode", "--json", ...flags])).stdout);

const figures = {
  makespan: ({ makespan_ns }: Summary) => makespan_ns,
  TTFT: ({ ttft_ms }: Summary) => ttft_ms.mean,
  TPOT: ({ tpot_ms }: Summary) => tpot_ms.mean,
  "J/token": ({ energy }: Summary) => energy?.j_per_token ?? Number.NaN,
} as const;
type Figure = keyof typeof figures;

const ratio = ({ modes }: Compared, mode: "offload" | "interleave" | "auto", figure: Figure): number =>
  figures[figure](modes[mode]) / figures[figure](modes["gpu-only"]);
const told = (compared: Compared, mode: "offload" | "interleave", names: readonly Figure[]): string =>
  names.map((name) => `${name} ${ratio(compared, mode, name).toFixed(2)}x`).join(", ");
const percent = (share: number): string => `${Math.round(100 * share)}%`;
const row = (...cells: string[]): string => `| ${cells.join(" | ")} |`;

describe("the front page's table", () => {
  test("where interleaving wins: both columns and the reason come from the run", async () => {
    const found = await compare(
      "--dataset",
      "batch_256",
      "--max-num-seqs",
      "256",
      "--set",
      "nodes.0.cpu_mem.mem_size=1024",
    );
    const { offload, interleave } = found.modes;
    const names = ["makespan", "TPOT", "J/token"] as const;
    for (const name of names) expect(ratio(found, "interleave", name)).toBeLessThan(0.98);
    expect(page).toContain(
      row(
        "wins",
        "256 requests of 512 + 1024 tokens at once, 128 channels",
        told(found, "offload", names),
        told(found, "interleave", names),
        `The GPU waits for PIM ${percent(offload.idle.gpu.waiting_for_pim)} of the time offloaded, ${percent(interleave.idle.gpu.waiting_for_pim)} interleaved`,
      ),
    );
    expect([offload.requests, offload.instances[0]?.pim_channels]).toEqual([256, 128]);
    const [kernels] = found.verdict.what_if?.composition?.steps ?? [];
    const gpuOnly = found.modes["gpu-only"].makespan_ns;
    const apart = gpuOnly + (kernels?.makespan_ns ?? 0);
    expect(kernels?.cause).toBe("two attention kernels");
    expect(page).toContain(
      `with two, GPU-only alone would need ${(apart / gpuOnly).toFixed(2)}x of the first load's time, and interleaving with \`auto\` ${(found.modes.auto.makespan_ns / apart).toFixed(2)}x of that`,
    );
  });

  test("where it recovers what offload loses", async () => {
    const found = await compare("--dataset", "near_capacity", "--max-num-seqs", "256", "--no-what-if");
    const names = ["TTFT", "TPOT"] as const;
    expect(ratio(found, "offload", "TTFT")).toBeGreaterThan(2);
    expect(ratio(found, "interleave", "TTFT")).toBeLessThan(1);
    expect(ratio(found, "interleave", "TPOT")).toBeLessThan(1.02);
    const queued = (mode: "gpu-only" | "offload" | "interleave"): string =>
      `${found.modes[mode].queuing_ms.mean.toFixed(0)} ms`;
    expect(page).toContain(
      row(
        "recovers",
        "8 requests per second, about what one GPU can serve, 64 channels",
        told(found, "offload", names),
        told(found, "interleave", names),
        `Offloaded, a request queues for ${queued("offload")}; interleaved ${queued("interleave")}, GPU-only ${queued("gpu-only")}`,
      ),
    );
    expect(found.modes.offload.instances[0]?.pim_channels).toBe(64);
  });

  test("where it loses", async () => {
    const found = await compare("--dataset", "example_trace", "--no-what-if");
    const names = ["TTFT", "TPOT"] as const;
    for (const name of names)
      expect(ratio(found, "interleave", name)).toBeGreaterThan(Math.max(1.02, ratio(found, "offload", name)));
    const { interleave } = found.modes;
    expect(page).toContain(
      row(
        "loses",
        "10 short chat requests, 64 channels",
        told(found, "offload", names),
        told(found, "interleave", names),
        `In batches of ${interleave.batch.mean.toFixed(0)} requests, ${percent(boundOf(interleave).weights_read_twice)} of the time goes into reading the weights a second time`,
      ),
    );
    expect(interleave.requests).toBe(10);
  });
});

test("the front page counts the benchmark's loads", () => {
  const scenarios = readdirSync(join(repository, "apps/bench/scenarios"));
  expect(page).toContain(`\`npm run bench\` serves ${scenarios.length} loads in every mode`);
});

describe("the front page's limits", () => {
  let profiles: { name: string; model: string; type: string; times: string }[] = [];
  beforeAll(async () => {
    profiles = JSON.parse((await tandem(["profile", "list", "--json"])).stdout);
  });

  test("name the one measured GPU, model and type, and count the spec sheets and models", async () => {
    const measured = profiles.filter(({ times }) => times === "measured");
    expect(measured).toHaveLength(1);
    const [{ name, model, type } = { name: "", model: "", type: "" }] = measured;
    expect(page).toContain(`one measured GPU, model and type (${name.split("/")[0]}, ${model}, ${type})`);
    const models = JSON.parse((await tandem(["model", "list", "--json"])).stdout);
    const sheets = profiles.length - measured.length;
    expect(page).toContain(`spec sheets of ${sheets} GPUs and NPUs and configs of ${models.length} models are bundled`);
  });
});
