import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Summary } from "@tandem-sim/schemas";
import { beforeAll, describe, expect, test } from "vitest";
import { tandem, temporaryFolder } from "./tandem.js";

const folder = temporaryFolder();
const file = (name: string): string => join(folder, name);

async function summaryOf(...flags: string[]): Promise<Summary> {
  const out = file("summary.json");
  const { code, stderr } = await tandem(["run", "--num-reqs", "16", "--summary", out, ...flags]);
  expect(stderr).not.toContain("[ERROR]");
  expect(code).toBe(0);
  return JSON.parse(readFileSync(out, "utf8"));
}

const synth = (...flags: string[]) =>
  tandem(["profile", "synth", "H100", "--model", "meta-llama/Llama-3.1-8B", ...flags]);

/** The points of a measured profile: fewer than the model needs. */
const coarse = ["--grid", "RTXPRO6000/meta-llama/Llama-3.1-8B"];

describe("tandem profile synth", () => {
  let printed: string;
  beforeAll(async () => {
    const { code, stdout, stderr } = await synth("--tp", "1,2", "--out", file("bundle"));
    expect([code, stderr]).toEqual([0, ""]);
    printed = stdout;
  });

  test("writes a bundle in LLMServingSim's layout and says what its interpolation loses", () => {
    for (const name of ["dense", "per_sequence", "attention", "skew_fit"])
      expect(existsSync(file(`bundle/tp2/${name}.csv`)), name).toBe(true);
    expect(readFileSync(file("bundle/meta.yaml"), "utf8")).toContain("by: tandem profile synth");
    expect(printed).toMatch(/decode-only +0\.\d\d%/);
    expect(printed).toMatch(/Nobody measured them: computed by .* from the spec sheet of NVIDIA H100/);
  });

  test.each(["1", "2"])("a run on it, tp %s, is that of the formulas to half a percent", async (tp) => {
    const link = ["--set", "link_bw=64", "--set", "link_latency=2000"];
    const flags = ["--gpu", "H100", "--tp", tp, ...link];
    const formulas = await summaryOf(...flags, "--gpu-model", "analytic");
    const tables = await summaryOf(...flags, "--gpu-profile", file("bundle"));
    for (const figure of ["ttft_ms", "tpot_ms", "latency_ms"] as const)
      expect(Math.abs(tables[figure].mean / formulas[figure].mean - 1), figure).toBeLessThan(0.005);
    expect(tables.instances[0]?.gpu_times).toBe("calibrated");
  });

  test("once imported it still does not pass for measured", async () => {
    const out = file("imported");
    expect((await synth("--out", file("small"), ...coarse)).code).toBe(0);
    expect((await tandem(["profile", "import", file("small"), "--out", out])).code).toBe(0);
    expect(JSON.parse(readFileSync(join(out, "profile.json"), "utf8")).source).toMatch(/^computed, not measured/);
    const { instances } = await summaryOf("--gpu", "H100", "--gpu-profile", out);
    expect(instances[0]?.gpu_times).toBe("calibrated");
    const { stdout } = await tandem(["profile", "show", out]);
    expect(stdout).toContain("Computed up to");
    expect(stdout).not.toContain("Measured");
  });

  test("--grid takes the points of another bundle", async () => {
    const args = ["profile", "synth", "L4", "--model", "Qwen/Qwen3-8B", ...coarse];
    const { code, stdout } = await tandem([...args, "--out", file("coarse"), "--json"]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ hardware: "L4", computed: "spec sheet", tp: [{ tp: 1 }] });
    const rows = (path: string): number => readFileSync(file(path), "utf8").split("\n").length;
    expect(rows("coarse/tp1/attention.csv")).toBeLessThan(rows("bundle/tp1/attention.csv") / 5);
    expect(readFileSync(file("coarse/tp1/dense.csv"), "utf8")).toContain("qk_norm,");
  });

  test("replaces its own bundles, never a measured one", async () => {
    for (let time = 0; time < 2; time++) expect((await synth("--out", file("own"), ...coarse)).code).toBe(0);
    mkdirSync(file("measured"));
    const meta = "hardware: H100\nmodel: m\nvariant: bf16\narchitecture: llama\ntp_degrees: [1]\n";
    writeFileSync(file("measured/meta.yaml"), meta);
    const { code, stderr } = await synth("--out", file("measured"), ...coarse);
    expect([code, stderr]).toEqual([2, expect.stringContaining("holds a profile that was not synthesized")]);
    expect(readFileSync(file("measured/meta.yaml"), "utf8")).toBe(meta);
    expect(existsSync(file("measured/tp1"))).toBe(false);
  });

  test.each([
    [["--tp", "3"], /3 GPUs cannot share/],
    [["--tp", "1,x"], /--tp: expected a whole number/],
    [["--dtype", "float32"], /no float32 rate/],
    [["--grid", "nowhere/"], /expected <hardware>/],
    [["--model", "meta-llama/Llama-3.1-9B"], /did you mean/],
  ])("%j is refused in one message and writes nothing", async (flags, message) => {
    const { code, stderr, stdout } = await synth("--out", file("never"), ...flags);
    expect(stderr).toMatch(message);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect([code, stdout]).toEqual([2, ""]);
    expect(existsSync(file("never"))).toBe(false);
  });
});
