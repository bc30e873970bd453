/**
 * @module
 * What a run was like as a whole: throughput, how busy the devices were and what they waited for.
 */
import { boundOf } from "@tandem-sim/comparison";
import type { SimulationPlan } from "@tandem-sim/engine";
import type { Summary } from "@tandem-sim/schemas";
import { heldText } from "../comparison/held-text.js";
import { bytes, compact, ms, percent } from "../number-format.js";
import type { Table } from "../part.js";

export function runTable(summary: Summary, plan: SimulationPlan): Table {
  const interleaves = plan.instances.some((instance) => instance.split);
  return {
    rows: [
      ...throughputRows(summary),
      ["GPU busy / idle", `${percent(summary.gpu_busy, 1)} / ${percent(summary.gpu_idle, 1)}`],
      ...collectiveRows(summary),
      ...pimRows(summary),
      ...hostKvRows(summary),
      ...idleRows(summary),
      ["bottleneck", bottleneck(summary)],
      ["requests in a batch, mean / max", `${summary.batch.mean.toFixed(1)} / ${summary.batch.max}`],
      ["KV room / most used", `${compact(summary.kv_tokens.room)} / ${compact(summary.kv_tokens.peak)} tokens`],
      ["requests wait for", heldText(boundOf(summary), "nothing, most of the time")],
      ["preemptions", String(summary.preemptions)],
      ["prefix hits", prefixHits(summary)],
      ...(interleaves ? interleavingRows(summary) : []),
    ],
  };
}

const prefixHits = ({ prefix_hit_tokens: all, kv_offload: kv }: Summary): string =>
  kv ? `${all} tokens, ${kv.hit_tokens} of them in host memory` : `${all} tokens`;

function throughputRows({ requests, makespan_ns, iterations, throughput, goodput }: Summary): string[][] {
  return [
    ["requests", String(requests)],
    ["makespan", `${(makespan_ns / 1e9).toFixed(3)} s`],
    ["iterations", String(iterations)],
    ["prompt throughput", `${compact(throughput.prompt_tok_s)} tok/s`],
    ["decode throughput", `${compact(throughput.decode_tok_s)} tok/s`],
    ...(goodput ? [["goodput", `${goodput.requests_s.toFixed(2)} req/s (${goodput.requests} of ${requests})`]] : []),
  ];
}

function pimRows({ pim_busy, pim_idle, pim_util, link_bytes }: Summary): string[][] {
  if (pim_busy === null || pim_idle === null || pim_util === null) return [];
  return [
    ["PIM busy / idle", `${percent(pim_busy, 1)} / ${percent(pim_idle, 1)}`],
    ["PIM channels in use, mean", percent(pim_util, 1)],
    ["link up / down", `${bytes(link_bytes.up)} / ${bytes(link_bytes.down)}`],
  ];
}

function hostKvRows({ kv_offload: kv, link_bytes, instances, idle }: Summary): string[][] {
  if (!kv) return [];
  const busiest = (key: "link_up_busy" | "link_down_busy"): string =>
    percent(Math.max(...instances.map((instance) => instance[key] ?? 0)), 1);
  return [
    ["KV to / from host memory", `${bytes(link_bytes.up)} / ${bytes(link_bytes.down)}`],
    ["  link busy", `${busiest("link_up_busy")} / ${busiest("link_down_busy")}`],
    ["  loads, mean", `${kv.loads}, ${ms(kv.load_ms)} ms`],
    ["  swapped out / restored", `${kv.swaps} requests / ${kv.restored_tokens} tokens`],
    ["  GPU idle: for loads", percent(idle.gpu.waiting_for_link, 1)],
  ];
}

/** What GPUs that share layers lose to each other. */
function collectiveRows({ idle: { gpu }, link_bytes }: Summary): string[][] {
  const { waiting_for_collective: waiting } = gpu;
  if (waiting === undefined) return [];
  return [
    ["GPUs wait for each other", percent(waiting, 1)],
    ["between GPUs", bytes(link_bytes.between_gpus ?? 0)],
  ];
}

/** Why the devices were idle. */
function idleRows({ idle: { gpu, pim } }: Summary): string[][] {
  const share = (value: number): string => percent(value, 1);
  const host = gpu.waiting_for_host === undefined ? [] : [["GPU idle: for host", share(gpu.waiting_for_host)]];
  if (!pim) return [...host, ["GPU idle: no work", share(gpu.no_work)]];
  return [
    ...host,
    ["GPU idle: for PIM / link", `${share(gpu.waiting_for_pim)} / ${share(gpu.waiting_for_link)}`],
    ["  no work", share(gpu.no_work)],
    ["PIM idle: for GPU / link", `${share(pim.waiting_for_gpu)} / ${share(pim.waiting_for_link)}`],
    ["  no work", share(pim.no_work)],
  ];
}

/** What iterations spend most of their time on, over all instances: PIM counts while at least one channel computes. */
function bottleneck(summary: Summary): string {
  const candidates = summary.instances.flatMap((instance) => [
    { name: "GPU", share: instance.gpu_busy },
    { name: "PIM", share: instance.pim_busy ?? 0 },
    { name: "link up", share: instance.link_up_busy ?? 0 },
    { name: "link down", share: instance.link_down_busy ?? 0 },
  ]);
  const most = candidates.reduce((busiest, candidate) => (candidate.share > busiest.share ? candidate : busiest));
  return `${most.name} (${percent(most.share, 1)} busy)`;
}

function interleavingRows({ interleaving }: Summary): string[][] {
  return [
    ["iterations interleaved", String(interleaving.interleaved + interleaving.chunked)],
    ["  with a prefill cut", String(interleaving.chunked)],
    ["  left serial by policy", String(interleaving.serial)],
    ["  of a single request", String(interleaving.single_request)],
    ["gained / lost by it", `${ms(interleaving.gained_ns / 1e6)} / ${ms(interleaving.lost_ns / 1e6)} ms`],
  ];
}
