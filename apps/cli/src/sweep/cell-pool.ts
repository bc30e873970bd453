/**
 * @module
 * Cells side by side on worker threads. A thread runs many of them: what it has loaded and learnt to run fast it keeps.
 */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type CellResult, CellRunner, type CellTask } from "./run-cell.js";

export interface CellPool {
  run(task: CellTask): Promise<CellResult>;
  close(): Promise<void>;
}

const workerFile = fileURLToPath(new URL("./cell-worker.js", import.meta.url));

/** @param threads at most; one: this one */
export async function createCellPool(threads: number): Promise<CellPool> {
  // Run from the sources there is no bundle for a thread to start from.
  if (threads === 1 || !existsSync(workerFile)) {
    const runner = new CellRunner();
    return { run: (task) => runner.run(task), close: async () => {} };
  }
  const { default: workerpool } = await import("workerpool");
  const pool = workerpool.pool(workerFile, { workerType: "thread", maxWorkers: threads });
  return {
    run: async (task) => (await pool.exec("run", [task])) as CellResult,
    close: async () => void (await pool.terminate()),
  };
}
