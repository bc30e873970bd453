/**
 * @module
 * When requests arrive: the processes of the generator, and rescaling of recorded arrivals to another rate.
 */
import { suggestion, TandemError } from "@tandem-sim/schemas";
import { exponential, gamma } from "./distributions.js";
import type { Random } from "./random.js";
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

/** For messages, what {@link isRequestRate} takes. */
export const requestRates = "requests per second from 1e-6 to 1e9";

/** Whether requests can arrive at such a mean rate: a gap from a ns to eleven days. Infinity = all at once. */
export const isRequestRate = (perSecond: number): boolean =>
  (perSecond >= 1e-6 && perSecond <= 1e9) || perSecond === Infinity;

/** For messages, what {@link isCv} takes. */
export const cvs = "a number from 0.001 to 1000";

/** Whether gamma arrivals can be as bursty: beyond, their gaps are no numbers any more. */
export const isCv = (cv: number): boolean => cv >= 1e-3 && cv <= 1e3;

/** @throws {TandemError} E_USAGE where it is no rate */
function checkRate(requestsPerSecond: number): void {
  if (isRequestRate(requestsPerSecond)) return;
  throw new TandemError("E_USAGE", `expected ${requestRates}, found ${requestsPerSecond}`, {
    hint: "inf = all at once",
  });
}

/**
 * A function that gives arrival after arrival in whole ns, the first at 0. Every gap is rounded, and sums of whole numbers
 * are exact.
 *
 * @throws {TandemError} E_USAGE for a rate or cv out of range
 */
export function createArrivals({ process, requestsPerSecond, cv = 1 }: Arrivals, random: Random): () => number {
  checkRate(requestsPerSecond);
  if (!isCv(cv)) throw new TandemError("E_USAGE", `expected as cv ${cvs}, found ${cv}`);
  if (!Object.hasOwn(gapsByProcess, process)) {
    const meant = suggestion(process, arrivalProcesses);
    throw new TandemError("E_USAGE", `no arrival process "${process}"`, {
      where: "arrivals",
      hint: meant ? `did you mean "${meant}"?` : `known: ${arrivalProcesses.join(", ")}`,
    });
  }
  const nextGap = gapsByProcess[process];
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

/** How many requests arrive from when to when, ns. */
export interface ArrivalSpan {
  readonly requests: number;
  readonly firstNs: number;
  readonly lastNs: number;
}

/**
 * Stretches or squeezes the arrivals of a workload, so that its mean rate, (requests - 1) / (last - first arrival), is as
 * asked. The first arrival stays where it is; Infinity moves all others to it.
 *
 * @returns the new time of an arrival
 * @throws {TandemError} E_USAGE for a rate out of range, or where all arrive at once and no stretching helps
 */
export function arrivalRescaling(
  { requests, firstNs, lastNs }: ArrivalSpan,
  requestsPerSecond: number,
): (ns: number) => number {
  checkRate(requestsPerSecond);
  const gaps = requests - 1;
  if (gaps < 1) return (ns) => ns;
  if (firstNs === lastNs && requestsPerSecond < Infinity) {
    throw new TandemError("E_USAGE", `all ${requests} requests arrive at once, so they have no rate to rescale`, {
      hint: "leave the request rate out",
    });
  }
  const factor = firstNs === lastNs ? 0 : (gaps * 1e9) / requestsPerSecond / (lastNs - firstNs);
  return (ns) => firstNs + Math.round((ns - firstNs) * factor);
}

/** The same requests at another mean rate. @throws {TandemError} as {@link arrivalRescaling} */
export function rescaleArrivals(chunks: readonly RequestChunk[], requestsPerSecond: number): RequestChunk[] {
  const span = { requests: countRequests(chunks), ...arrivalSpan(chunks) };
  const rescaled = arrivalRescaling(span, requestsPerSecond);
  return chunks.map((chunk) => ({ ...chunk, arrivalNs: chunk.arrivalNs.map(rescaled) }));
}
