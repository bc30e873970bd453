import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readGpuProfile } from "@tandem-sim/schemas/node";
import { Command } from "commander";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { profileCommand } from "./profile.js";

let folder: string;
let stdout: string;
let stderr: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tandem-profile-"));
  stdout = "";
  stderr = "";
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    stdout += text;
    return true;
  });
  vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    stderr += text;
    return true;
  });
});

afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

const tandemProfile = (...words: string[]): Promise<unknown> =>
  profileCommand(new Command("profile")).exitOverride().parseAsync(words, { from: "user" });

const layers = [
  "embedding",
  "layernorm",
  "qkv_proj",
  "rotary_emb",
  "o_proj",
  "gate_up_proj",
  "act_fn",
  "down_proj",
  "final_layernorm",
];

/** A raw bundle of a GPU whose times are formulas, in LLMServingSim's layout. */
function writeBundle(meta: { architecture?: string; tp_degrees?: number[] } = {}): string {
  const dir = join(folder, "bundle");
  mkdirSync(join(dir, "tp1"), { recursive: true });
  const csv = (name: string, header: string, rows: (string | number)[][]): void =>
    writeFileSync(join(dir, "tp1", name), `${[header, ...rows.map((row) => row.join(","))].join("\n")}\n`);
  const sizes = Array.from({ length: 64 }, (_, i) => 1 + 4 * i);
  csv(
    "dense.csv",
    "layer,tokens,time_us",
    layers.flatMap((layer) => sizes.map((size) => [layer, size, 20 + size / 9])),
  );
  csv(
    "per_sequence.csv",
    "layer,sequences,time_us",
    ["lm_head", "sampler"].flatMap((layer) => sizes.map((size) => [layer, size, 30 + size])),
  );
  const contexts = [16, 512, 4096];
  const rows: number[][] = [];
  for (const n of [1, 16, 128]) for (const kv of contexts) rows.push([0, 0, n, kv, 5 + n * kv * 0.001]);
  for (const chunk of [16, 512, 2048]) {
    for (const kvPrefill of [0, 512]) {
      rows.push([chunk, kvPrefill, 0, 0, 5 + chunk / 20]);
      for (const n of [1, 16, 128])
        for (const kv of contexts) rows.push([chunk, kvPrefill, n, kv, 5 + chunk / 20 + n * kv * 0.001]);
    }
  }
  csv("attention.csv", "prefill_chunk,kv_prefill,n_decode,kv_decode,time_us", rows);
  csv("skew_fit.csv", "pc,n_label,skew_rate_label,kv_big_label,kp_label,alpha,n_samples", [
    ["0", "n>0", "sr", "kv", "kp", 0.1, 4],
  ]);
  const axis = (name: string, label: string): string =>
    `    ${name}_bins: [-1, 1000000]\n    ${name}_labels: [${label}]\n`;
  const yaml = `gpu: Imaginary 1
hardware: IMAGINARY
model: nobody/Nothing
variant: bf16
vllm_version: 0.19.0
architecture: ${meta.architecture ?? "llama"}
tp_degrees: [${(meta.tp_degrees ?? [1, 2]).join(", ")}]
skew_fit:
  enabled: true
  bucket_axes:
${axis("n", "n>0")}${axis("skew_rate", "sr")}${axis("kv_big", "kv")}${axis("kp", "kp")}  per_tp:
    1: { alpha_default: 0.05, bucket_table: tp1/skew_fit.csv }
`;
  writeFileSync(join(dir, "meta.yaml"), yaml);
  return dir;
}

describe("tandem profile import", () => {
  test("writes a compact profile that can be read, and prints its error", async () => {
    const out = join(folder, "gpu/IMAGINARY/nobody/Nothing/bf16");
    await tandemProfile("import", writeBundle(), "--out", out);
    const profile = readGpuProfile(out, 1);
    expect(profile).toMatchObject({ form: "compact", hardware: "IMAGINARY", model: "nobody/Nothing", tp: 1 });
    expect(profile.skew).toMatchObject({ alphaDefault: 0.05, alpha: new Map([["0|n>0|sr|kv|kp", 0.1]]) });
    expect(profile.source).toMatch(/vLLM 0\.19\.0 on an Imaginary 1, fitted by `tandem profile import`/);
    expect(stdout).toMatch(/decode-only +0\.\d\d%/);
    expect(readdirSync(out, { recursive: true }).filter((file) => String(file).endsWith(".tmp"))).toEqual([]);
  });

  test("skips a tp that meta.yaml lists and the disk lacks, with a note", async () => {
    const out = join(folder, "out");
    await tandemProfile("import", writeBundle(), "--out", out);
    expect(stderr).toMatch(/tp2 is listed in meta\.yaml but not there; skipped/);
    expect(existsSync(join(out, "tp2"))).toBe(false);
  });

  test("--raw keeps every sample, and the profile reads as the bundle does", async () => {
    const bundle = writeBundle();
    const out = join(folder, "out");
    await tandemProfile("import", bundle, "--out", out, "--raw");
    const { source: _, ...kept } = readGpuProfile(out, 1);
    const { source: __, ...measured } = readGpuProfile(bundle, 1);
    expect(kept).toEqual(measured);
  });

  test("--json prints the errors and nothing else", async () => {
    await tandemProfile("import", writeBundle(), "--out", join(folder, "out"), "--json");
    const { tp, skipped_tp } = JSON.parse(stdout);
    expect(skipped_tp).toEqual([2]);
    expect(tp[0].csv_bytes).toBeLessThan(24_000);
    expect(tp[0].iterations.map(({ name }: { name: string }) => name)).toContain("mixed");
  });

  test.each([
    [
      "a mixture of experts by name",
      { architecture: "qwen3_moe" },
      /mixture-of-experts.*supported: dense llama, mistral, qwen2, qwen3, phi3, gpt2, opt/,
    ],
    ["an unknown architecture", { architecture: "mamba" }, /"mamba"/],
    ["a bundle without tables", { tp_degrees: [4] }, /no tables.*tp4/],
  ])("refuses %s and writes nothing", async (_, meta, message) => {
    const out = join(folder, "out");
    await expect(tandemProfile("import", writeBundle(meta), "--out", out)).rejects.toThrow(message);
    expect(existsSync(out)).toBe(false);
  });

  test("refuses a bundle with expert tables and writes nothing", async () => {
    const bundle = writeBundle();
    writeFileSync(join(bundle, "tp1", "moe.csv"), "");
    await expect(tandemProfile("import", bundle, "--out", join(folder, "out"))).rejects.toThrow(/mixture-of-experts/);
    expect(existsSync(join(folder, "out"))).toBe(false);
  });

  test("refuses to write into the bundle, and to import what it has written", async () => {
    const bundle = writeBundle();
    await expect(tandemProfile("import", bundle, "--out", join(bundle, "."))).rejects.toThrow(/bundle itself/);
    const link = join(folder, "link");
    symlinkSync(bundle, link);
    await expect(tandemProfile("import", bundle, "--out", link)).rejects.toThrow(/bundle itself/);
    const linked = join(folder, "linked");
    mkdirSync(linked);
    symlinkSync(join(bundle, "tp1"), join(linked, "tp1"));
    await expect(tandemProfile("import", bundle, "--out", linked, "--raw")).rejects.toThrow(/would be overwritten/);
    const out = join(folder, "out");
    await tandemProfile("import", bundle, "--out", out);
    await expect(tandemProfile("import", out, "--out", join(folder, "again"))).rejects.toThrow(
      /profile of Tandem already/,
    );
  });
});

describe("tandem profile show", () => {
  test("fits on a screen and says what the bundled GPU can do", async () => {
    await tandemProfile("show", "RTXPRO6000/meta-llama/Llama-3.1-8B");
    expect(stdout.split("\n").length).toBeLessThan(20);
    expect(stdout).toMatch(/128 requests .*\(\d+%\)/);
    expect(stdout).toMatch(/Prefill: 2\d\.\dk tok\/s in chunks of 2048/);
    expect(stdout).toMatch(/Source: measured by LLMServingSim's profiler/);
  });

  test("--json has iteration times over batch and context, and longer contexts take longer", async () => {
    await tandemProfile("show", "RTXPRO6000/meta-llama/Llama-3.1-8B/bf16", "--json");
    const { decode, prefill, range, layers: count } = JSON.parse(stdout);
    expect(count).toBe(32);
    expect(prefill.tokens_per_s).toBeCloseTo((2048 * 1e9) / prefill.iteration_ns, 6);
    expect(range.nDecode).toBe(256);
    const at128 = decode
      .filter(({ decodes }: { decodes: number }) => decodes === 128)
      .map((row: { iteration_ns: number }) => row.iteration_ns);
    expect(at128).toEqual([...at128].sort((a, b) => a - b));
  });

  test("takes a raw bundle's folder as well", async () => {
    await tandemProfile("show", writeBundle(), "--json");
    expect(JSON.parse(stdout)).toMatchObject({ form: "raw", hardware: "IMAGINARY" });
  });

  test("an unknown profile, and a tp that is not there, are errors that say what there is", async () => {
    await expect(tandemProfile("show", "H100/meta-llama/Llama-3.1-8B")).rejects.toThrow(/bundled: RTXPRO6000/);
    await expect(tandemProfile("show", writeBundle(), "--tp", "2")).rejects.toThrow(
      /tensor parallelism 2.*present: tp1/,
    );
    await expect(tandemProfile("show", writeBundle(), "--tp", "x")).rejects.toThrow(/--tp: expected a whole number/);
  });
});
