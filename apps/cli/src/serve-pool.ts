/**
 * @module
 * One load served on many inputs side by side, on worker threads. What comes out is what one thread gives.
 */
import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import type { PlanInputs } from "@tandem-sim/engine";
import type { RequestChunk } from "@tandem-sim/workload";
import { type Served, type ServeFlags, serveAlone } from "./serve-mode.js";
import { clearStatus, status } from "./terminal.js";

/** What every worker has from its start. */
export interface ServedLoad {
  chunks: readonly RequestChunk[];
}

export interface ServeTask {
  inputs: PlanInputs;
  flags: ServeFlags;
  /** For progress. */
  what: string;
}

export interface ServePool {
  /** Serves the load on these inputs; several at a time may be asked for. */
  serve(inputs: PlanInputs, what: string): Promise<Served>;
  close(): Promise<void>;
}

const workerFile = fileURLToPath(new URL("./serve-worker.js", import.meta.url));

/** Loads with fewer generated tokens are served before a second thread has started. */
const LEAST_TOKENS = 100_000;

/**
 * @param tokens that the load generates
 * @param jobs threads at most; undefined: as many as there are cores, one where the load is small
 */
export async function createServePool(
  flags: ServeFlags,
  chunks: readonly RequestChunk[],
  tokens: number,
  jobs: number | undefined,
): Promise<ServePool> {
  const threads = jobs ?? (tokens < LEAST_TOKENS ? 1 : availableParallelism());
  // Run from the sources there is no bundle for a thread to start from.
  return threads === 1 || !existsSync(workerFile) ? oneByOne(flags, chunks) : await sideBySide(flags, chunks, threads);
}

function oneByOne(flags: ServeFlags, chunks: readonly RequestChunk[]): ServePool {
  let last: Promise<unknown> = Promise.resolve();
  return {
    serve(inputs, what) {
      const served = last.then(() => serveAlone(flags, chunks, inputs, what));
      last = served.catch(() => {});
      return served;
    },
    close: async () => {},
  };
}

async function sideBySide(given: ServeFlags, chunks: readonly RequestChunk[], threads: number): Promise<ServePool> {
  const { requestRoutingPolicy, seed, slo, logInterval, dataset } = given;
  const flags: ServeFlags = { requestRoutingPolicy, seed, logInterval, dataset, ...(slo && { slo }) };
  const { default: workerpool } = await import("workerpool");
  const load: ServedLoad = { chunks };
  const pool = workerpool.pool(workerFile, {
    workerType: "thread",
    maxWorkers: threads,
    workerThreadOpts: { workerData: load },
  });
  const running = new Set<string>();
  return {
    async serve(inputs, what) {
      running.add(what);
      status([...running].join(", "));
      try {
        const task: ServeTask = { inputs, flags, what };
        return (await pool.exec("serve", [task])) as Served;
      } finally {
        running.delete(what);
        clearStatus();
      }
    },
    close: async () => void (await pool.terminate()),
  };
}
