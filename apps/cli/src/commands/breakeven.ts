/**
 * @module
 * `tandem breakeven`: from which PIM bandwidth, number of channels, link or batch on one mode overtakes another.
 */
import { availableParallelism } from "node:os";
import {
  decisiveMeasure,
  figureBy,
  measures,
  pimLinkGBps,
  withOptions,
  withPim,
  withPimLink,
  withPimSpeed,
} from "@tandem-sim/comparison";
import { inMode, type Mode, type PlanInputs } from "@tandem-sim/engine";
import { type BreakEvenQuestion, breakEvenJson, breakEvenResult } from "@tandem-sim/report";
import { draw } from "@tandem-sim/report/terminal";
import { ClusterConfig, type Measure, parseWith, type Summary, TandemError } from "@tandem-sim/schemas";
import { byRatio, findCrossings, onGrid } from "@tandem-sim/sweep";
import { type Command, Option } from "commander";
import { dumpConfig } from "../dump-config.js";
import { type Given, givenTo } from "../idle-flags.js";
import { parseModes, refuseModeFlags } from "../mode-flags.js";
import { bandwidthFlag, toleranceFlag, wholeNumberFlag } from "../number-flag.js";
import { WholeFile } from "../output-file.js";
import { checkOutputs } from "../output-paths.js";
import { createServePool, type ServePool } from "../serve-pool.js";
import { prepareRun } from "../simulate.js";
import { addSimulationFlags, type SimulationFlags } from "../simulation-flags.js";
import { json, result } from "../terminal.js";
import { version } from "../version.js";

interface BreakEvenFlags extends SimulationFlags {
  axis: keyof typeof axes;
  modes: Mode[];
  measure?: Measure;
  from?: number;
  to?: number;
  points: number;
  tolerance: number;
  jobs: number;
  json?: true;
  report?: string;
}

/** Something of the inputs that varies. */
interface Axis {
  /** With its unit. */
  label: string;
  /** What it is as the inputs have it; null where they have no such thing. */
  here(inputs: PlanInputs, offloaded: Summary | undefined): number | null;
  /** Values are multiples of this; 0: any number. */
  step(offloaded: Summary | undefined): number;
  with(inputs: PlanInputs, value: number, here: number): PlanInputs;
  /** More than this changes nothing; left out: there is no end. */
  most?(requests: number): number;
}

type Instance = Summary["instances"][number];

const pimOf = (summary: Summary | undefined): Instance | undefined =>
  summary?.instances.find(({ pim_channels }) => pim_channels > 0);

const axes = {
  "pim-bandwidth": {
    label: "PIM bandwidth, GB/s of KV",
    here: (_, offloaded) => pimOf(offloaded)?.pim_gemv_bandwidth_gbps ?? null,
    step: () => 0,
    with: (inputs, value, here) => withPimSpeed(inputs, value / here),
  },
  channels: {
    label: "PIM channels",
    here: (_, offloaded) => pimOf(offloaded)?.pim_channels ?? null,
    step: (offloaded) => {
      const { pim_channels: channels = 1, pim_channel_groups: groups = 1 } = pimOf(offloaded) ?? {};
      return channels / groups;
    },
    with: (inputs, value, here) => withPim(inputs, value / here),
  },
  "pim-link": {
    label: "link to PIM, GB/s each way",
    here: (inputs) => pimLinkGBps(inputs),
    step: () => 0,
    with: (inputs, value) => withPimLink(inputs, value),
  },
  "max-num-seqs": {
    label: "requests at a time",
    here: (inputs) => inputs.nodes[0]?.instances[0]?.options.maxNumSeqs ?? null,
    step: () => 1,
    with: (inputs, value) => withOptions(inputs, { maxNumSeqs: value }),
    most: (requests) => requests,
  },
} as const satisfies Record<string, Axis>;

/** So many times less and more than it is, where nobody says. */
const RANGE = 8;

/** Values from one to another, evenly by ratio, on the axis' grid. */
function spaced(from: number, to: number, points: number, step: number): number[] {
  const values = Array.from({ length: points }, (_, i) => from * (to / from) ** (i / (points - 1)));
  const onAxis = step === 0 ? values : values.map((value) => Math.max(step, Math.round(value / step) * step));
  return [...new Set(onAxis)];
}

/** Serves the load in a mode; null where it does not fit. */
const serveIn = async (pool: ServePool, inputs: PlanInputs, mode: Mode, what: string): Promise<Summary | null> => {
  const { outcome } = await pool.serve(inMode(inputs, mode), `${mode} ${what}`);
  return "summary" in outcome ? outcome.summary : null;
};

async function search(flags: BreakEvenFlags, inputs: PlanInputs, requests: number, pool: ServePool) {
  const [first, second] = flags.modes;
  if (!first || !second || flags.modes.length > 2) {
    throw new TandemError("E_USAGE", "expected two modes", { where: "--modes", hint: "e.g. gpu-only,auto" });
  }
  const axis: Axis = axes[flags.axis];
  const [asIs, offloaded] = await Promise.all([
    serveIn(pool, inputs, first, "as it is"),
    serveIn(pool, inputs, second, "as it is"),
  ]);
  const withPimIn = [asIs, offloaded].find((summary) => pimOf(summary ?? undefined)) ?? undefined;
  const here = axis.here(inputs, withPimIn);
  if (!here) {
    throw new TandemError("E_USAGE", "there is nothing to vary in these modes", {
      where: "--axis",
      hint: "PIM varies where one of the modes offloads, a batch where it has a limit",
    });
  }
  const measure = flags.measure ?? (asIs && offloaded ? decisiveMeasure(offloaded, asIs) : "makespan");
  const step = axis.step(withPimIn);
  const from = flags.from ?? Math.max(here / RANGE, step);
  const to = flags.to ?? Math.min(here * RANGE, axis.most?.(requests) ?? Number.POSITIVE_INFINITY);
  if (!(from < to)) throw new TandemError("E_USAGE", `expected a value above ${from}`, { where: "--to" });
  // What no config may say is no end of an axis either.
  for (const [flag, value] of Object.entries({ "--from": from, "--to": to })) {
    parseWith(ClusterConfig, axis.with(inputs, value, here).cluster, flag);
  }
  const compare = async (value: number) => {
    const changed = axis.with(inputs, value, here);
    const what = `at ${value.toPrecision(3)}`;
    const [one, other] = await Promise.all([serveIn(pool, changed, first, what), serveIn(pool, changed, second, what)]);
    return one && other && { value, first: figureBy(measure, one), second: figureBy(measure, other) };
  };
  const between = step === 0 ? byRatio(flags.tolerance) : onGrid(step, flags.tolerance);
  const found = await findCrossings(spaced(from, to, flags.points, step), between, compare);
  const question: BreakEvenQuestion = {
    axis: flags.axis,
    label: axis.label,
    here,
    from,
    to,
    measure,
    modes: [first, second],
    dataset: flags.dataset,
    requests,
  };
  return { question, found };
}

async function breakEven(flags: BreakEvenFlags, given: Given): Promise<void> {
  refuseModeFlags(given, "breakeven");
  const { inputs, workload, files } = await prepareRun(flags);
  const outputs = [
    ["--report", flags.report],
    ["--dump-config", flags.dumpConfig],
  ] as const;
  checkOutputs(outputs, files);
  dumpConfig(flags.dumpConfig, inputs.cluster);
  const file = flags.report === undefined ? null : new WholeFile(flags.report);
  const pool = await createServePool(flags, workload, flags.jobs);
  try {
    const { question, found } = await search(flags, inputs, workload.requests, pool);
    if (file) {
      const { breakEvenPage } = await import("@tandem-sim/report/pages");
      file.write(breakEvenPage(question, found, `tandem ${version}`));
      file.commit();
    }
    if (flags.json) json(breakEvenJson(question, found));
    else result(draw(breakEvenResult(question, found)));
  } catch (error) {
    file?.abort();
    throw error;
  } finally {
    await pool.close();
  }
}

/** The range of bandwidths in a config; beyond it PIM times are no numbers of ns any more. */
const valueFlag = (flag: string) => bandwidthFlag(flag, "a number");

/** Flags and action of `breakeven`. */
export function breakEvenCommand(command: Command): Command {
  command.addOption(new Option("--axis <name>", "What varies").choices(Object.keys(axes)).makeOptionMandatory());
  return addSimulationFlags(command)
    .option("--modes <a,b>", "The two to hold against each other", parseModes, ["gpu-only", "auto"])
    .addOption(
      new Option("--measure <name>", "By what (default: makespan; TPOT or TTFT where that is the same)").choices(
        measures,
      ),
    )
    .option("--from <x>", `Least value (default: an ${RANGE}th of what it is)`, valueFlag("--from"))
    .option("--to <x>", `Greatest value (default: ${RANGE} times what it is)`, valueFlag("--to"))
    .option(
      "--points <n>",
      "Values of the curve, before a change between two of them is enclosed",
      wholeNumberFlag("--points", 2, 200),
      9,
    )
    .option("--tolerance <x>", "How close the neighbours of a change are, a share", toleranceFlag("--tolerance"), 0.02)
    .option("--jobs <n>", "Threads", wholeNumberFlag("--jobs", 1, 256), availableParallelism())
    .option("--json", "Print changes and curve as JSON")
    .option("--report <file>", "HTML page with the curve")
    .addHelpText(
      "after",
      "\nExample:\n  $ tandem breakeven --axis channels --dataset batch_256 --max-num-seqs 256 --attn-offload-phase decode",
    )
    .action((flags: BreakEvenFlags) => breakEven(flags, givenTo(command)));
}
