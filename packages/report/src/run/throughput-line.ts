/**
 * @module
 * The line that appears every log interval.
 */
import type { IntervalReport } from "@tandem-sim/engine";
import { compact, percent } from "../number-format.js";

/** Throughput, load and power of one interval, as `key=value` pairs. */
export function throughputLine(report: IntervalReport): string {
  const parts = [
    `step=${report.step}`,
    `batch=${report.batch}`,
    `prompt_t=${compact(report.promptTokS)} tok/s`,
    `decode_t=${compact(report.decodeTokS)} tok/s`,
    `npu_mem=${(report.gpuMemoryBytes / 1e9).toFixed(1)} GB`,
  ];
  if (report.hostKvBytes !== undefined) parts.push(`host_kv=${(report.hostKvBytes / 1e9).toFixed(1)} GB`);
  if (report.pimBusy !== null) parts.push(`pim_busy=${percent(report.pimBusy)}`);
  parts.push(`gpu_busy=${percent(report.gpuBusy)}`);
  if (report.powerW !== null) parts.push(`power=${report.powerW.toFixed(0)} W`);
  return parts.join(" ");
}
