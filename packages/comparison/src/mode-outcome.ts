/**
 * @module
 * What one mode of a comparison came to, and how a mode is run.
 */
import type { PlanInputs, RequestResult } from "@tandem-sim/engine";
import { type Summary, TandemError } from "@tandem-sim/schemas";

/** A mode that served the load: its summary, and the latencies of its requests in ns. */
export interface ServedMode {
  summary: Summary;
  samples: { ttft: number[]; tpot: number[]; latency: number[] };
}

/** A mode that cannot serve the load, and why. */
export interface UnfitMode {
  doesNotFit: string;
}

export type ModeOutcome = ServedMode | UnfitMode;

/** What `prepare` gives, or why a mode cannot serve the load. @throws whatever is no E_CAPACITY */
export async function unlessUnfit<T>(prepare: () => T | Promise<T>): Promise<T | UnfitMode> {
  try {
    return await prepare();
  } catch (error) {
    if (error instanceof TandemError && error.code === "E_CAPACITY") return { doesNotFit: error.message };
    throw error;
  }
}

/** Serves the load of a comparison on other inputs. @param what for whoever shows progress */
export type Serve = (inputs: PlanInputs, what: string) => Promise<ModeOutcome>;

/** Those that served the load. */
export const servedModes = (outcomes: ReadonlyMap<string, ModeOutcome>): Map<string, ServedMode> =>
  new Map([...outcomes].flatMap(([mode, outcome]) => ("summary" in outcome ? [[mode, outcome] as const] : [])));

/** The reasons of those that did not. */
export const unfitModes = (outcomes: ReadonlyMap<string, ModeOutcome>): Map<string, string> =>
  new Map(
    [...outcomes].flatMap(([mode, outcome]) => ("summary" in outcome ? [] : [[mode, outcome.doesNotFit] as const])),
  );

export const emptySamples = (): ServedMode["samples"] => ({ ttft: [], tpot: [], latency: [] });

/** Collects a finished request; a single token has no TPOT. */
export function addSample(samples: ServedMode["samples"], result: RequestResult): void {
  samples.ttft.push(result.ttftNs);
  samples.latency.push(result.latencyNs);
  if (result.outputTokens > 1) samples.tpot.push(result.tpotNs);
}
