/**
 * @module
 * What a validation compared, and where the two sides are not the same thing.
 */
import type { PlanInputs } from "@tandem-sim/engine";
import { deviceName, tierOf } from "@tandem-sim/schemas";
import { constantsText } from "../calibration/calibration-result.js";
import type { RecordedRun } from "./recorded-run.js";
import type { ReplayedWorkload } from "./replayed-workload.js";

/** Names and values of what was compared, in the order of interest. */
export function whatWasCompared(run: RecordedRun, workload: ReplayedWorkload, inputs: PlanInputs): [string, string][] {
  const compared: [string, string][] = [
    ["vLLM", `${run.meta.vllm_version ?? "version unknown"}, ${run.dir}`],
    ["requests", `${workload.chunk.count}, by request`],
  ];
  const instance = inputs.nodes[0]?.instances[0];
  if (instance) {
    const { profile, gpuSpec, options } = instance;
    compared.push(
      ["model", profile?.model ?? inputs.cluster.nodes[0]?.instances[0]?.model_name ?? "unknown"],
      ["cluster", inputs.source],
      profile
        ? ["GPU profile", `${profile.hardware} ${profile.variant}, tp ${profile.tp}, ${profile.form}`]
        : ["GPU times", `from the spec sheet of ${deviceName(gpuSpec)}, ${tierOf(gpuSpec)}`],
      ["engine", options.asyncScheduling ? "asynchronous scheduling" : "synchronous scheduling"],
      ["limits", `${options.maxNumSeqs} requests, ${options.maxNumBatchedTokens} tokens per step`],
    );
  }
  if (inputs.calibration) compared.push(["GPU calibration", constantsText(inputs.calibration.constants) || "none"]);
  compared.push(
    ["KV blocks", instance?.gpuBlocks === undefined ? "from the GPU's memory" : `${instance.gpuBlocks}, as recorded`],
    ["workload", workload.dataset ?? "from the recorded lengths"],
    ...(run.seenBy === "client" ? [["latencies", "as a client saw them, from sending"] as [string, string]] : []),
    ["arrivals", workload.arrivals === "planned" ? "the workload's" : "as recorded"],
  );
  return compared;
}

/** A warning for each way in which the cluster is not the recorded one. */
export function contradictions({ meta }: RecordedRun, inputs: PlanInputs): string[] {
  const instances = inputs.cluster.nodes.flatMap((node) => node.instances);
  const warnings: string[] = [];
  const model = meta.model ?? meta.engine_kwargs.model;
  const other = instances.find((instance) => model && instance.model_name !== model);
  if (other) warnings.push(`the run was recorded with ${model}, ${inputs.source} has ${other.model_name}`);
  const tp = meta.engine_kwargs.tensor_parallel_size ?? 1;
  if (instances.some((instance) => (instance.tp_size ?? 1) !== tp)) {
    warnings.push(`the run was recorded with tensor parallelism ${tp}, ${inputs.source} says otherwise`);
  }
  return warnings;
}
