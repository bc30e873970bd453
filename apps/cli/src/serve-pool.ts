/**
 * @module
 * One load served on many inputs side by side, on worker threads. What comes out is what one thread gives.
 */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { PlanInputs } from "@tandem-sim/engine";
import type { RequestChunk, Workload } from "@tandem-sim/workload";
import { type NewArrivals, type Served, type ServeFlags, serveAlone } from "./serve-mode.js";
import { clearStatus, status } from "./terminal.js";

/** What every worker has from its start: a copy of its own, all in memory. */
export interface ServedLoad {
  chunks: readonly RequestChunk[];
}

export interface ServeTask {
  inputs: PlanInputs;
  flags: ServeFlags;
  /** For progress. */
  what: string;
  arrivals?: NewArrivals;
}

export interface ServePool {
  /** Serves the load on these inputs, at its own arrivals or others; several at a time may be asked for. */
  serve(inputs: PlanInputs, what: string, arrivals?: NewArrivals): Promise<Served>;
  close(): Promise<void>;
}

const workerFile = fileURLToPath(new URL("./serve-worker.js", import.meta.url));

/**
 * @param threads at most; each learns to run fast anew, so that several pay only where runs are long
 */
export async function createServePool(flags: ServeFlags, workload: Workload, threads: number): Promise<ServePool> {
  // Run from the sources there is no bundle for a thread to start from.
  return threads === 1 || !existsSync(workerFile)
    ? oneByOne(flags, workload)
    : await sideBySide(flags, workload, threads);
}

function oneByOne(flags: ServeFlags, workload: Workload): ServePool {
  let last: Promise<unknown> = Promise.resolve();
  return {
    serve(inputs, what, arrivals) {
      const served = last.then(() => serveAlone(flags, workload, inputs, what, arrivals));
      last = served.catch(() => {});
      return served;
    },
    close: async () => {},
  };
}

async function sideBySide(given: ServeFlags, workload: Workload, threads: number): Promise<ServePool> {
  const { requestRoutingPolicy, seed, slo, logInterval, dataset } = given;
  const flags: ServeFlags = { requestRoutingPolicy, seed, logInterval, dataset, ...(slo && { slo }) };
  const { default: workerpool } = await import("workerpool");
  const chunks: RequestChunk[] = [];
  for await (const chunk of workload.chunks()) chunks.push(chunk);
  const load: ServedLoad = { chunks };
  const pool = workerpool.pool(workerFile, {
    workerType: "thread",
    maxWorkers: threads,
    workerThreadOpts: { workerData: load },
  });
  const running = new Set<string>();
  return {
    async serve(inputs, what, arrivals) {
      running.add(what);
      status([...running].join(", "));
      try {
        const task: ServeTask = { inputs, flags, what, ...(arrivals && { arrivals }) };
        return (await pool.exec("serve", [task])) as Served;
      } finally {
        running.delete(what);
        clearStatus();
      }
    },
    close: async () => void (await pool.terminate()),
  };
}
