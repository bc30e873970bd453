/**
 * @module
 * Recordings of an engine that is exactly the simulated one, with constants of its own: what a calibration has to find.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createPlan, interTokenNs, type RequestResult, simulate } from "@tandem-sim/engine";
import { type CalibrationConstants, type ClusterConfig, InstanceOptions, neutralConstants } from "@tandem-sim/schemas";
import { findGpuSpecFile, loadClusterInputs, readGpuSpec } from "@tandem-sim/schemas/node";
import { generateWorkload, type RequestChunk } from "@tandem-sim/workload";
import { temporaryFolder } from "./tandem.js";

export interface Service {
  constants?: Partial<CalibrationConstants>;
  load?: Partial<Parameters<typeof generateWorkload>[0]>;
  /** GPUs of H100's kind, from its spec sheet; left out: one RTX PRO 6000, measured. */
  h100s?: number;
}

/** Bursts of short and long requests: what an iteration does differs from one to the next, so constants can be told apart. */
const bursts: Parameters<typeof generateWorkload>[0] = {
  requests: 120,
  seed: 5,
  arrivals: { process: "gamma", requestsPerSecond: 3, cv: 4 },
  inputTokens: { kind: "lognormal", mean: 3000, sigma: 1, max: 30_000 },
  outputTokens: { kind: "lognormal", mean: 150, sigma: 0.9 },
};

function inputsOf({ constants, h100s }: Service) {
  const gpuSpec = readGpuSpec(findGpuSpecFile(h100s === undefined ? "RTXPRO6000" : "H100"));
  const change = (cluster: ClusterConfig): ClusterConfig => ({
    ...cluster,
    nodes: cluster.nodes.map((node) => ({
      ...node,
      instances: node.instances.map((instance) => ({
        ...instance,
        hardware: "H100",
        tp_size: h100s,
        num_npus: h100s ?? 1,
        npu_mem: { ...instance.npu_mem, mem_size: 80, mem_bw: 3350 },
      })),
    })),
  });
  const loading = h100s === undefined ? {} : { change, gpuSpec };
  const inputs = loadClusterInputs("single_node_gpu_instance", InstanceOptions.parse({}), loading);
  const roofline = { memory_gbps: h100s === undefined ? 1597 : 3350, tflops: gpuSpec.tflops.bf16.value };
  return { ...inputs, calibration: { constants: { ...neutralConstants, ...constants }, roofline } };
}

interface Served extends RequestResult {
  itlNs: Float64Array;
}

/** Every request as the simulation of a service has it. */
function served(service: Service): Served[] {
  const results: Served[] = [];
  const chunks: RequestChunk[] = [...generateWorkload({ ...bursts, ...service.load })];
  simulate(createPlan(inputsOf(service)), chunks, {
    onRequest: (result) => results.push({ ...result, itlNs: interTokenNs(result.tokenRuns) }),
  });
  return results;
}

/** Writes what a recorder would of these requests and this `meta.json`. */
export function writeRecording(dir: string, results: readonly RequestResult[], meta: object): void {
  const lines = results.map((result) => ({
    request_id: `bench-${result.requestId}`,
    input_toks: result.inputTokens,
    output_toks: result.outputTokens,
    arrival_time: 1e6 + result.arrivalNs / 1e9,
    queued_ts: result.queuedNs / 1e9,
    first_token_ts: (result.arrivalNs + result.ttftNs) / 1e9,
    last_token_ts: result.endNs / 1e9,
  }));
  writeFileSync(join(dir, "requests.jsonl"), lines.map((line) => JSON.stringify(line)).join("\n"));
  writeFileSync(join(dir, "meta.json"), JSON.stringify(meta));
}

/** Records a service. @returns the folder */
export function record(service: Service): string {
  const dir = temporaryFolder();
  const engine_kwargs = { tensor_parallel_size: service.h100s ?? 1 };
  writeRecording(dir, served(service), { vllm_version: "0.19.0", engine_kwargs });
  return dir;
}

/** Writes what `vllm bench serve --save-result --save-detailed` would. @returns the file */
export function benchmark(service: Service): string {
  const results = served(service).sort((a, b) => a.requestId - b.requestId);
  const file = join(temporaryFolder(), "bench.json");
  const bench = {
    model_id: "meta-llama/Llama-3.1-8B",
    request_rate: 5,
    input_lens: results.map(({ inputTokens }) => inputTokens),
    output_lens: results.map(({ outputTokens }) => outputTokens),
    ttfts: results.map(({ ttftNs }) => ttftNs / 1e9),
    itls: results.map(({ itlNs }) => Array.from(itlNs, (ns) => ns / 1e9)),
    start_times: results.map(({ arrivalNs }) => 5e5 + arrivalNs / 1e9),
    errors: results.map(() => ""),
  };
  writeFileSync(file, JSON.stringify(bench));
  return file;
}
