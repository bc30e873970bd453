/**
 * @module
 * The three ways to ask: a summary, every iteration, modes against each other. Each entry makes them from its sources.
 */
import {
  addSample,
  emptySamples,
  type ModeOutcome,
  type Serve,
  servedModes,
  serveUnlessIdle,
  type UnfitMode,
  unfitModes,
  unlessUnfit,
  whatIf,
} from "@tandem-sim/comparison";
import {
  type IterationReport,
  inMode,
  inSlices,
  iterationReport,
  type Mode,
  modeNames,
  type SimulationObserver,
  type SimulationOptions,
  together,
} from "@tandem-sim/engine";
import { verdictOn } from "@tandem-sim/report";
import type { Summary, Verdict } from "@tandem-sim/schemas";
import { type Cell, cellsOf, checkSweep } from "@tandem-sim/sweep";
import type { RequestChunk } from "@tandem-sim/workload";
import {
  type ComparedOptions,
  type ReadyCommon,
  type ReadyRun,
  type RunOptions,
  readCompared,
  readRun,
  readSwept,
  type SweptOptions,
} from "./options.js";
import { createPause } from "./pause.js";
import { type Planned, planned, prepare, type Sources } from "./prepare.js";

/** What a comparison comes to. */
export interface Comparison {
  /** Summaries of the modes that served the load. */
  modes: Partial<Record<Mode, Summary>>;
  /** Why others cannot. */
  doesNotFit: Partial<Record<Mode, string>>;
  /** Which mode is best by what, what bounds each, in figures and sentences; null where no mode served the load. */
  verdict: Verdict | null;
}

/** A run of a sweep: where it is on the axes, and what it came to, or why its load does not fit. */
export type SweptCell = Pick<Cell, "number" | "axes"> & ({ summary: Summary } | UnfitMode);

/** @typeParam S how cluster and workload are named */
export interface Simulator<S> {
  /**
   * Serves the workload on the cluster.
   *
   * @returns the summary, as `tandem schema summary` describes it; the same options give the same on any machine
   * @throws {TandemError} for options, data or a load that cannot be simulated, before anything runs
   */
  simulate(options: RunOptions & S): Promise<Summary>;
  /**
   * Serves the workload and tells every iteration, in order of start. Who stops listening ends the run.
   *
   * @returns at its end the summary
   * @throws {TandemError} as `simulate`
   */
  iterations(options: RunOptions & S): AsyncGenerator<IterationReport, Summary>;
  /**
   * Serves the workload once for every combination of values on the axes, in grid order. Who stops listening ends the sweep.
   *
   * @throws {TandemError} as `simulate`; for options, before anything runs
   */
  sweep(options: SweptOptions & S): AsyncGenerator<SweptCell, void>;
  /**
   * Serves the same workload in several modes. What does not fit a mode is told of that mode.
   *
   * @throws {TandemError} as `simulate` otherwise
   */
  compare(options: ComparedOptions & S): Promise<Comparison>;
}

/** The serving option that a split by name is; a rule of one's own takes the place of all. */
const namedSplit = ({ split }: ReadyCommon) => (typeof split === "string" ? { subBatchSplit: split } : {});

/** The serving options that `offload`, `interleave` and `split` stand for. */
const servingOf = (asked: ReadyRun) => ({
  ...namedSplit(asked),
  enableAttnOffloading: asked.offload,
  enableSubBatchInterleaving: asked.interleave !== false,
  subBatchPolicy: asked.interleave === "auto" ? "auto" : "always",
});

/** Runs a load, with a stop behind every stretch of it. */
async function* served(
  { plan, warn }: Planned,
  chunks: readonly RequestChunk[],
  observers: readonly SimulationObserver[],
  options: SimulationOptions,
): AsyncGenerator<undefined, Summary> {
  const slices = inSlices(plan, chunks, together(observers), options);
  const pause = createPause();
  for (;;) {
    const slice = await slices.next();
    if (slice.done) {
      warn();
      return slice.value;
    }
    yield;
    await pause();
  }
}

/** What a run comes to. */
async function end(run: AsyncGenerator<undefined, Summary>): Promise<Summary> {
  for (;;) {
    const step = await run.next();
    if (step.done) return step.value;
  }
}

/** A run of one mode, ready to go. */
async function started(options: object, sources: Sources, own: readonly SimulationObserver[] = []) {
  return startedAs(readRun({ ...sources.defaults, ...options }), sources, own);
}

async function startedAs(asked: ReadyRun, sources: Sources, own: readonly SimulationObserver[] = []) {
  const { inputs, chunks } = await prepare(asked, servingOf(asked), sources);
  const { logIntervalS, slo, observers } = asked;
  return served(planned(asked, inputs, chunks), chunks, [...observers, ...own], { logIntervalS, slo });
}

async function* iterations(options: object, sources: Sources): AsyncGenerator<IterationReport, Summary> {
  const reports: IterationReport[] = [];
  const run = await started(options, sources, [
    { onIteration: (iteration) => void reports.push(iterationReport(iteration)) },
  ]);
  for (;;) {
    const step = await run.next();
    yield* reports.splice(0);
    if (step.done) return step.value;
  }
}

async function* sweep(options: object, sources: Sources): AsyncGenerator<SweptCell, void> {
  const { axes, zip, ...same } = readSwept(options);
  const placeOf = (path: readonly PropertyKey[]): string => `options: $.${path.join(".")}`;
  // What does not vary may be no JSON: its names are enough to see whether it does.
  const base = Object.fromEntries(Object.keys(same).map((name) => [name, null]));
  const grid = { file: { base, axes, zip, keep: [] }, placeOf };
  checkSweep(grid);
  const cells = cellsOf(grid).map((cell) => {
    return { ...cell, asked: readRun({ ...sources.defaults, ...same, ...cell.axes }) };
  });
  for (const { number, axes: at, asked } of cells) {
    const run = await unlessUnfit(() => startedAs(asked, sources));
    yield { number, axes: at, ...("doesNotFit" in run ? run : { summary: await end(run) }) };
  }
}

async function compare(options: object, sources: Sources): Promise<Comparison> {
  const asked = readCompared({ ...sources.defaults, ...options });
  const { inputs, chunks } = await prepare(asked, namedSplit(asked), sources);
  const serve: Serve = async (changed) => {
    const ready = await unlessUnfit(() => planned(asked, changed, chunks));
    if ("doesNotFit" in ready) return ready;
    const samples = emptySamples();
    const observer: SimulationObserver = { onRequest: (result) => addSample(samples, result) };
    return { summary: await end(served(ready, chunks, [observer], { slo: asked.slo })), samples };
  };
  const outcomes = new Map<Mode, ModeOutcome>();
  for (const mode of asked.modes ?? modeNames) {
    const serveMode = () => serve(inMode(inputs, mode), mode);
    if (asked.modes) outcomes.set(mode, await serveMode());
    else await serveUnlessIdle(mode, outcomes, serveMode);
  }
  const summaries = new Map([...servedModes(outcomes)].map(([mode, { summary }]) => [mode, summary]));
  return {
    modes: Object.fromEntries(summaries),
    doesNotFit: Object.fromEntries(unfitModes(outcomes)),
    verdict: verdictOn(outcomes, asked.whatIf ? await whatIf(inputs, summaries, serve) : null),
  };
}

/** The functions of an entry. */
export const createSimulator = <S>(sources: Sources): Simulator<S> => ({
  simulate: async (options) => end(await started(options, sources)),
  iterations: (options) => iterations(options, sources),
  sweep: (options) => sweep(options, sources),
  compare: (options) => compare(options, sources),
});
