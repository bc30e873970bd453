/**
 * @module
 * The most memory that a run takes: in a process of its own, as memory that was once taken is not given back.
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { simulate } from "@tandem-sim/engine";
import { chatLoad, type PerfMode, perfModes, perfPlan } from "./shapes.js";

/** Runs a load and prints the most memory that this process has taken so far, kB: what {@link peakMemoryMb} starts. */
export function printPeakMemory(mode: string, requests: string, requestsPerSecond: string): void {
  const known = perfModes.find((name) => name === mode);
  if (!known) throw new Error(`no mode ${mode}`);
  simulate(perfPlan({ mode: known }), chatLoad(Number(requests), Number(requestsPerSecond)));
  console.log(process.resourceUsage().maxRSS);
}

/** Most memory of a process that runs so many requests, MB. */
export function peakMemoryMb(mode: PerfMode, requests: number, requestsPerSecond = 5): number {
  const main = fileURLToPath(new URL("./main.js", import.meta.url));
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [main, "memory", mode, `${requests}`, `${requestsPerSecond}`],
    {
      encoding: "utf8",
    },
  );
  if (status !== 0) throw new Error(`${mode}, ${requests} requests: ${stderr}`);
  return Number(stdout) / 1000;
}
