/**
 * @module
 * Plays a text trace: rows in file order, each as soon as its resource and the previous stage of its half are free.
 * It knows nothing of programs, so it checks what the engine executed.
 */
import type { TraceRow } from "./text.js";

interface HalfState {
  /** End of the dense rows so far. */
  denseEnd: number;
  /** When the next dense row may start: behind GPU attention and link down. */
  ready: number;
  upEnd: number;
  pimEnd: number;
  fetched: number;
}

/**
 * Latency of the iteration, ns.
 *
 * Resources are the GPU, link up, every PIM channel and link down. Stages of a half are dense rows, `link_up`, PIM rows,
 * `link_down`. A GPU `attention` row runs beside the PIM stage of its layer; the dense rows behind wait for both.
 * `link_fetch` rows bring the KV of prefix hits and wait for the link only; the GPU attention of their layer waits for
 * them.
 */
export function replayText(rows: readonly TraceRow[]): number {
  const halves = new Map<string, HalfState>();
  const channels = new Map<string, number>();
  let gpu = 0;
  let up = 0;
  let down = 0;
  let channel = "";
  const stateOf = (row: TraceRow): HalfState => {
    let state = halves.get(row.misc);
    if (!state) {
      state = { denseEnd: 0, ready: 0, upEnd: 0, pimEnd: 0, fetched: 0 };
      halves.set(row.misc, state);
    }
    return state;
  };
  for (const row of rows) {
    if (row.name.startsWith("PIM ")) {
      channel = row.name === "PIM END" ? "" : row.name;
      continue;
    }
    const half = stateOf(row);
    const layer = row.name.replace(/_\d+$/, "");
    if (channel !== "") {
      const end = Math.max(channels.get(channel) ?? 0, half.upEnd) + row.compTimeNs;
      channels.set(channel, end);
      half.pimEnd = Math.max(half.pimEnd, end);
    } else if (layer === "link_up") {
      up = Math.max(up, half.denseEnd) + row.compTimeNs;
      half.upEnd = up;
      half.pimEnd = up;
    } else if (layer === "link_down") {
      down = Math.max(down, half.pimEnd) + row.compTimeNs;
      half.ready = Math.max(half.ready, down);
    } else if (layer === "link_fetch") {
      down += row.compTimeNs;
      half.fetched = down;
    } else if (layer === "attention") {
      gpu = Math.max(gpu, half.fetched) + row.compTimeNs;
      half.ready = Math.max(half.ready, gpu);
    } else {
      gpu = Math.max(gpu, half.ready) + row.compTimeNs;
      half.denseEnd = gpu;
    }
  }
  return Math.max(gpu, up, down, ...channels.values());
}
