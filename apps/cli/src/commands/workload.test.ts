import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describeWorkload, parseWorkload } from "@tandem-sim/workload";
import { manifest, workloadsUrl } from "@tandem-sim/workloads";
import { describe, expect, it } from "vitest";
import { tandem, temporaryFolder } from "../../test/tandem.js";

/** What `tandem workload ...` prints. */
async function printed(args: string): Promise<string> {
  const { stdout, stderr } = await tandem(["workload", ...args.split(" ")]);
  expect(stderr).toBe("");
  return stdout;
}

/** The requests that it writes. */
async function written(args: string): Promise<string> {
  const file = join(temporaryFolder(), "requests.jsonl");
  expect(await printed(`${args} --out ${file}`)).toBe("");
  return readFileSync(file, "utf8");
}

const bundled = (file: string): string => readFileSync(new URL(file, workloadsUrl), "utf8");

describe("the bundled workloads", () => {
  /** Of a workload in numbers: what does not hang on single draws. */
  function shape(text: string) {
    const chunks = [parseWorkload(text, "requests.jsonl")];
    const { requests, inputTokens, outputTokens, durationNs, withTokenIds } = describeWorkload(chunks);
    return { requests, withTokenIds, means: [inputTokens.mean, outputTokens.mean, durationNs] };
  }

  // Two draws differ: by four deviations of a mean over as many gaps or lengths at most.
  it.each(manifest)("$name is like what its command makes", async ({ file, source }) => {
    const kept = shape(bundled(file));
    const made = shape(await written(source.replace(/^tandem workload /, "")));
    expect([made.requests, made.withTokenIds]).toEqual([kept.requests, kept.withTokenIds]);
    made.means.forEach((mean, i) => {
      const before = kept.means[i] ?? Number.NaN;
      expect(Math.abs(mean - before)).toBeLessThanOrEqual((4 * before) / Math.sqrt(made.requests));
    });
  });

  it("the example is ten short requests within a second, some with a common prefix", async () => {
    const described = JSON.parse(await printed("describe example_trace --json"));
    expect(described.requests).toBe(10);
    expect(described.duration_ns).toBeLessThan(1.2e9);
    expect(described.input_tokens.min).toBeGreaterThanOrEqual(2);
    expect(described.input_tokens.max).toBeLessThanOrEqual(40);
    expect(described.output_tokens.min).toBeGreaterThanOrEqual(9);
    expect(described.output_tokens.max).toBeLessThanOrEqual(110);
    expect(described.with_token_ids).toBe(1);
    expect(described.prefix_hits.tokens).toBeGreaterThan(0);
  });
});

describe("tandem workload", () => {
  it("generate writes a file if asked", async () => {
    expect(parseWorkload(await written("generate --num-reqs 3"), "some.jsonl").count).toBe(3);
  });

  it("describe prints a table by default, of the first requests if asked", async () => {
    const text = await printed("describe mixed --num-reqs 7");
    expect(text).toMatch(/^requests {6}7, over [\d.]+ s, [\d.]+ per second$/m);
    expect(text).toMatch(/^input tokens +[\d,]+/m);
    expect(text).toContain("none without token ids");
  });

  it("convert rescales, and leaves out ids", async () => {
    const chunk = parseWorkload(await written("convert example_trace --request-rate 9 --no-token-ids"), "out.jsonl");
    expect(chunk.tokenIds).toBeNull();
    expect((chunk.arrivalNs.at(-1) ?? 0) - (chunk.arrivalNs[0] ?? 0)).toBe(1e9);
  });

  it("convert changes nothing that it was not asked to change", async () => {
    expect(await written("convert example_trace")).toBe(bundled("example_trace.jsonl"));
  });

  it.each([
    ["generate --num-reqs 0", "--num-reqs: expected a whole number, at least 1"],
    ["generate --seed 1.5", "--seed: expected a whole number, at least 0"],
    ["generate --request-rate 0", "--request-rate: expected requests per second from 1e-6 to 1e9, or inf"],
    ["generate --cv 2", "--cv: only gamma arrivals have a cv"],
    ["generate --arrivals gama", 'did you mean "gamma"?'],
    ["generate --input-lengths fixed:0", "--input-lengths: expected a length distribution"],
    ["generate --prefix-groups 2", "--prefix-groups: needs --prefix-tokens"],
    ["generate --prefix-tokens 2", "--prefix-tokens: needs --prefix-groups"],
    ["generate --prefix-share 0.5", "--prefix-share: needs"],
    ["describe mixd", 'did you mean "mixed"?'],
    ["describe mixed --block-size 0", "--block-size: expected a whole number"],
    ["describe mixed --format azur", 'did you mean "azure"?'],
    ["describe mixed --format azure", "no column TIMESTAMP"],
    ["convert mixed --request-rate -3", "--request-rate: expected requests per second"],
  ])("%s is a usage error, and writes nothing", async (args, message) => {
    const { code, stdout, stderr } = await tandem(["workload", ...args.split(" ")]);
    expect(stderr).toContain(message);
    expect(stdout).toBe("");
    expect(code).toBe(2);
  });
});
