/**
 * @module
 * The files of a run, each whole or not at all.
 */
import { type SimulationObserver, type SimulationPlan, Timeline, type TimelineWindow } from "@tandem-sim/engine";
import { seriesCsv } from "@tandem-sim/power";
import { bytes, CsvRows, csvHeader } from "@tandem-sim/report";
import { TandemError } from "@tandem-sim/schemas";
import { WholeFile } from "./output-file.js";
import type { OutputPaths } from "./output-paths.js";
import { warn } from "./terminal.js";
import { TimelineSize } from "./timeline-size.js";
import { traceWriter } from "./trace-files.js";
import { TraceFolder, tracesIn } from "./trace-folder.js";
import type { Output } from "./unfinished-outputs.js";

/** The flags that name them. */
export interface OutputFlags {
  dumpConfig?: string;
  output?: string;
  summary?: string;
  traceDir?: string;
  traceLimit: number;
  powerSeries?: string;
  timeline?: string;
  timelineWindow: TimelineWindow;
}

/** The files that the flags name. */
export const outputPaths = (flags: OutputFlags): OutputPaths => [
  ["--dump-config", flags.dumpConfig],
  ["--output", flags.output],
  ["--summary", flags.summary],
  ["--timeline", flags.timeline],
  ["--power-series", flags.powerSeries],
  ["--trace-dir", flags.traceDir],
  ...tracesIn(flags.traceDir).map((trace) => ["--trace-dir", trace] as const),
];

/** Opens the files before the run, so that what cannot be written is known then. */
export class RunOutputs {
  private readonly outputs: Output[] = [];
  private timeline: Timeline | undefined;
  private csvRows: CsvRows | undefined;
  readonly observers: SimulationObserver[] = [];

  private readonly summary: WholeFile | undefined;

  /** @param outputTokens that the run will generate */
  constructor(flags: OutputFlags, plan: SimulationPlan, outputTokens: number) {
    try {
      if (flags.summary !== undefined) this.summary = this.open(flags.summary);
      if (flags.output !== undefined) this.addCsv(flags.output);
      if (flags.powerSeries !== undefined) this.addPowerSeries(flags.powerSeries, plan);
      if (flags.timeline !== undefined) this.addTimeline(flags.timeline, plan, flags.timelineWindow, outputTokens);
      if (flags.traceDir !== undefined) this.addTraces(flags.traceDir, flags.traceLimit);
    } catch (error) {
      this.abort();
      throw error;
    }
  }

  private open(path: string): WholeFile {
    const file = new WholeFile(path);
    this.outputs.push(file);
    return file;
  }

  private addCsv(path: string): void {
    const csv = this.open(path);
    csv.write(`${csvHeader}\n`);
    const rows = new CsvRows((bytes) => csv.writeBytes(bytes));
    this.csvRows = rows;
    this.observers.push({ onRequest: (finished) => rows.add(finished) });
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

  private addTimeline(path: string, plan: SimulationPlan, window: TimelineWindow, outputTokens: number): void {
    const file = this.open(path);
    const whole = window.startNs === 0 && window.endNs === Number.POSITIVE_INFINITY;
    const size = new TimelineSize(outputTokens, (expected) =>
      warn(
        `--timeline: ${path} will take about ${bytes(expected)}; --timeline-window A:B cuts it to simulated seconds`,
      ),
    );
    const timeline = new Timeline(plan, window, (text) => {
      file.write(text);
      size.wrote(text);
    });
    this.timeline = timeline;
    this.observers.push({
      onIteration: (iteration) => {
        timeline.iteration(iteration);
        // Who gives a window knows what to expect.
        if (whole) size.iteration(iteration.batch.size);
      },
      onTransfer: (transfer) => timeline.transfer(transfer),
      onRequest: (finished) => timeline.request(finished),
      onInterval: (interval) => timeline.interval(interval),
    });
  }

  private addTraces(path: string, limit: number): void {
    const folder = new TraceFolder(path);
    this.outputs.push(folder);
    this.observers.push({ onIteration: traceWriter(folder, limit) });
  }

  commit(summary: unknown): void {
    this.csvRows?.flush();
    this.timeline?.end();
    this.summary?.write(`${JSON.stringify(summary, null, 2)}\n`);
    for (const output of this.outputs) output.commit();
  }

  abort(): void {
    for (const output of this.outputs) output.abort();
  }
}
