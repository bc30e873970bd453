/**
 * @module
 * `tandem capacity`: the greatest request rate that meets a service level, for each mode.
 */
import { availableParallelism } from "node:os";
import { inMode, type Mode, modeNames, type PlanInputs } from "@tandem-sim/engine";
import { type CapacityOfMode, capacityJson, capacityNotes, capacityResult, curveMultiples } from "@tandem-sim/report";
import { draw } from "@tandem-sim/report/terminal";
import { type Summary, TandemError } from "@tandem-sim/schemas";
import { type Capacity, findCapacity, type LoadPoint } from "@tandem-sim/sweep";
import { type Command, Option } from "commander";
import { dumpConfig } from "../dump-config.js";
import { type Given, givenTo, refuseGiven } from "../idle-flags.js";
import { parseModes, refuseModeFlags } from "../mode-flags.js";
import { numberFlag, toleranceFlag, wholeNumberFlag } from "../number-flag.js";
import { WholeFile } from "../output-file.js";
import { checkOutputs } from "../output-paths.js";
import { createServePool, type ServePool } from "../serve-pool.js";
import { prepareRun, warnAll } from "../simulate.js";
import { addSimulationFlags, requestRateFlag, type SimulationFlags } from "../simulation-flags.js";
import { json, result } from "../terminal.js";
import { version } from "../version.js";

interface CapacityFlags extends SimulationFlags {
  modes: Mode[];
  share: number;
  tolerance: number;
  arrivals: "poisson" | "recorded";
  seeds: number;
  rate?: number;
  jobs: number;
  json?: true;
  report?: string;
}

/** Multiples of the answer that the curve shows, with steps as small as the tolerance where a greater one may be near. */
const multiplesAround = (tolerance: number): number[] => [
  ...curveMultiples,
  ...[1, 2, 3, 4].map((steps) => (1 + tolerance) ** steps),
];

/** What became of a load. */
function loadPoint(rate: number, { goodput, requests, throughput }: Summary): LoadPoint {
  const met = goodput?.requests ?? 0;
  return { rate, share: met / requests, goodput: goodput?.requests_s ?? 0, throughput: throughput.requests_s };
}

/** A mode that cannot serve the load ends its search. */
class DoesNotFit extends Error {}

/** The answer for a mode by every seed, the first one with its curve. */
async function capacityOf(
  mode: Mode,
  inputs: PlanInputs,
  { share, tolerance, arrivals, seed: first, seeds }: CapacityFlags,
  pool: ServePool,
): Promise<CapacityOfMode> {
  const byMode = inMode(inputs, mode);
  const measure = (seed: number | null) => async (requestRate: number) => {
    const { outcome } = await pool.serve(byMode, `${mode} at ${requestRate.toPrecision(3)}/s`, { requestRate, seed });
    if ("doesNotFit" in outcome) throw new DoesNotFit(outcome.doesNotFit);
    return loadPoint(requestRate, outcome.summary);
  };
  const search = { share, tolerance };
  try {
    const seeded = arrivals === "poisson";
    const found: Capacity = await findCapacity(measure(seeded ? first : null), {
      ...search,
      around: multiplesAround(tolerance),
    });
    const bySeed = new Map<number, number>(seeded ? [[first, found.rate]] : []);
    const near = found.rate > 0 && Number.isFinite(found.rate) ? { near: found.rate } : {};
    for (let seed = first + 1; seeded && seed < first + seeds; seed++) {
      bySeed.set(seed, (await findCapacity(measure(seed), { ...search, ...near, around: [] })).rate);
    }
    return { mode, ...found, bySeed };
  } catch (error) {
    if (error instanceof DoesNotFit) return { mode, doesNotFit: error.message };
    throw error;
  }
}

async function capacity(flags: CapacityFlags, given: Given): Promise<void> {
  refuseModeFlags(given, "capacity");
  refuseGiven(given, ["requestRate"], "capacity tries rates itself", "--rate R says how many GPUs a rate needs");
  if (flags.arrivals === "recorded") refuseGiven(given, ["seeds"], "recorded arrivals have no seed");
  if (!flags.slo) {
    throw new TandemError("E_USAGE", "expected a service level to meet", {
      where: "--slo",
      hint: "e.g. ttft=500,tpot=50",
    });
  }
  const { inputs, workload, files } = await prepareRun(flags);
  const outputs = [
    ["--report", flags.report],
    ["--dump-config", flags.dumpConfig],
  ] as const;
  checkOutputs(outputs, files);
  dumpConfig(flags.dumpConfig, inputs.cluster);
  const gpus = inputs.cluster.nodes
    .flatMap((node) => node.instances)
    .reduce((sum, { tp_size = 1 }) => sum + tp_size, 0);
  const file = flags.report === undefined ? null : new WholeFile(flags.report);
  const pool = await createServePool(flags, workload, flags.jobs);
  try {
    const modes = await Promise.all(flags.modes.map((mode) => capacityOf(mode, inputs, flags, pool)));
    const { slo, share, tolerance, rate, dataset } = flags;
    const question = { slo, share, tolerance, dataset, requests: workload.requests, gpus, ...(rate && { rate }) };
    const notes = capacityNotes(question, modes);
    if (file) {
      const { capacityPage } = await import("@tandem-sim/report/pages");
      file.write(capacityPage(question, modes, notes, `tandem ${version}`));
      file.commit();
    }
    warnAll(notes);
    if (flags.json) json(capacityJson(question, modes));
    else result(draw(capacityResult(question, modes)));
  } catch (error) {
    file?.abort();
    throw error;
  } finally {
    await pool.close();
  }
}

const shareFlag = (flag: string) => numberFlag(flag, "a number above 0, at most 1", (value) => value > 0 && value <= 1);

/** Flags and action of `capacity`. */
export function capacityCommand(command: Command): Command {
  return addSimulationFlags(command)
    .option("--share <x>", "Share of the requests that have to meet --slo", shareFlag("--share"), 0.99)
    .option("--rate <r>", "Say how many GPUs so many requests per second need", requestRateFlag("--rate"))
    .option(
      "--modes <names>",
      `Which, of ${modeNames.join(", ")}`,
      parseModes,
      modeNames.filter((mode) => mode !== "kv-offload"),
    )
    .option("--tolerance <x>", "How close the answer is, a share of it", toleranceFlag("--tolerance"), 0.02)
    .addOption(
      new Option("--arrivals <kind>", "Of the workload's requests: poisson, from --seed, or as recorded, stretched")
        .choices(["poisson", "recorded"])
        .default("poisson"),
    )
    .option(
      "--seeds <n>",
      "Seeds to hold the answer against: --seed, the one behind it and so on",
      wholeNumberFlag("--seeds", 1, 100),
      3,
    )
    .option("--jobs <n>", "Threads", wholeNumberFlag("--jobs", 1, 256), availableParallelism())
    .option("--json", "Print answers and curves as JSON")
    .option("--report <file>", "HTML page with the curves of goodput against load")
    .addHelpText(
      "after",
      "\nExample:\n  $ tandem capacity --dataset decode_heavy --attn-offload-phase decode --slo ttft=1000,tpot=40 --rate 100",
    )
    .action((flags: CapacityFlags) => capacity(flags, givenTo(command)));
}
