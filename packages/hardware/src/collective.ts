/**
 * @module
 * All-reduces between the GPUs of an instance: what tensor parallelism adds up behind the attention's output projection and
 * behind the MLP. The link is an input: no law holds for all of them.
 */
import type { GpuSpec } from "@tandem-sim/schemas";
import { bracketLow, bracketPosition } from "./gpu/bracket.js";

/** Costs of the collectives of one instance. Sizes are bytes, times whole ns. */
export interface CollectiveCosts {
  /** GPUs that take part. */
  gpus: number;
  /** The activations of `tokens`: what an all-reduce adds up, as large on every GPU. */
  bytes(tokens: number): number;
  /** One all-reduce of so many bytes. */
  allReduceNs(bytes: number): number;
  /** What it moves over the links between the GPUs, all of them together: each sends 2 (n - 1) / n of it. */
  movedBytes(bytes: number): number;
}

/** Time of one all-reduce of so many bytes, whole ns. */
export type AllReduceNs = (bytes: number) => number;

/**
 * @param bytesPerToken of activations, on every GPU
 *
 * @example
 * const collective = createCollectiveCosts(2, 8192, ringAllReduce({ gpus: 2, linkGiBps: 16, linkLatencyNs: 20_000, memoryGBps: 1597 }));
 * collective.allReduceNs(collective.bytes(64)); // 71038
 */
export const createCollectiveCosts = (
  gpus: number,
  bytesPerToken: number,
  allReduceNs: AllReduceNs,
): CollectiveCosts => ({
  gpus,
  bytes: (tokens) => tokens * bytesPerToken,
  allReduceNs,
  movedBytes: (bytes) => 2 * (gpus - 1) * bytes,
});

/** GPUs in a ring, and the link from each to the next. */
export interface Ring {
  gpus: number;
  /** 2^30 bytes per second each way. */
  linkGiBps: number;
  /** Of a step. */
  linkLatencyNs: number;
  /** Memory bandwidth of a GPU, 1e9 bytes per second. */
  memoryGBps: number;
}

const BYTES_PER_NS_OF_GIBPS = 2 ** 30 / 1e9;
/** A GPU hands a piece to its link, or takes it from there: ASTRA-Sim's `endpoint-delay`, as LLMServingSim sets it. */
const ENDPOINT_NS = 10;

/**
 * The ring of LLMServingSim's network backend (ASTRA-Sim, analytical): 2 (n - 1) steps, each the latency and an nth of the
 * bytes over a link whose GB are 2^30; n - 1 of them then add the piece up in GPU memory: two reads and a write.
 * Source: "Calibration contract" in LLMServingSim's documentation.
 */
export function ringAllReduce({ gpus, linkGiBps, linkLatencyNs, memoryGBps }: Ring): AllReduceNs {
  const steps = 2 * (gpus - 1);
  const linkBytesPerNs = linkGiBps * BYTES_PER_NS_OF_GIBPS;
  // LLMServingSim rounds it so.
  const memoryBytesPerNs = Math.max(1, Math.floor(memoryGBps));
  return (bytes) => {
    const piece = Math.floor(bytes / gpus);
    const stepNs = Math.floor(linkLatencyNs + piece / linkBytesPerNs);
    const addNs = 3 * Math.floor(piece / memoryBytesPerNs);
    return steps * stepNs + (gpus - 1) * addNs + (steps + 1) * ENDPOINT_NS;
  };
}

/** What all-reduces over one kind of link were measured to take. */
export interface FittedLink {
  /** GB/s (1e9) each way, of one GPU. */
  GBps: number;
  /** Numbers of GPUs that were measured, ascending; the rest stands beside them. */
  gpus: readonly number[];
  /** Time of the smallest all-reduce. */
  alphaUs: readonly number[];
  /** Share of the bandwidth that large ones reach. */
  efficiency: readonly number[];
}

/**
 * Fits of `alpha + 2 (n - 1) / n S / (e B)` to the all-reduce times in ai-dynamo/aiconfigurator (Apache-2.0), of vLLM's own
 * kernel in a CUDA graph where there are any. On H100 and A100 they miss by 4, 9, 19% and 5, 13, 28% in the median for 2,
 * 4, 8 GPUs, and by up to 43% in the 95th percentile: the kernel switches between one shot and two. `pcie5` is with working
 * peer-to-peer access; without it nothing here holds.
 */
export const fittedLinks = {
  /** A100. */
  nvlink3: { GBps: 300, gpus: [2, 4, 8], alphaUs: [5, 5.8, 7.4], efficiency: [0.55, 0.5, 0.52] },
  /** H100 and H200. */
  nvlink4: { GBps: 450, gpus: [2, 4, 8], alphaUs: [4.3, 4.9, 5.6], efficiency: [0.54, 0.59, 0.72] },
  /** B200. */
  nvlink5: { GBps: 900, gpus: [2, 4, 8], alphaUs: [7.2, 7.7, 8.7], efficiency: [0.35, 0.43, 0.57] },
  /** L40S. */
  pcie4: { GBps: 32, gpus: [2, 4, 8], alphaUs: [5.3, 12, 21], efficiency: [0.6, 0.12, 0.06] },
  pcie5: { GBps: 64, gpus: [2, 4, 8], alphaUs: [4.4, 13.7, 27], efficiency: [0.59, 0.41, 0.34] },
} as const satisfies Record<string, FittedLink>;

/**
 * The link between GPUs of a spec sheet, NVLink where they have it: what was measured of the generation whose bandwidth is
 * nearest, at the spec sheet's own.
 */
export function fittedLinkOf({ pcie, nvlink }: GpuSpec["links"]): FittedLink {
  const { bw } = nvlink ?? pcie;
  const { nvlink3, nvlink4, nvlink5, pcie4, pcie5 } = fittedLinks;
  const generations: readonly FittedLink[] = nvlink ? [nvlink3, nvlink4, nvlink5] : [pcie4, pcie5];
  const apart = ({ GBps }: FittedLink): number => Math.abs(Math.log(GBps / bw));
  const nearest = generations.reduce((best, next) => (apart(next) < apart(best) ? next : best));
  return { ...nearest, GBps: bw };
}

/** Linear between the numbers of GPUs that were measured; as the last of them beyond. */
function between(link: FittedLink, gpus: number, values: readonly number[]): number {
  const knots = Float64Array.from(link.gpus);
  const within = Math.min(gpus, knots[knots.length - 1]);
  const low = bracketLow(knots, 0, knots.length, within);
  return values[low] + bracketPosition(knots, low, knots.length, within) * (values[low + 1] - values[low]);
}

/** An all-reduce over a kind of link that was measured, between `gpus` GPUs, at least two. */
export function fittedAllReduce(link: FittedLink, gpus: number): AllReduceNs {
  const alphaNs = 1000 * between(link, gpus, link.alphaUs);
  const bytesPerNs = link.GBps * between(link, gpus, link.efficiency);
  const share = (2 * (gpus - 1)) / gpus;
  return (bytes) => Math.round(alphaNs + (share * bytes) / bytesPerNs);
}
