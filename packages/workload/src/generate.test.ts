import { describe, expect, it } from "vitest";
import { describeWorkload } from "./describe.js";
import { type GenerateOptions, generateWorkload } from "./generate.js";
import { writeWorkload } from "./write-workload.js";

const base: GenerateOptions = {
  requests: 500,
  seed: 42,
  arrivals: { process: "poisson", requestsPerSecond: 10 },
  inputTokens: { kind: "lognormal", mean: 100, sigma: 0.5 },
  outputTokens: { kind: "uniform", min: 1, max: 50 },
};
const generate = (options: Partial<GenerateOptions> = {}) => [...generateWorkload({ ...base, ...options })];
const text = (options: Partial<GenerateOptions> = {}) => [...writeWorkload(generate(options))].join("");

describe("a generated workload", () => {
  it("is the same for the same seed, and another for another", () => {
    expect(text()).toBe(text());
    expect(text({ seed: 43 })).not.toBe(text());
  });

  it("keeps its lengths when its arrivals change, and its arrivals when its lengths do", () => {
    const [before] = generate();
    const [faster] = generate({ arrivals: { process: "constant", requestsPerSecond: 99 } });
    const [longer] = generate({ inputTokens: { kind: "fixed", tokens: 9 }, tokenIds: true });
    expect(faster?.inputTokens).toEqual(before?.inputTokens);
    expect(faster?.outputTokens).toEqual(before?.outputTokens);
    expect(longer?.arrivalNs).toEqual(before?.arrivalNs);
  });

  it("does not depend on the size of the chunks", () => {
    const small = [...generateWorkload({ ...base, tokenIds: true }, 7)];
    expect(small.length).toBe(Math.ceil(500 / 7));
    expect([...writeWorkload(small)].join("")).toBe(text({ tokenIds: true }));
  });

  it("has ids only if asked, or if prefixes are shared", () => {
    expect(describeWorkload(generate()).withTokenIds).toBe(0);
    expect(describeWorkload(generate({ tokenIds: true })).withTokenIds).toBe(1);
    expect(describeWorkload(generate({ sharedPrefixes: { groups: 1, tokens: 8 } })).withTokenIds).toBe(1);
  });

  it("shares prefixes as often as asked, on top of the drawn prompts", () => {
    const chunks = generate({
      inputTokens: { kind: "fixed", tokens: 10 },
      sharedPrefixes: { groups: 4, tokens: 32, share: 0.5 },
    });
    const description = describeWorkload(chunks, 16);
    const prompts = chunks.flatMap(({ inputTokens }) => [...inputTokens]);
    const withPrefix = prompts.filter((tokens) => tokens === 42).length;
    expect(new Set(prompts)).toEqual(new Set([10, 42]));
    expect(Math.abs(withPrefix - 250)).toBeLessThan(40);
    // All but the first of each group find the two blocks of the prefix.
    expect(description.prefixHits.tokens).toBe((withPrefix - 4) * 32);
  });

  it("has no shared blocks without shared prefixes", () => {
    expect(describeWorkload(generate({ tokenIds: true })).prefixHits.tokens).toBe(0);
  });

  it.each([
    [{ requests: 0 }, "number of requests"],
    [{ requests: 1.5 }, "number of requests"],
    [{ seed: -1 }, "seed"],
    [{ inputTokens: { kind: "fixed", tokens: 0 } }, "no such lengths"],
    [{ sharedPrefixes: { groups: 0, tokens: 4 } }, "prefix groups"],
    [{ sharedPrefixes: { groups: 1, tokens: 0 } }, "prefix tokens"],
    [{ sharedPrefixes: { groups: 1, tokens: 1e12 } }, "prefix tokens"],
    [{ sharedPrefixes: { groups: 1, tokens: 4, share: 2 } }, "prefix share"],
    [{ arrivals: { process: "gamma", requestsPerSecond: 1, cv: 0 } }, "cv"],
  ] as [Partial<GenerateOptions>, string][])("%j is refused", (options, message) => {
    expect(() => generate(options)).toThrow(message);
  });
});
