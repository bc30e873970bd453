/**
 * @module
 * Flags that every simulating command shares.
 */
import { type RoutingPolicy, routers, type ServiceLevel } from "@tandem-sim/engine";
import { type InstanceOptions, TandemError } from "@tandem-sim/schemas";
import { isRequestRate, requestRates } from "@tandem-sim/workload";
import { type Command, Option } from "commander";
import { addInstanceFlags } from "./instance-flags.js";
import { numberFlag, wholeNumberFlag } from "./number-flag.js";
import { addQuickFlags, type QuickFlags } from "./quick-flags.js";
import { type LogLevel, logLevels } from "./terminal.js";

/** Parsed values of the shared flags. */
export interface SimulationFlags extends InstanceOptions, QuickFlags {
  clusterConfig: string;
  dataset: string;
  numReqs: number;
  gpuProfile?: string;
  dumpConfig?: string;
  requestRoutingPolicy: RoutingPolicy;
  seed: number;
  requestRate?: number;
  slo?: ServiceLevel;
  logInterval: number;
  logLevel: LogLevel;
}

/** `ttft=MS,tpot=MS`, either or both. */
function parseSlo(text: string): ServiceLevel {
  const limits = new Map(
    text.split(",").map((part) => {
      const [name = "", value = ""] = part.split("=", 2);
      return [name, value];
    }),
  );
  const limit = (name: string): number | undefined => {
    const value = limits.get(name);
    limits.delete(name);
    return value === undefined ? undefined : Number(value);
  };
  const ttftMs = limit("ttft");
  const tpotMs = limit("tpot");
  const given = [ttftMs, tpotMs].filter((value) => value !== undefined);
  if (limits.size > 0 || given.length === 0 || given.some((value) => !(value > 0 && Number.isFinite(value)))) {
    throw new TandemError("E_USAGE", `expected ttft=MS,tpot=MS or one of them, found "${text}"`, {
      where: "--slo",
      hint: "e.g. ttft=200,tpot=50",
    });
  }
  return { ...(ttftMs !== undefined && { ttftMs }), ...(tpotMs !== undefined && { tpotMs }) };
}

/** A parser of a rate at which requests arrive one after the other. */
export const requestRateFlag = (flag: string): ((text: string) => number) =>
  numberFlag(flag, requestRates, (value) => isRequestRate(value) && value < Infinity);

export function addSimulationFlags(command: Command): Command {
  command
    .option("--cluster-config <name|file>", "Nodes, memory and instances", "single_node_pim_instance")
    .option("--dataset <name|file>", "Workload: JSONL (LLMServingSim, Mooncake) or CSV (Azure)", "example_trace")
    .option("--num-reqs <n>", "Requests to load; 0 = all", wholeNumberFlag("--num-reqs", 0), 0)
    .option("--gpu-profile <dir>", "GPU profile folder (compact or raw) instead of the bundled one");
  addQuickFlags(command).option("--dump-config <file>", "Write the cluster config with all changes made; - for stdout");
  addInstanceFlags(command);
  return command
    .addOption(
      new Option("--request-routing-policy <name>", "Which instance serves a request")
        .choices(Object.keys(routers))
        .default("LOAD"),
    )
    .option("--seed <n>", "Seed of the RAND routing policy", wholeNumberFlag("--seed", 0), 42)
    .option(
      "--request-rate <r>",
      "Rescale arrivals to this many requests per second",
      requestRateFlag("--request-rate"),
    )
    .option("--slo <limits>", "ttft=MS,tpot=MS: adds goodput, the requests per second that meet it", parseSlo)
    .option(
      "--log-interval <s>",
      "Simulated seconds between throughput lines (0 = a line per iteration), which are results: shown at every level but ERROR",
      numberFlag(
        "--log-interval",
        "0, or simulated seconds from 1e-6 to 1e6",
        (value) => value === 0 || (value >= 1e-6 && value <= 1e6),
      ),
      1,
    )
    .addOption(
      new Option(
        "--log-level <level>",
        "Least severe messages to show; ERROR leaves throughput lines and tables out too",
      )
        .choices(logLevels as string[])
        .default("WARNING"),
    );
}
