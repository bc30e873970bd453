/**
 * @module
 * `tandem validate` on a real vLLM run: the bars that the project has set itself, and the page.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { MetricError } from "@tandem-sim/report";
import { ServiceCalibration } from "@tandem-sim/schemas";
import { beforeAll, expect, test } from "vitest";
import { describeReference, reference } from "../../../../packages/schemas/test/reference.js";
import { tandem, temporaryFolder } from "../tandem.js";

const recorded = reference("vllm/RTXPRO6000-Llama-3.1-8B");

async function validate(...flags: string[]) {
  const { stdout } = await tandem(["validate", "--vllm", recorded, "--json", ...flags]);
  return JSON.parse(stdout) as { metrics: MetricError[]; mean_abs_error_pct: number; prefix_hit_tokens: number };
}

const raw = reference("gpu-profile/RTXPRO6000/meta-llama/Llama-3.1-8B/bf16");

describeReference("a recorded run of vLLM 0.19", () => {
  const page = join(temporaryFolder(), "report.html");
  let found: Awaited<ReturnType<typeof validate>>;
  beforeAll(async () => {
    found = await validate("--report", page);
  });

  test.each([
    { tables: "the bundled profile", of: async () => found },
    { tables: "raw tables", of: () => validate("--gpu-profile", raw) },
  ])("with $tables: mean absolute error 2.1 percent at most, TPOT and latency 2.0, TTFT 8.5", async ({ of }) => {
    const { metrics, mean_abs_error_pct } = await of();
    expect(metrics).toHaveLength(15);
    expect(mean_abs_error_pct).toBeLessThanOrEqual(2.1);
    const beyond = metrics.filter(({ metric, diff_pct }) => !(Math.abs(diff_pct) <= (metric === "ttft" ? 8.5 : 2.0)));
    expect(beyond).toEqual([]);
  });

  test("vLLM's side of the table is what LLMServingSim's own comparison prints", () => {
    const theirs = readFileSync(reference("sim-outputs/sharegpt_300_gpu_only_vs_vllm.txt"), "utf8")
      .split("\n")
      .map((line) => /^(\S+) (\S+) +([\d.]+) /.exec(line))
      .filter((match) => match !== null)
      .map(([, metric, stat, ms]) => `${metric} ${stat}`.toLowerCase().concat(` ${ms}`));
    expect(found.metrics.map(({ metric, stat, vllm_ms }) => `${metric} ${stat} ${vllm_ms.toFixed(1)}`)).toEqual(theirs);
  });

  test("finds cluster, options and workload beside the recording, and replays its prefix hits", async () => {
    expect(found.prefix_hit_tokens).toBe(19_520);
    expect((await tandem(["validate", "--vllm", recorded])).stdout).toMatch(/^TTFT mean +7097\.2 +\d+\.\d +-\d\.\d%$/m);
  });

  test("the page has the table and five charts, and loads nothing", () => {
    const html = readFileSync(page, "utf8");
    expect(html.match(/<svg /g)).toHaveLength(5);
    // A line of each side in each chart, and its entry in the legend.
    for (const line of ["--line-1", "--line-2"]) {
      expect(html.match(new RegExp(`stroke="var\\(${line}\\)"`, "g"))?.length).toBeGreaterThanOrEqual(5);
    }
    expect(html).toContain("<td>TTFT median</td><td>9442.7</td>");
    expect(html.replaceAll(/ xmlns(:\w+)?="[^"]*"/g, "")).not.toMatch(
      /https?:|\bsrc=|\bhref="(?!data:)|@import|url\((?!#)/,
    );
    expect(html).not.toContain("NaN");
  });
});

describeReference("the first half of that run", () => {
  test.each([
    { tables: "the bundled profile", flags: [], before: 1.49, after: 1.09 },
    { tables: "raw tables", flags: ["--gpu-profile", raw], before: 1.54, after: 0.95 },
  ])("fits half a millisecond of host time a step, and the other half is closer with $tables", async (of) => {
    const file = join(temporaryFolder(), "service.json");
    await tandem(["calibrate", "--vllm", recorded, "--out", file, ...of.flags]);
    const { constants, findings, errors } = ServiceCalibration.parse(JSON.parse(readFileSync(file, "utf8")));
    expect(constants.host_ns_per_step / 1e6).toBeCloseTo(0.54, 1);
    expect(constants).toMatchObject({ memory_efficiency: 1, compute_efficiency: 1, link_efficiency: 1 });
    expect(findings.link_efficiency).toMatch(/^one GPU/);
    expect(errors.before.mean_abs_error_pct).toBeCloseTo(of.before, 1);
    expect(errors.after.mean_abs_error_pct).toBeCloseTo(of.after, 1);
  });

  test("says nothing against the spec sheet's times of this GPU, which are closer as they are", async () => {
    const { stdout } = await tandem(["calibrate", "--vllm", recorded, "--gpu-model", "analytic"]);
    expect(stdout).toMatch(/^mean absolute error +0\.\d\d% +0\.\d\d%$/m);
    expect(stdout).toContain("there is nothing to calibrate");
  });
});
