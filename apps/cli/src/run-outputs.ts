/**
 * @module
 * The files of a run, each whole or not at all.
 */
import { resolve } from "node:path";
import { type SimulationObserver, type SimulationPlan, Timeline, type TimelineWindow } from "@tandem-sim/engine";
import { seriesCsv } from "@tandem-sim/power";
import { csvHeader, csvRow } from "@tandem-sim/report";
import { TandemError } from "@tandem-sim/schemas";
import { WholeFile } from "./output-file.js";
import { traceWriter } from "./trace-files.js";

/** The flags that name them. */
export interface OutputFlags {
  output?: string;
  summary?: string;
  traceDir?: string;
  traceLimit: number;
  powerSeries?: string;
  timeline?: string;
  timelineWindow: TimelineWindow;
}

/** The files that the flags name. */
export const outputPaths = (flags: OutputFlags): string[] =>
  [flags.output, flags.summary, flags.timeline, flags.powerSeries].filter((path) => path !== undefined);

/** One path per file, and a path that can be one. */
function checkPaths(flags: OutputFlags): void {
  const paths = outputPaths(flags).map((path) => (path === "" || path === "-" ? path : resolve(path)));
  paths.forEach((path, i) => {
    if (path === "")
      throw new TandemError("E_USAGE", "expected a file name, found nothing", { where: "an output flag" });
    if (paths.indexOf(path) < i && !path.startsWith("/dev/")) {
      throw new TandemError("E_USAGE", "two outputs may not go to one file", { where: path });
    }
  });
}

/** Opens the files before the run, so that what cannot be written is known then. */
export class RunOutputs {
  private readonly files: WholeFile[] = [];
  private timeline: Timeline | undefined;
  readonly observers: SimulationObserver[] = [];

  private readonly summary: WholeFile | undefined;

  constructor(flags: OutputFlags, plan: SimulationPlan) {
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
