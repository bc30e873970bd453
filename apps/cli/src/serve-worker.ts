/**
 * @module
 * A worker thread that serves one load on whatever inputs it is given.
 */
import { workerData } from "node:worker_threads";
import { heldWorkload } from "@tandem-sim/workload";
import workerpool from "workerpool";
import { serveAlone } from "./serve-mode.js";
import type { ServedLoad, ServeTask } from "./serve-pool.js";

const workload = heldWorkload((workerData as ServedLoad).chunks);

workerpool.worker({
  serve: ({ inputs, flags, what, arrivals }: ServeTask) => serveAlone(flags, workload, inputs, what, arrivals),
});
