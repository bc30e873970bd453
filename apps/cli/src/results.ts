/**
 * @module
 * Results of a run as people and scripts read them: CSV rows, throughput lines, the final table.
 */
import type { IntervalReport, RequestResult, SimulationPlan } from "@tandem-sim/engine";
import type { LatencyStatistics, Summary } from "@tandem-sim/schemas";
import Table from "cli-table3";
import pc from "picocolors";
import { bytes, compact, ms, percent } from "./number-format.js";

export const csvHeader =
  "instance id,request id,model,input,output,arrival,end_time,latency,queuing_delay,TTFT,TPOT,ITL";

/** One row of the per-request CSV; times are whole ns. */
export function csvRow(result: RequestResult): string {
  return [
    result.instanceId,
    result.requestId,
    csvText(result.model),
    result.inputTokens,
    result.outputTokens,
    result.arrivalNs,
    result.endNs,
    result.latencyNs,
    result.queuingNs,
    result.ttftNs,
    result.tpotNs,
    `"[${result.itlNs.join(", ")}]"`,
  ].join(",");
}

const csvText = (text: string): string => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** The line that appears every log interval. */
export function throughputLine(report: IntervalReport): string {
  const parts = [
    `step=${report.step}`,
    `batch=${report.batch}`,
    `prompt_t=${compact(report.promptTokS)} tok/s`,
    `decode_t=${compact(report.decodeTokS)} tok/s`,
    `npu_mem=${(report.gpuMemoryBytes / 1e9).toFixed(1)} GB`,
  ];
  if (report.pimBusy !== null) parts.push(`pim_busy=${percent(report.pimBusy)}`);
  parts.push(`gpu_busy=${percent(report.gpuBusy)}`);
  if (report.powerW !== null) parts.push(`power=${report.powerW.toFixed(0)} W`);
  return parts.join(" ");
}

const borderless = {
  chars: Object.fromEntries(
    [
      "top",
      "top-mid",
      "top-left",
      "top-right",
      "bottom",
      "bottom-mid",
      "bottom-left",
      "bottom-right",
      "left",
      "left-mid",
      "mid",
      "mid-mid",
      "right",
      "right-mid",
      "middle",
    ].map((place) => [place, place === "middle" ? "  " : ""]),
  ),
  style: { head: [], border: [], "padding-left": 0, "padding-right": 0 },
};

/** A table without lines, the first column left, the others right. */
export function plainTable(rows: readonly (readonly string[])[]): string {
  const columns = rows[0]?.length ?? 0;
  const table = new Table({
    ...borderless,
    colAligns: Array.from({ length: columns }, (_, i) => (i === 0 ? "left" : "right")),
  });
  table.push(...rows.map((row) => [...row]));
  return table.toString();
}

const latencyColumns = ["mean", "median", "p90", "p95", "p99"] as const;

function latencyTable(summary: Summary): string {
  const row = (name: string, statistics: LatencyStatistics): string[] => [
    name,
    ...latencyColumns.map((key) => ms(statistics[key])),
  ];
  return plainTable([
    [pc.bold("ms"), "mean", "median", "P90", "P95", "P99"],
    row("TTFT", summary.ttft_ms),
    row("TPOT", summary.tpot_ms),
    row("ITL", summary.itl_ms),
    row("latency", summary.latency_ms),
    row("queueing", summary.queuing_ms),
  ]);
}

/** Why the devices were idle. */
function idleRows({ idle }: Summary): string[][] {
  const share = (value: number): string => percent(value, 1);
  const rows = [
    ["GPU idle: for PIM / link", `${share(idle.gpu.waiting_for_pim)} / ${share(idle.gpu.waiting_for_link)}`],
    ["  no work", share(idle.gpu.no_work)],
  ];
  if (!idle.pim) return rows.slice(1).map(([, value]) => ["GPU idle: no work", value as string]);
  return [
    ...rows,
    ["PIM idle: for GPU / link", `${share(idle.pim.waiting_for_gpu)} / ${share(idle.pim.waiting_for_link)}`],
    ["  no work", share(idle.pim.no_work)],
  ];
}

function goodputRows({ goodput, requests }: Summary): string[][] {
  if (!goodput) return [];
  return [["goodput", `${goodput.requests_s.toFixed(2)} req/s (${goodput.requests} of ${requests})`]];
}

function runTable(summary: Summary, plan: SimulationPlan): string {
  const { throughput, interleaving } = summary;
  const rows: string[][] = [
    ["requests", String(summary.requests)],
    ["makespan", `${(summary.makespan_ns / 1e9).toFixed(3)} s`],
    ["iterations", String(summary.iterations)],
    ["prompt throughput", `${compact(throughput.prompt_tok_s)} tok/s`],
    ["decode throughput", `${compact(throughput.decode_tok_s)} tok/s`],
    ...goodputRows(summary),
    ["GPU busy / idle", `${percent(summary.gpu_busy, 1)} / ${percent(summary.gpu_idle, 1)}`],
  ];
  if (summary.pim_busy !== null && summary.pim_idle !== null && summary.pim_util !== null) {
    rows.push(
      ["PIM busy / idle", `${percent(summary.pim_busy, 1)} / ${percent(summary.pim_idle, 1)}`],
      ["PIM channels in use, mean", percent(summary.pim_util, 1)],
      ["link up / down", `${bytes(summary.link_bytes.up)} / ${bytes(summary.link_bytes.down)}`],
    );
  }
  rows.push(
    ...idleRows(summary),
    ["bottleneck", bottleneck(summary)],
    ["preemptions", String(summary.preemptions)],
    ["prefix hits", `${summary.prefix_hit_tokens} tokens`],
  );
  if (plan.instances.some((instance) => instance.split)) {
    rows.push(
      ["iterations interleaved", String(interleaving.interleaved + interleaving.chunked)],
      ["  with a prefill cut", String(interleaving.chunked)],
      ["  left serial by policy", String(interleaving.serial)],
      ["  of a single request", String(interleaving.single_request)],
      ["gained / lost by it", `${ms(interleaving.gained_ns / 1e6)} / ${ms(interleaving.lost_ns / 1e6)} ms`],
    );
  }
  return plainTable(rows);
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

/** What offload is up against: the channels' bandwidth beside the GPU's. */
export function offloadNote(plan: SimulationPlan): string[] {
  const offloading = plan.instances.find((instance) => instance.pim);
  if (!offloading?.pim) return [];
  const { gemvGBps, channels, device } = offloading.pim;
  const { channelsPerGroup, groups } = offloading.pim.layout;
  const gpu = offloading.gpuBandwidthGBps;
  const ratio = gemvGBps / gpu;
  const verdict =
    ratio < 1
      ? "decode attention is slower there than on the GPU, so offload alone loses; interleaving has to hide it"
      : "decode attention is faster there than on the GPU";
  return [
    `PIM of an instance: ${channels} channels of ${device.name} in ${groups} groups of ${channelsPerGroup}, ` +
      `${gemvGBps.toFixed(0)} GB/s of KV against the GPU's ${gpu} GB/s (${ratio.toFixed(2)}x): ${verdict}.`,
  ];
}

const componentNames: Record<string, string> = {
  npu_active: "NPU active",
  npu_standby: "NPU standby",
  npu_idle: "NPU idle",
  cpu: "CPU",
  dram: "DRAM",
  pim_compute: "PIM compute",
  link: "Link",
  base: "Base + NIC + storage",
};

/** Energy by component; for several nodes a column each beside the total. */
function energyTable({ energy_j: total, energy }: Summary): string[] {
  if (!total || !energy) return [];
  const counted = energy.nodes.flatMap(({ node, energy_j: joules }) => (joules ? [{ node, joules }] : []));
  const nodes = energy.nodes.length > 1 ? counted : [];
  const row = (name: string, key: string): string[] => [
    name,
    (total[key] as number).toFixed(1),
    percent((total[key] as number) / (total.total as number), 1),
    ...nodes.map(({ joules }) => (joules[key] as number).toFixed(1)),
  ];
  const notes = [
    `${energy.j_per_token.toFixed(3)} J per generated token, ${energy.j_per_request.toFixed(1)} J per request` +
      (energy.npu_active_for_second_weight_read_j > 0
        ? `; ${energy.npu_active_for_second_weight_read_j.toFixed(1)} J of NPU active read weights a second time`
        : ""),
  ];
  const missing = energy.nodes.filter(({ energy_j: joules }) => !joules).map(({ node }) => node);
  if (missing.length > 0) notes.push(`Without a power block, so not counted: node ${missing.join(", ")}`);
  return [
    "",
    plainTable([
      [pc.bold("energy"), "J", "%", ...nodes.map(({ node }) => `node ${node}`)],
      ...Object.entries(componentNames).map(([key, name]) => row(name, key)),
      row("total", "total"),
    ]),
    ...notes,
  ];
}

/** The final table. */
export function finalTable(summary: Summary, plan: SimulationPlan): string {
  const parts = [
    runTable(summary, plan),
    "",
    latencyTable(summary),
    ...energyTable(summary),
    ...offloadNote(plan).map((note) => `\n${note}`),
  ];
  if (plan.instances.length > 1) {
    parts.push(
      "",
      plainTable([
        [pc.bold("instance"), "node", "requests", "iterations", "GPU busy", "PIM util"],
        ...summary.instances.map((instance) => [
          String(instance.instance),
          String(instance.node),
          String(instance.requests),
          String(instance.iterations),
          percent(instance.gpu_busy, 1),
          instance.pim_util === null ? "-" : percent(instance.pim_util, 1),
        ]),
      ]),
    );
  }
  return parts.join("\n");
}
