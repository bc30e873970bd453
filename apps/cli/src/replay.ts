/**
 * @module
 * What a replay of a recorded vLLM run is made of: its options in place of defaults, its cluster, its workload.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { checkArrivals, withGpuBlocks } from "@tandem-sim/engine";
import {
  type ArrivalSource,
  arrivalSources,
  type RecordedRun,
  type ReplayedWorkload,
  recordedBlocks,
  recordedOptions,
  replayedWorkload,
} from "@tandem-sim/report";
import type { ClusterInputs } from "@tandem-sim/schemas/node";
import { Option } from "commander";
import { type Given, refuseIdleServing, warnOfIdleSeed } from "./idle-flags.js";
import { clusterFiles } from "./input-files.js";
import { datasetIn, findDataset, recordedFiles } from "./recorded-folder.js";
import { loadCluster } from "./simulate.js";
import type { SimulationFlags } from "./simulation-flags.js";

/** Flags of the commands that replay. */
export interface ReplayFlags extends SimulationFlags {
  arrivals?: ArrivalSource;
}

export const arrivalsFlag = (): Option =>
  new Option(
    "--arrivals <planned|recorded>",
    "The workload's or the recorded client's; default: planned, unless the client was late",
  ).choices(arrivalSources);

/** Flags with what the recorded run says in place of the defaults that the user has left alone. */
export function withRecorded<F extends ReplayFlags>(flags: F, run: RecordedRun, given: Given): F {
  const recorded = Object.entries(recordedOptions(run.meta)).filter(([name]) => !given(name));
  const cluster = join(run.dir, "cluster.json");
  return {
    ...flags,
    ...Object.fromEntries(recorded),
    clusterConfig: given("clusterConfig") || !existsSync(cluster) ? flags.clusterConfig : cluster,
  };
}

/** What a replay runs on, and every file that was read for it. */
export interface Replay {
  inputs: ClusterInputs;
  workload: ReplayedWorkload;
  files: string[];
}

/** Loads it all. @throws {TandemError} before anything runs */
export async function prepareReplay(run: RecordedRun, flags: ReplayFlags, given: Given): Promise<Replay> {
  const loaded = loadCluster(flags);
  refuseIdleServing(given, loaded);
  warnOfIdleSeed(given, flags.requestRoutingPolicy);
  const gpuBlocks = recordedBlocks(run.meta);
  const inputs = gpuBlocks === undefined ? loaded : withGpuBlocks(loaded, gpuBlocks);
  const dataset = findDataset(run, given("dataset") ? flags.dataset : undefined);
  const workload = await replayedWorkload(run, {
    dataset: dataset === null ? null : datasetIn(dataset),
    ...(flags.arrivals === undefined ? {} : { arrivals: flags.arrivals }),
    limit: flags.numReqs,
  });
  checkArrivals(
    workload.chunk.arrivalNs.reduce((last, ns) => Math.max(last, ns), 0),
    run.dir,
  );
  const files = [...recordedFiles(run.dir), ...clusterFiles(inputs, flags)];
  return { inputs, workload, files: dataset === null ? files : [...files, dataset] };
}
