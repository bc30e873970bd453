/**
 * @module
 * Flags and steps that every simulating command shares: load the inputs, make the plan, run it.
 */
import {
  createPlan,
  createSimulation,
  type InstancePlan,
  type PlanInputs,
  type RoutingPolicy,
  refuseUnsupported,
  routers,
  type ServiceLevel,
  type SimulationObserver,
  type SimulationPlan,
} from "@tandem-sim/engine";
import type { ProfileAxis } from "@tandem-sim/hardware";
import { type InstanceOptions, type Summary, TandemError } from "@tandem-sim/schemas";
import { type ClusterInputs, findWorkloadFile, loadClusterInputs } from "@tandem-sim/schemas/node";
import { type RequestChunk, rescaleArrivals } from "@tandem-sim/workload";
import { loadWorkload } from "@tandem-sim/workload/node";
import { type Command, Option } from "commander";
import { addInstanceFlags, instanceOptionsFrom } from "./instance-flags.js";
import { numberFlag, wholeNumberFlag } from "./number-flag.js";
import { bytes } from "./number-format.js";
import { clearStatus, debug, type LogLevel, logLevels, setLogLevel, status, warn } from "./terminal.js";

/** Parsed values of the shared flags. */
export interface SimulationFlags extends InstanceOptions {
  clusterConfig: string;
  dataset: string;
  numReqs: number;
  gpuProfile?: string;
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

export function addSimulationFlags(command: Command): Command {
  command
    .option("--cluster-config <name|file>", "Nodes, memory and instances", "single_node_pim_instance")
    .option("--dataset <name|file>", "Workload: JSONL (LLMServingSim, Mooncake) or CSV (Azure)", "example_trace")
    .option("--num-reqs <n>", "Requests to load; 0 = all", wholeNumberFlag("--num-reqs", 0), 0)
    .option("--gpu-profile <dir>", "GPU profile folder (compact or raw) instead of the bundled one");
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
      numberFlag("--request-rate", "requests per second from 1e-6 to 1e9", (value) => value >= 1e-6 && value <= 1e9),
    )
    .option("--slo <limits>", "ttft=MS,tpot=MS: adds goodput, the requests per second that meet it", parseSlo)
    .option(
      "--log-interval <s>",
      "Simulated seconds between throughput lines; 0 = a line per iteration",
      numberFlag(
        "--log-interval",
        "0, or simulated seconds from 1e-6 to 1e6",
        (value) => value === 0 || (value >= 1e-6 && value <= 1e6),
      ),
      1,
    )
    .addOption(
      new Option("--log-level <level>", "Least severe messages to show")
        .choices(logLevels as string[])
        .default("WARNING"),
    );
}

/** Half of what whole ns in a double reach: 52 days. Runs go on behind the last arrival. */
const LAST_ARRIVAL_NS = 2 ** 52;

/** What a simulating command runs on. */
export interface PreparedRun {
  inputs: ClusterInputs;
  chunks: RequestChunk[];
}

/** Loads cluster and workload. @throws {TandemError} before anything runs */
export async function prepareRun(flags: SimulationFlags): Promise<PreparedRun> {
  setLogLevel(flags.logLevel);
  const inputs = loadClusterInputs(flags.clusterConfig, instanceOptionsFrom({ ...flags }), {
    gpuProfileDir: flags.gpuProfile,
    check: refuseUnsupported,
  });
  const file = findWorkloadFile(flags.dataset);
  const loaded = await loadWorkload(file, flags.numReqs > 0 ? { limit: flags.numReqs } : {});
  const chunks = flags.requestRate === undefined ? loaded : rescaleArrivals(loaded, flags.requestRate);
  const last = chunks.at(-1)?.arrivalNs.at(-1) ?? 0;
  if (!(last <= LAST_ARRIVAL_NS)) {
    throw new TandemError("E_USAGE", `the last request would arrive after ${(last / 1e9).toPrecision(3)} s`, {
      where: flags.requestRate === undefined ? flags.dataset : "--request-rate",
      hint: `times up to ${LAST_ARRIVAL_NS / 1e9} s can be simulated`,
    });
  }
  return { inputs, chunks };
}

const axisNames: Record<ProfileAxis, string> = {
  tokens: "tokens in a batch",
  sequences: "requests in a batch",
  prefillChunk: "prefill tokens in a batch",
  kvPrefill: "cached tokens of prefills",
  nDecode: "decodes in a batch",
  nDecodeMixed: "decodes beside a prefill",
  kvDecode: "context of a decode",
};

/** What an instance has room for, for --log-level DEBUG. */
function capacities({ id, hardware, modelName, weightBytes, gpuBlocks, pim, options }: InstancePlan): string {
  const gpu = `instance ${id}: ${modelName} on ${hardware}, weights ${bytes(weightBytes)}, ${gpuBlocks} KV blocks of ${options.blockSize} tokens on the GPU`;
  if (!pim) return gpu;
  return `${gpu}, phase ${options.attnOffloadPhase}: ${pim.layout.groups} groups of ${pim.layout.channelsPerGroup} ${pim.device.name} channels with ${pim.layout.blocksPerGroup} blocks each, link ${pim.linkGBps} GB/s`;
}

/** Makes the plan; warns once for each axis on which a run leaves the GPU profile's measured range. */
export function planRun(
  flags: SimulationFlags,
  inputs: PlanInputs,
): { plan: SimulationPlan; warnings: () => string[] } {
  const beyond = new Map<ProfileAxis, { value: number; limit: number }>();
  const plan = createPlan(inputs, {
    routing: flags.requestRoutingPolicy,
    seed: flags.seed,
    onExtrapolate: (_instance, axis, value, limit) =>
      beyond.set(axis, { value: Math.max(value, beyond.get(axis)?.value ?? 0), limit }),
  });
  for (const instance of plan.instances) debug(capacities(instance));
  return {
    plan,
    warnings: () =>
      [...beyond].map(
        ([axis, { value, limit }]) =>
          `beyond the GPU profile: ${axisNames[axis]} up to ${value}, measured up to ${limit}`,
      ),
  };
}

/** Simulated ns between two looks at the outside world: progress and interrupts. */
const SLICE_NS = 5e9;

/** Runs a plan over a workload and returns the summary. Yields now and then, so that Ctrl-C works. */
export async function runPlan(
  plan: SimulationPlan,
  chunks: readonly RequestChunk[],
  observer: SimulationObserver,
  { logInterval, slo }: Pick<SimulationFlags, "logInterval" | "slo">,
  label: string,
): Promise<Summary> {
  const total = chunks.reduce((sum, chunk) => sum + chunk.count, 0);
  let done = 0;
  const simulation = createSimulation(
    plan,
    {
      ...observer,
      onRequest(result) {
        done++;
        observer.onRequest?.(result);
      },
    },
    { logIntervalS: logInterval, ...(slo && { slo }) },
  );
  for (const chunk of chunks) simulation.push(chunk);
  while (Number.isFinite(simulation.nextEventNs)) {
    simulation.advance(simulation.nextEventNs + SLICE_NS);
    status(`${label}: ${done} of ${total} requests`);
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
  clearStatus();
  return simulation.finish();
}

export const warnAll = (warnings: readonly string[]): void => warnings.forEach((text) => void warn(text));
