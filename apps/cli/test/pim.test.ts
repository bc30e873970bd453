import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { describe, expect, test } from "vitest";
import { repository, tandem, temporaryFolder } from "./tandem.js";

const show = async (...args: string[]) => JSON.parse((await tandem(["pim", "show", ...args, "--json"])).stdout);

/** Least squares of latency over context; slope ns per token, intercept ns. */
function line(points: { context: number; latency_ns: number }[]): { slope: number; intercept: number } {
  const n = points.length;
  const meanX = points.reduce((sum, { context }) => sum + context, 0) / n;
  const meanY = points.reduce((sum, { latency_ns }) => sum + latency_ns, 0) / n;
  const covariance = points.reduce((sum, { context, latency_ns }) => sum + (context - meanX) * (latency_ns - meanY), 0);
  const slope = covariance / points.reduce((sum, { context }) => sum + (context - meanX) ** 2, 0);
  return { slope, intercept: meanY - slope * meanX };
}

describe("pim show", () => {
  const contexts = Array.from({ length: 32 }, (_, i) => 128 * (i + 1)).join();

  // The lines that LLMServingSim's PIM devices carry: 32 query heads, 8 KV heads of 128, 2 bytes, on one channel.
  test.each([
    ["LPDDR4X_2GB_4266_pim", 432.4458, 33918],
    ["DDR4_8GB_3200_pim", 333.2538, 30675],
    ["LPDDR5_2GB_6400_pim", 282.4338, 15997],
    ["HBM2_1GB_2000_pim", 242.0548, 14514],
  ])("%s lies on its published line", async (name, slope, intercept) => {
    const fit = line((await show(name, "--model", "meta-llama/Llama-3.1-8B", "--context", contexts)).latency);
    expect(Math.abs(fit.slope / slope - 1)).toBeLessThan(0.02);
    for (const context of [512, 2048, 8192]) {
      expect(Math.abs((fit.slope * context + fit.intercept) / (slope * context + intercept) - 1)).toBeLessThan(0.05);
    }
  });

  test("gives the keys that scripts rely on", async () => {
    const facts = await show("DDR4_8GB_3200_pim", "--context", "128,512");
    expect(facts.channels).toBe(64);
    expect(facts.latency.map(({ context }: { context: number }) => context)).toEqual([128, 512]);
    expect(facts.power).toEqual({ idle_w: 0.623, peak_w: 3.803 });
    // About half of what the bundled GPU reads.
    expect(facts.gemv_bandwidth_gbps / 1597).toBeGreaterThan(0.45);
    expect(facts.gemv_bandwidth_gbps / 1597).toBeLessThan(0.55);
  });

  test("takes an INI that is not bundled, alone in a folder or by its path, without power keys", async () => {
    const folder = temporaryFolder();
    const ini = readFileSync(join(repository, "configs/pim/DDR4_8GB_3200_pim.ini"), "utf8").replace(
      /^(idle|peak)_power.*$/gm,
      "",
    );
    writeFileSync(join(folder, "mine.ini"), ini);
    const { power } = await show(join(folder, "mine.ini"));
    expect((await show(folder)).power).toEqual(power);
    expect(Math.abs(power.idle_w / 0.623 - 1)).toBeLessThan(0.05);
    expect(Math.abs(power.peak_w / 3.803 - 1)).toBeLessThan(0.3);
  });

  test("draws its plot and prints a table that fits a terminal", async () => {
    const plot = join(temporaryFolder(), "plot.svg");
    const { code, stdout } = await tandem(["pim", "show", "HBM2_1GB_2000_pim", "--plot", plot]);
    expect(code).toBe(0);
    expect(readFileSync(plot, "utf8")).toMatch(/^<svg [^>]*xmlns=[\s\S]*<\/svg>\n$/);
    expect(stdout.split("\n").length).toBeLessThan(30);
  });

  test("compares devices in one table, one chart and one JSON", async () => {
    const plot = join(temporaryFolder(), "compared.svg");
    const devices = ["HBM2_1GB_2000_pim", "HBM2_1GB_2000_neupims"];
    const { code, stdout: drawn } = await tandem(["pim", "show", "--compare", devices.join(), "--plot", plot]);
    // In CI heads are bold.
    const stdout = stripVTControlCharacters(drawn);
    expect(code).toBe(0);
    expect(stdout).toMatch(/context +device +1 channel us +group us +KV GB\/s +pJ per KV byte/);
    for (const device of devices) {
      expect(stdout.match(new RegExp(`^ *\\d+ +${device} `, "gm"))).toHaveLength(4);
      expect(readFileSync(plot, "utf8")).toContain(`>${device}</text>`);
    }
    const compared = await show("--compare", devices.join(), "--context", "512");
    const [theirs, ours] = compared.devices;
    expect([theirs.name, ours.name]).toEqual(devices);
    expect(ours.latency[0].kv_bandwidth_gbps).toBeGreaterThan(theirs.latency[0].kv_bandwidth_gbps);
    // The same figures as for each alone.
    expect((await show(devices[1] as string, "--context", "512")).latency).toEqual(ours.latency);
  });

  test("names what no simulator that it knows reads, once per key and file, and computes all the same", async () => {
    const folder = temporaryFolder();
    const text = readFileSync(join(repository, "configs/pim/HBM2_1GB_2000_pim.ini"), "utf8");
    writeFileSync(join(folder, "mine.ini"), text.replace("num_dies ", "pim_type = DUAL\nnum_dies "));
    const { code, stderr } = await tandem(["pim", "show", join(folder, "mine.ini")]);
    expect(code).toBe(0);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect(stderr).toMatch(/mine\.ini: \[dram_structure\] pim_type is not read: DUAL is row_buffers = 2 in \[pim\]/);
    expect((await tandem(["pim", "show", "HBM2_1GB_2000_pim"])).stderr).toBe("");
  });

  test.each([
    [["--json"], /no device is named/],
    [["--compare", "HBM2_1GB_2000_pim"], /--compare: expected two different devices/],
    [["HBM2_1GB_2000_pim", "--compare", "HBM2_1GB_2000_pim"], /--compare: expected two different devices/],
    [["--compare", "HBM2_1GB_2000_pim,HBM2"], /HBM2/],
    [["DDR4_8GB_3200_pin"], /did you mean "DDR4_8GB_3200_pim"/],
    [["DDR4_8GB_3200_pim", "--context", "0"], /--context/],
    [["DDR4_8GB_3200_pim", "--mem-size", "1"], /1 GiB hold no channel of 8 GiB/],
    [["DDR4_8GB_3200_pim", "--model", "nobody/Nothing"], /no model config/],
    [["DDR4_8GB_3200_pim", "--share", "5"], /share = 5 exceeds 4/],
  ])("%j is refused in one line", async (args, message) => {
    const { code, stderr } = await tandem(["pim", "show", ...args]);
    expect(code).toBe(2);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect(stderr).toMatch(message);
  });
});
