/**
 * @module
 * Makes workloads up: arrivals, lengths and shared prefixes from a seed.
 */
import { TandemError } from "@tandem-sim/schemas";
import { type Arrivals, createArrivals } from "./arrivals.js";
import { createLengths, type Lengths } from "./lengths.js";
import { createRandom, type Random, syntheticTokenId } from "./random.js";
import { createChunkBuilder, type RequestChunk } from "./request-chunk.js";

/** Prefixes that requests have in common, such as system prompts. They come on top of the drawn prompt lengths. */
export interface SharedPrefixes {
  /** Different prefixes; a request takes any of them with equal chance. */
  readonly groups: number;
  /** Length of each. */
  readonly tokens: number;
  /** Chance that a request has one at all; 1. */
  readonly share?: number;
}

/** A workload to make. */
export interface GenerateOptions {
  readonly requests: number;
  /** Whole number; the same seed and options give the same requests on any machine. */
  readonly seed: number;
  readonly arrivals: Arrivals;
  readonly inputTokens: Lengths;
  readonly outputTokens: Lengths;
  /** Make up ids of prompts and outputs too; shared prefixes imply it. */
  readonly tokenIds?: boolean;
  readonly sharedPrefixes?: SharedPrefixes;
}

/** Longer than the context of any model. */
const maxPrefixTokens = 2 ** 24;

function check(valid: boolean, what: string, found: number): void {
  if (!valid) throw new TandemError("E_USAGE", `expected ${what}, found ${found}`);
}

const makeIds = (random: Random, count: number): Int32Array =>
  Int32Array.from({ length: count }, () => syntheticTokenId(random));

function concatenated(a: Int32Array, b: Int32Array): Int32Array {
  const both = new Int32Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

/**
 * The requests, in order of arrival, a chunk at a time. Arrivals, lengths and ids are drawn from streams of their own: with
 * one seed, another rate leaves the lengths as they are.
 *
 * @example
 * const chunks = [...generateWorkload({
 *   requests: 300,
 *   seed: 42,
 *   arrivals: { process: "poisson", requestsPerSecond: 10 },
 *   inputTokens: { kind: "lognormal", mean: 250, sigma: 1 },
 *   outputTokens: { kind: "fixed", tokens: 128 },
 * })];
 * @throws {TandemError} E_USAGE for options that make no sense
 */
export function* generateWorkload(options: GenerateOptions, chunkSize = 4096): Generator<RequestChunk> {
  const { requests, seed, sharedPrefixes } = options;
  check(Number.isSafeInteger(requests) && requests >= 1, "a whole number of requests, at least 1", requests);
  check(Number.isSafeInteger(seed) && seed >= 0, "a whole number as the seed, at least 0", seed);
  const { groups = 0, tokens: prefixTokens = 0, share = 1 } = sharedPrefixes ?? {};
  if (sharedPrefixes) {
    check(Number.isSafeInteger(groups) && groups >= 1, "a whole number of prefix groups, at least 1", groups);
    const possible = Number.isInteger(prefixTokens) && prefixTokens >= 1 && prefixTokens <= maxPrefixTokens;
    check(possible, `a whole number of prefix tokens, 1 to ${maxPrefixTokens}`, prefixTokens);
    check(share >= 0 && share <= 1, "a prefix share from 0 to 1", share);
  }
  const withIds = options.tokenIds ?? sharedPrefixes !== undefined;

  const nextArrival = createArrivals(options.arrivals, createRandom(seed, "arrivals"));
  const nextInput = createLengths(options.inputTokens, createRandom(seed, "input lengths"));
  const nextOutput = createLengths(options.outputTokens, createRandom(seed, "output lengths"));
  const prefixRandom = createRandom(seed, "prefixes");
  const prefixes = Array.from({ length: groups }, () => makeIds(prefixRandom, prefixTokens));
  const groupRandom = createRandom(seed, "prefix groups");
  const idRandom = createRandom(seed, "token ids");
  const noPrefix = new Int32Array(0);

  const builder = createChunkBuilder();
  for (let i = 0; i < requests; i++) {
    const hasPrefix = groups > 0 && groupRandom.uniform() < share;
    const prefix = (hasPrefix && prefixes[Math.floor(groupRandom.uniform() * groups)]) || noPrefix;
    const input = prefix.length + nextInput();
    const output = nextOutput();
    const arrivalNs = nextArrival();
    if (withIds) {
      const inputIds = concatenated(prefix, makeIds(idRandom, input - prefix.length));
      builder.add(input, output, arrivalNs, inputIds, makeIds(idRandom, output));
    } else {
      builder.add(input, output, arrivalNs);
    }
    if (builder.count >= chunkSize) yield builder.take();
  }
  if (builder.count > 0) yield builder.take();
}
