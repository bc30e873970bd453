import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ServiceCalibration } from "@tandem-sim/schemas";
import { describe, expect, test } from "vitest";
import { benchmark, record } from "./recording.js";
import { tandem, temporaryFolder } from "./tandem.js";

const folder = temporaryFolder();
const out = join(folder, "service.json");
const cluster = ["--cluster-config", "single_node_gpu_instance"];

async function calibrate(recordings: readonly string[], ...flags: string[]) {
  const { code, stdout, stderr } = await tandem([
    "calibrate",
    "--vllm",
    ...recordings,
    ...cluster,
    "--out",
    out,
    ...flags,
  ]);
  expect(stderr).not.toContain("[ERROR]");
  expect(code).toBe(0);
  return { found: ServiceCalibration.parse(JSON.parse(readFileSync(out, "utf8"))), stdout };
}

const short = { kind: "uniform", min: 8, max: 32 } as const;

describe("a service is found again from its recording", () => {
  test("host time, memory and compute within 3 percent, and the other half's error is gone", async () => {
    const constants = { host_ns_per_step: 3_000_000, memory_efficiency: 0.9, compute_efficiency: 0.8 };
    const { found, stdout } = await calibrate([record({ constants })]);
    for (const constant of ["host_ns_per_step", "memory_efficiency", "compute_efficiency"] as const) {
      expect(Math.abs(found.constants[constant] / constants[constant] - 1)).toBeLessThan(0.03);
      expect(found.findings[constant]).toBe("fitted");
    }
    expect(found.constants.link_efficiency).toBe(1);
    expect(found.findings.link_efficiency).toMatch(/^one GPU/);
    expect(found.errors.before.mean_abs_error_pct).toBeGreaterThan(20);
    expect(found.errors.after.mean_abs_error_pct).toBeLessThan(1);
    expect(found.spread_pct).toBeNull();
    expect(stdout).toMatch(/^mean absolute error +\d\d\.\d\d% +0\.\d\d%$/m);
    expect(stdout).toContain("On requests that it was not fitted to, the mean absolute error falls from");
  });

  test("from a client's benchmark file too, and no constant that was none", async () => {
    const { found } = await calibrate([benchmark({ constants: { memory_efficiency: 0.85 } })]);
    expect(found.constants.memory_efficiency).toBeCloseTo(0.85, 1);
    expect(found.constants).toMatchObject({ compute_efficiency: 1, host_ns_per_step: 0 });
    expect(found.errors.after.mean_abs_error_pct).toBeLessThan(1.5);
  });

  test("the links of two GPUs, where nothing else is off", async () => {
    const load = { arrivals: { process: "gamma", requestsPerSecond: 8, cv: 5 } } as const;
    const { found } = await calibrate(
      [record({ constants: { link_efficiency: 0.5 }, load, h100s: 2 })],
      ...["--gpu", "H100", "--tp", "2"],
    );
    expect(found.constants.link_efficiency).toBeCloseTo(0.5, 1);
    expect(found.constants).toMatchObject({ memory_efficiency: 1, compute_efficiency: 1, host_ns_per_step: 0 });
    expect(found.source).toMatchObject({ hardware: "H100", tp: 2, gpu_times: "calibrated" });
  });
});

describe("what a recording says nothing of", () => {
  test("compute, where a run is never bound by it: it stays 1 and the result says why", async () => {
    const slow = { constants: { compute_efficiency: 0.5 }, load: { inputTokens: short } };
    const { found, stdout } = await calibrate([record(slow)]);
    expect(found.constants.compute_efficiency).toBe(1);
    expect(found.findings.compute_efficiency).toMatch(/\d\.\d% of its iterations' time is bound by computation/);
    expect(stdout).toContain("is bound by computation");
  });

  test("nothing is fitted where nothing is wrong", async () => {
    const { found, stdout } = await calibrate([record({})]);
    expect(found.constants).toEqual({
      host_ns_per_step: 0,
      memory_efficiency: 1,
      compute_efficiency: 1,
      link_efficiency: 1,
    });
    expect(stdout).toContain("there is nothing to calibrate");
  });
});

test("several recordings of one load: their own spread stands beside the error", async () => {
  const recordings = [0.84, 0.86].map((memory_efficiency) => record({ constants: { memory_efficiency } }));
  const { found, stdout } = await calibrate(recordings);
  expect(found.constants.memory_efficiency).toBeCloseTo(0.85, 1);
  expect(found.spread_pct).toBeGreaterThan(1);
  expect(found.spread_pct).toBeLessThan(10);
  expect(stdout).toMatch(/difference +recordings differ$/m);
});

describe("--gpu-calibration", () => {
  const service = join(folder, "mine.json");
  const run = (...flags: string[]) =>
    tandem(["run", ...cluster, "--num-reqs", "2", "--gpu-calibration", service, ...flags]);
  const constants = { memory_efficiency: 0.9, compute_efficiency: 0.8 };

  test("corrects a run, which says so in one line; validate then finds its recording again", async () => {
    const dir = record({ constants });
    const { found } = await calibrate([dir]);
    writeFileSync(service, JSON.stringify(found));
    expect((await run()).stdout).toMatch(
      /^GPU times: .*, measured, corrected by a recorded run: .*memory efficiency 0\./m,
    );
    const { stdout } = await tandem(["validate", "--vllm", dir, ...cluster, "--gpu-calibration", service]);
    expect(Number(/^mean absolute error +([\d.]+)%$/m.exec(stdout)?.[1])).toBeLessThan(2);
  });

  test("compare names it among its inputs", async () => {
    const { stdout } = await tandem(["compare", "--num-reqs", "2", "--gpu-calibration", service, "--json"]);
    expect(JSON.parse(stdout).inputs.cluster).toContain(`--gpu-calibration ${service}`);
  });

  test.each([
    [["--gpu", "H100"], /mine\.json: is of RTXPRO6000, the cluster has H100/],
    [["--gpu-model", "analytic"], /corrects measured GPU times, this run's are others/],
    [["--gpu-calibration", join(folder, "none.json")], /none\.json: cannot be read/],
    [["--output", service], /--output: .* is read by this command/],
  ])("is refused with %j", async (flags, message) => {
    const { code, stderr, stdout } = await run(...flags);
    expect(stderr).toMatch(message);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect([code, stdout]).toEqual([2, ""]);
  });

  test("warns of another model than it was fitted to, and where it made things worse", async () => {
    const found = JSON.parse(readFileSync(service, "utf8"));
    found.errors.after.mean_abs_error_pct = 99;
    found.source.model = "openai/GPT-3-175B";
    writeFileSync(service, JSON.stringify(found));
    const { stderr } = await run();
    expect(stderr).toMatch(/was fitted to openai\/GPT-3-175B, this run's model is meta-llama\/Llama-3.1-8B/);
    expect(stderr).toMatch(/worse on the requests that it was not fitted to/);
  });
});

test.each([
  [() => [record({ load: { requests: 15 } })], [], /15 requests are too few .*at least 40/],
  [() => [record({}), record({ load: { seed: 6 } })], [], /request 0 has .* tokens, in the first recording/],
  [() => [record({})], ["--request-rate", "5"], /--request-rate: a recorded run has its arrivals/],
  [() => [record({})], ["--enable-attn-offloading"], /vLLM, which was recorded, does not do this/],
  [() => [join(folder, "nowhere")], [], /nowhere: no such folder or file/],
])(
  "what cannot be calibrated is refused in one message, and writes nothing (%#)",
  async (recordings, flags, message) => {
    const never = join(folder, "never.json");
    const { code, stderr, stdout } = await tandem([
      ...["calibrate", "--vllm", ...recordings(), ...cluster, "--out", never],
      ...flags,
    ]);
    expect(stderr).toMatch(message);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect([code, stdout, existsSync(never)]).toEqual([2, "", false]);
  },
);
