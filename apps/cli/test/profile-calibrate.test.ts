import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { GpuSpec, type Summary } from "@tandem-sim/schemas";
import { beforeAll, describe, expect, test } from "vitest";
import { repository, tandem, temporaryFolder } from "./tandem.js";

const folder = temporaryFolder();
const file = (name: string): string => join(folder, name);
const calibrate = (...args: string[]) => tandem(["profile", "calibrate", ...args]);

const header = "kind,m,n,k,chunk,cached,decodes,context,heads,kv_heads,head_dim,time_us,gpu";

/** An L4 that reads 200 bytes and computes 100,000 operations per ns, 5 us a kernel. */
function product(m: number, n: number, k: number): string {
  const bytes = 2 * (n * k + m * k + m * n);
  const us = 5.3 + Math.hypot(bytes / 200e3, (2 * m * n * k) / 100e6);
  return `gemm,${m},${n},${k},0,0,0,0,0,0,0,${us.toFixed(3)},NVIDIA L4`;
}

const points = {
  all: [product(16, 16384, 8192), product(32, 8192, 16384), product(2048, 8192, 8192), product(2048, 8192, 16384)],
  reading: [product(16, 16384, 8192), product(32, 8192, 16384)],
};

describe("tandem profile calibrate", () => {
  beforeAll(() => {
    for (const [name, rows] of Object.entries(points))
      writeFileSync(file(`${name}.csv`), `${[header, ...rows].join("\n")}\n`);
  });

  test("from points: prints what was reached before and after, and writes a spec sheet that runs", async () => {
    const { code, stdout, stderr } = await calibrate(file("all.csv"), "--gpu", "L4", "--out", file("mine.json"));
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/memory +96\.0% +6\d\.\d%/);
    expect(stdout).toMatch(/products +before +\d+\.\d\d%[^\n]*\n +after +[0-2]\.\d\d%/);
    expect(stdout).toContain(
      "Not fitted: attention stays at 0.6: 0 of 4 kernels go by it, two are needed; measure attention",
    );
    const spec = GpuSpec.parse(JSON.parse(readFileSync(file("mine.json"), "utf8")));
    expect(spec.calibration).toMatchObject({
      basis: "fitted",
      source: expect.stringMatching(/4 kernels of all.csv, measured on NVIDIA L4$/),
    });
    const summary = file("summary.json");
    const run = await tandem(["run", "--num-reqs", "2", "--gpu", file("mine.json"), "--summary", summary]);
    expect(run.code).toBe(0);
    const { instances } = JSON.parse(readFileSync(summary, "utf8")) as Summary;
    expect(instances[0]?.gpu_times).toBe("partly calibrated");
  });

  test("from points that only read: the compute that they cannot tell keeps its default", async () => {
    const { stdout } = await calibrate(file("reading.csv"), "--gpu", "L4", "--json");
    const { calibration, fitted, kept, out } = JSON.parse(stdout);
    expect([Object.keys(calibration), fitted, out]).toEqual([["memory", "basis", "source"], ["memory"], null]);
    expect(kept[0]).toMatch(/^compute stays at 0\.87: .*measure products of 2048 rows or more$/);
  });

  test("from a profile: the errors of its iterations by phase", async () => {
    const profile = "RTXPRO6000/meta-llama/Llama-3.1-8B";
    const { code, stdout, stderr } = await calibrate(profile, "--gpu", "RTXPRO6000");
    expect([code, stderr]).toEqual([0, ""]);
    for (const phase of ["decode", "prefill", "mixed"])
      expect(stdout).toMatch(new RegExp(`${phase} +before +\\d+\\.\\d\\d%[^\\n]*\\n +after +[0-2]\\.\\d\\d%`));
    expect((await calibrate(profile, "--gpu", "L40S")).stderr).toContain(
      "measured on RTXPRO6000, and the spec sheet is of L40S",
    );
  });

  test("refuses a bundle that nobody measured", async () => {
    const out = file("synth");
    const synth = [
      "profile",
      "synth",
      "L4",
      "--model",
      "meta-llama/Llama-3.1-8B",
      "--grid",
      "RTXPRO6000/meta-llama/Llama-3.1-8B",
    ];
    expect((await tandem([...synth, "--out", out])).code).toBe(0);
    const { code, stderr } = await calibrate(out, "--gpu", "L4");
    expect([code, stderr]).toEqual([2, expect.stringContaining("nobody measured this profile")]);
  });

  const specSheet = join(repository, "configs/gpu/L4/spec.json");
  test.each([
    [[file("none.csv"), "--gpu", "L4"], /none\.csv: cannot be read \(ENOENT\)/],
    [[file("all.csv"), "--gpu", "L5"], /did you mean/],
    [[file("all.csv")], /--gpu/],
    [[file("all.csv"), "--gpu", "L4", "--model", "Qwen/Qwen3-8B"], /--model: is for a profile/],
    [[file("all.csv"), "--gpu", specSheet, "--out", specSheet], /would be overwritten/],
    [[file("all.csv"), "--gpu", "B200"], /all\.csv: the fit gives memory 0\.0\d+.*\(is the spec sheet, of NVIDIA B200/],
    [["nothing", "--gpu", "L4"], /expected <hardware>/],
  ])("%j is refused in one message", async (args, message) => {
    const { code, stderr, stdout } = await calibrate(...args);
    expect(stderr).toMatch(message);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect([code, stdout]).toEqual([2, ""]);
  });

  test("writes nothing where it fails", async () => {
    const { code } = await calibrate(file("none.csv"), "--gpu", "L4", "--out", file("never.json"));
    expect([code, existsSync(file("never.json"))]).toEqual([2, false]);
  });
});
