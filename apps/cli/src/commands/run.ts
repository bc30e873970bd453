/**
 * @module
 * `tandem run`: simulates one workload on one cluster.
 */

import { resolve } from "node:path";
import {
  checkWorkload,
  type SimulationObserver,
  type SimulationPlan,
  Timeline,
  type TimelineWindow,
} from "@tandem-sim/engine";
import { seriesCsv } from "@tandem-sim/power";
import { TandemError } from "@tandem-sim/schemas";
import { Command, Option } from "commander";
import { wholeNumberFlag } from "../number-flag.js";
import { WholeFile } from "../output-file.js";
import { csvHeader, csvRow, finalTable, throughputLine } from "../results.js";
import {
  addSimulationFlags,
  planRun,
  prepareRun,
  runPlan,
  type SimulationFlags,
  warnAll,
} from "../simulation-flags.js";
import { report, result } from "../terminal.js";
import { traceWriter } from "../trace-files.js";
import { hostFacts } from "../version.js";

interface RunFlags extends SimulationFlags {
  output?: string;
  summary?: string;
  traceDir?: string;
  traceLimit: number;
  powerSeries?: string;
  timeline?: string;
  timelineWindow: TimelineWindow;
}

/** Simulated seconds `A:B`; either may be left out. */
function parseWindow(text: string): TimelineWindow {
  const match = /^(\d*\.?\d*):(\d*\.?\d*)$/.exec(text);
  const start = match?.[1] ? Number(match[1]) : 0;
  const end = match?.[2] ? Number(match[2]) : Number.POSITIVE_INFINITY;
  if (!match || !(start < end)) {
    throw new TandemError("E_USAGE", `expected A:B in simulated seconds with A < B, found "${text}"`, {
      where: "--timeline-window",
      hint: "e.g. 2.5:3",
    });
  }
  return { startNs: start * 1e9, endNs: end * 1e9 };
}

/** Calls several observers in turn. */
function together(observers: readonly SimulationObserver[]): SimulationObserver {
  const all = <K extends keyof SimulationObserver>(key: K): SimulationObserver[K] | undefined => {
    const calls = observers.flatMap((observer) => observer[key]?.bind(observer) ?? []) as ((value: never) => void)[];
    return calls.length === 0
      ? undefined
      : (((value: never) => calls.forEach((call) => void call(value))) as SimulationObserver[K]);
  };
  const onRequest = all("onRequest");
  const onIteration = all("onIteration");
  const onInterval = all("onInterval");
  const onEnergy = all("onEnergy");
  return {
    ...(onRequest && { onRequest }),
    ...(onIteration && { onIteration }),
    ...(onInterval && { onInterval }),
    ...(onEnergy && { onEnergy }),
  };
}

/** The files that the flags name. */
const outputPaths = (flags: RunFlags): string[] =>
  [flags.output, flags.summary, flags.timeline, flags.powerSeries].filter((path) => path !== undefined);

/** One path per file, and a path that can be one. */
function checkPaths(flags: RunFlags): void {
  const paths = outputPaths(flags).map((path) => (path === "" || path === "-" ? path : resolve(path)));
  paths.forEach((path, i) => {
    if (path === "")
      throw new TandemError("E_USAGE", "expected a file name, found nothing", { where: "an output flag" });
    if (paths.indexOf(path) < i && !path.startsWith("/dev/")) {
      throw new TandemError("E_USAGE", "two outputs may not go to one file", { where: path });
    }
  });
}

/** The files of a run, each whole or not at all. */
class RunOutputs {
  private readonly files: WholeFile[] = [];
  private timeline: Timeline | undefined;
  readonly observers: SimulationObserver[] = [];

  private readonly summary: WholeFile | undefined;

  constructor(flags: RunFlags, plan: SimulationPlan) {
    checkPaths(flags);
    try {
      if (flags.summary !== undefined) this.summary = this.open(flags.summary);
      if (flags.output !== undefined) this.addCsv(flags.output);
      if (flags.powerSeries !== undefined) this.addPowerSeries(flags.powerSeries, plan);
      if (flags.timeline !== undefined) this.addTimeline(flags.timeline, plan, flags.timelineWindow);
      if (flags.traceDir !== undefined)
        this.observers.push({ onIteration: traceWriter(flags.traceDir, flags.traceLimit) });
    } catch (error) {
      this.abort();
      throw error;
    }
  }

  private open(path: string): WholeFile {
    const file = new WholeFile(path);
    this.files.push(file);
    return file;
  }

  private addCsv(path: string): void {
    const csv = this.open(path);
    csv.write(`${csvHeader}\n`);
    this.observers.push({ onRequest: (finished) => csv.write(`${csvRow(finished)}\n`) });
  }

  private addPowerSeries(path: string, plan: SimulationPlan): void {
    if (plan.nodes.every(({ power }) => power === null)) {
      throw new TandemError("E_USAGE", "no node of this cluster has a power block", {
        where: "--power-series",
        hint: `add "power" to a node of ${plan.source}, or take single_node_pim_instance`,
      });
    }
    const file = this.open(path);
    this.observers.push({
      onEnergy: (nodes) => {
        const counted = nodes.flatMap(({ node, energy }) => (energy ? [{ node, series: energy.series }] : []));
        for (const line of seriesCsv(counted)) file.write(line);
      },
    });
  }

  private addTimeline(path: string, plan: SimulationPlan, window: TimelineWindow): void {
    const file = this.open(path);
    const timeline = new Timeline(plan, window, (text) => file.write(text));
    this.timeline = timeline;
    this.observers.push({
      onIteration: (iteration) => timeline.iteration(iteration),
      onRequest: (finished) => timeline.request(finished),
      onInterval: (interval) => timeline.interval(interval),
    });
  }

  commit(summary: unknown): void {
    this.timeline?.end();
    this.summary?.write(`${JSON.stringify(summary, null, 2)}\n`);
    for (const file of this.files) file.commit();
  }

  abort(): void {
    for (const file of this.files) file.abort();
  }
}

async function run(flags: RunFlags): Promise<void> {
  const started = performance.now();
  const { inputs, chunks } = await prepareRun(flags);
  const { plan, warnings } = planRun(flags, inputs);
  checkWorkload(plan, chunks, flags.dataset);
  const outputs = new RunOutputs(flags, plan);
  try {
    const printed: SimulationObserver = { onInterval: (interval) => report(throughputLine(interval)) };
    const summary = await runPlan(plan, chunks, together([printed, ...outputs.observers]), flags, "simulating");
    warnAll(warnings());
    outputs.commit({ ...summary, host: hostFacts(performance.now() - started) });
    const table = finalTable(summary, plan);
    // Where a file goes to stdout, the table makes room.
    if (outputPaths(flags).includes("-")) report(`\n${table}`);
    else result(table);
  } catch (error) {
    outputs.abort();
    throw error;
  }
}

/** The `run` command. */
export function runCommand(): Command {
  const command = new Command("run").description("Simulate a workload on a cluster");
  addSimulationFlags(command)
    .option("--output <file>", "Per-request CSV")
    .option("--summary <file>", "Machine-readable JSON of the whole result; - for stdout")
    .option("--trace-dir <dir>", "Text trace of every iteration, one file each")
    .addOption(
      new Option("--trace-limit <n>", "Iterations to trace, per instance")
        .argParser(wholeNumberFlag("--trace-limit", 0))
        .default(Number.POSITIVE_INFINITY, "all"),
    )
    .option(
      "--power-series <file>",
      "CSV of power over time by component, per log interval; equal neighbours are one row",
    )
    .option("--timeline <file>", "Chrome trace JSON of GPU, link and every PIM channel, for ui.perfetto.dev")
    .addOption(
      new Option("--timeline-window <A:B>", "Simulated seconds that the timeline shows")
        .argParser(parseWindow)
        .default({ startNs: 0, endNs: Number.POSITIVE_INFINITY }, "all"),
    )
    .addHelpText(
      "after",
      `
Example:
  $ tandem run --cluster-config single_node_pim_instance --dataset mixed \\
      --enable-attn-offloading --enable-sub-batch-interleaving --output outputs/mixed.csv`,
    )
    .action(run);
  return command;
}
