/**
 * @module
 * When requests arrive: the processes of the generator, and rescaling of recorded arrivals to another rate.
 */
import { suggestion, TandemError } from "@tandem-sim/schemas";
import { exponential, gamma } from "./distributions.js";
import { createRandom, type Random } from "./random.js";
import { countRequests, type RequestChunk } from "./request-chunk.js";

/** Gaps between arrivals with mean 1, by process. `cv` = standard deviation of the gaps over their mean. */
const gapsByProcess = {
  poisson: (random: Random) => exponential(random),
  gamma: (random: Random, cv: number) => gamma(random, 1 / cv ** 2) * cv ** 2,
  constant: () => 1,
};

export type ArrivalProcess = keyof typeof gapsByProcess;

/** Names of the processes. */
export const arrivalProcesses = Object.keys(gapsByProcess) as readonly ArrivalProcess[];

/** How requests of a generated workload arrive. */
export interface Arrivals {
  readonly process: ArrivalProcess;
  /** Mean rate; Infinity = all at once. */
  readonly requestsPerSecond: number;
  /** Burstiness of `gamma`: 1 (the default) is poisson, above 1 comes in bursts, below 1 is more regular. */
  readonly cv?: number;
}

/** @throws {TandemError} E_USAGE where it is no rate */
function checkRate(requestsPerSecond: number): void {
  if (requestsPerSecond > 0) return;
  throw new TandemError("E_USAGE", `expected a request rate above 0, found ${requestsPerSecond}`, {
    hint: "requests per second; inf = all at once",
  });
}

/**
 * A function that gives arrival after arrival in whole ns, the first at 0. Every gap is rounded, and sums of whole numbers
 * are exact.
 *
 * @throws {TandemError} E_USAGE for a rate or cv that is not above 0
 */
export function createArrivals({ process, requestsPerSecond, cv = 1 }: Arrivals, random: Random): () => number {
  checkRate(requestsPerSecond);
  if (!(cv > 0 && cv < Infinity)) throw new TandemError("E_USAGE", `expected a cv above 0, found ${cv}`);
  const nextGap = gapsByProcess[process];
  if (!nextGap) {
    const meant = suggestion(process, arrivalProcesses);
    throw new TandemError("E_USAGE", `no arrival process "${process}"`, {
      hint: meant ? `did you mean "${meant}"?` : `known: ${arrivalProcesses.join(", ")}`,
    });
  }
  const meanNs = 1e9 / requestsPerSecond;
  let nextNs = 0;
  return () => {
    const now = nextNs;
    nextNs += Math.round(nextGap(random, cv) * meanNs);
    return now;
  };
}

/** First and last arrival, whatever the order. */
export function arrivalSpan(chunks: readonly RequestChunk[]): { firstNs: number; lastNs: number } {
  let firstNs = Infinity;
  let lastNs = -Infinity;
  for (const { arrivalNs } of chunks) {
    for (const ns of arrivalNs) {
      if (ns < firstNs) firstNs = ns;
      if (ns > lastNs) lastNs = ns;
    }
  }
  return { firstNs, lastNs };
}

/**
 * The same requests in the same order, at arrivals from a seed with a mean gap of a second: what `rescaleArrivals` then
 * brings to any rate.
 *
 * @throws {TandemError} E_USAGE as {@link createArrivals}
 */
export function redrawArrivals(chunks: readonly RequestChunk[], process: ArrivalProcess, seed: number): RequestChunk[] {
  const next = createArrivals({ process, requestsPerSecond: 1 }, createRandom(seed, "arrivals"));
  return chunks.map((chunk) => ({ ...chunk, arrivalNs: chunk.arrivalNs.map(next) }));
}

/**
 * The same requests with arrivals stretched or squeezed, so that the mean rate, (requests - 1) / (last - first arrival),
 * is as asked. The first arrival stays where it is; Infinity moves all others to it.
 *
 * @throws {TandemError} E_USAGE for a rate that is not above 0, or where all arrive at once and no stretching helps
 */
export function rescaleArrivals(chunks: readonly RequestChunk[], requestsPerSecond: number): RequestChunk[] {
  checkRate(requestsPerSecond);
  const gaps = countRequests(chunks) - 1;
  if (gaps < 1) return [...chunks];
  const { firstNs, lastNs } = arrivalSpan(chunks);
  if (firstNs === lastNs && requestsPerSecond < Infinity) {
    throw new TandemError("E_USAGE", `all ${gaps + 1} requests arrive at once, so they have no rate to rescale`, {
      hint: "leave the request rate out",
    });
  }
  const factor = firstNs === lastNs ? 0 : (gaps * 1e9) / requestsPerSecond / (lastNs - firstNs);
  return chunks.map((chunk) => ({
    ...chunk,
    arrivalNs: chunk.arrivalNs.map((ns) => firstNs + Math.round((ns - firstNs) * factor)),
  }));
}
