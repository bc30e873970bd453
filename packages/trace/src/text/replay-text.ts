/**
 * @module
 * Plays a text trace: rows in file order, each as soon as its resource and the previous stage of its sub-batch are free.
 * It knows nothing of stage tables, so it checks what the engine executed.
 */
import { END_OF_PIM, isMarker, type TraceRow } from "./row.js";

/** How GPU and PIM share a memory; `separate` where PIM has its own. */
type Access = "separate" | "blocked" | "concurrent";

interface SubBatchState {
  /** End of the dense rows so far. */
  denseEnd: number;
  /** When the next dense row may start: behind GPU attention, link down and all-reduces. */
  ready: number;
  upEnd: number;
  pimEnd: number;
  fetched: number;
}

/**
 * Latency of the iteration, ns.
 *
 * Resources are the GPU, link up, every PIM channel, link down and the links between GPUs, which `allreduce` rows run on.
 * Stages of a sub-batch are dense rows, `allreduce`, dense rows, `link_up`, PIM rows, `link_down`. A GPU `attention` row runs beside the PIM stage of its layer; the dense rows behind wait for both.
 * `link_fetch` rows bring the KV of prefix hits and wait for the link only; the GPU attention of their layer waits for
 * them. PIM rows of the GPU's own memory, which is local, have no link in front of them and none behind.
 *
 * @param access `blocked`: rows of PIM and of the GPU exclude each other
 */
export function replayText(rows: readonly TraceRow[], access: Access = "separate"): number {
  const subBatches = new Map<string, SubBatchState>();
  const channels = new Map<string, number>();
  let gpu = 0;
  let up = 0;
  let down = 0;
  let reduces = 0;
  let pim = 0;
  const gpuFree = (): number => (access === "blocked" ? Math.max(gpu, pim) : gpu);
  let channel = "";
  const stateOf = (row: TraceRow): SubBatchState => {
    let state = subBatches.get(row.misc);
    if (!state) {
      state = { denseEnd: 0, ready: 0, upEnd: 0, pimEnd: 0, fetched: 0 };
      subBatches.set(row.misc, state);
    }
    return state;
  };
  for (const row of rows) {
    if (isMarker(row.name)) {
      channel = row.name === END_OF_PIM ? "" : row.name;
      continue;
    }
    const own = stateOf(row);
    const layer = row.name.replace(/_\d+$/, "");
    if (channel !== "") {
      const isLocal = row.inputLocation.startsWith("LOCAL.");
      const sentNs = isLocal ? Math.max(own.denseEnd, access === "blocked" ? gpu : 0) : own.upEnd;
      const end = Math.max(channels.get(channel) ?? 0, sentNs) + row.compTimeNs;
      channels.set(channel, end);
      own.pimEnd = Math.max(own.pimEnd, end);
      if (isLocal) own.ready = Math.max(own.ready, end);
      pim = Math.max(pim, end);
    } else if (layer === "link_up") {
      up = Math.max(up, own.denseEnd) + row.compTimeNs;
      own.upEnd = up;
      own.pimEnd = up;
    } else if (layer === "link_down") {
      down = Math.max(down, own.pimEnd) + row.compTimeNs;
      own.ready = Math.max(own.ready, down);
    } else if (layer === "link_fetch") {
      down += row.compTimeNs;
      own.fetched = down;
    } else if (layer === "allreduce") {
      reduces = Math.max(reduces, own.denseEnd) + row.compTimeNs;
      own.ready = Math.max(own.ready, reduces);
    } else if (layer === "attention") {
      gpu = Math.max(gpuFree(), own.fetched) + row.compTimeNs;
      own.ready = Math.max(own.ready, gpu);
    } else {
      gpu = Math.max(gpuFree(), own.ready) + row.compTimeNs;
      own.denseEnd = gpu;
    }
  }
  return Math.max(gpu, up, down, reduces, ...channels.values());
}
