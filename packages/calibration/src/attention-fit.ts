/**
 * @module
 * Fits mixed attention (a prefill chunk and decodes in one batch) on a small grid of knots to all measured samples.
 */
import { type AttentionLookup, bracketLow, bracketPosition, evenAttentionUs } from "@tandem-sim/hardware";
import type { AttentionSamples, GpuProfile } from "@tandem-sim/schemas";
import { Samples } from "./least-squares.js";

/** Knots of mixed attention on each axis, ascending. Batches without decodes have no kv_decode axis. */
export interface MixedGrid {
  chunk: readonly number[];
  kvPrefill: readonly number[];
  nDecode: readonly number[];
  kvDecode: readonly number[];
}

/** How much a squared error, us^2, weighs at a sample. */
export type AttentionWeight = (
  chunk: number,
  kvPrefill: number,
  nDecode: number,
  kvDecode: number,
  timeUs: number,
) => number;

/** How strongly knots are held to the raw table's value at them: some have hardly a sample near. */
const pullToTable = 0.01;

/** The knots around a value, and how much of it each has. */
function sharesOf(knots: Float64Array, value: number): [knot: number, share: number][] {
  const low = bracketLow(knots, 0, knots.length, value);
  const position = bracketPosition(knots, low, knots.length, value);
  if (position === 0) return [[knots[low], 1]];
  return [
    [knots[low], 1 - position],
    [knots[low + 1], position],
  ];
}

/** A sample at every knot of `grid`, as `tableUs` has it, and the place of a knot among them by its coordinates. */
function samplesAtKnots(
  grid: MixedGrid,
  tableUs: AttentionLookup,
): { samples: AttentionSamples; knotAt: (...coordinates: number[]) => number } {
  const samples: AttentionSamples = { prefillChunk: [], kvPrefill: [], nDecode: [], kvDecode: [], timeUs: [] };
  const places = new Map<string, number>();
  for (const chunk of grid.chunk) {
    for (const kvPrefill of grid.kvPrefill) {
      for (const nDecode of grid.nDecode) {
        for (const kvDecode of nDecode === 0 ? [0] : grid.kvDecode) {
          places.set([chunk, kvPrefill, nDecode, kvDecode].join(), samples.timeUs.length);
          samples.prefillChunk.push(chunk);
          samples.kvPrefill.push(kvPrefill);
          samples.nDecode.push(nDecode);
          samples.kvDecode.push(kvDecode);
          samples.timeUs.push(tableUs(chunk, kvPrefill, nDecode, kvDecode));
        }
      }
    }
  }
  const knotAt = (...coordinates: number[]): number => {
    const place = places.get(coordinates.join());
    if (place === undefined) throw new RangeError(`the grid has no knot at ${coordinates.join(", ")}`);
    return place;
  };
  return { samples, knotAt };
}

/**
 * Samples at every knot of `grid`, fitted to the samples of `raw` with a prefill chunk.
 *
 * The raw table's own lookup is no target: it holds a chunk's slice flat below the first context measured there, and
 * half of the chunks of LLMServingSim's bundles start at 512 tokens. `heldChunks` reproduces that at lookup.
 */
export function fitMixedAttention(raw: GpuProfile, grid: MixedGrid, weightOf: AttentionWeight): AttentionSamples {
  const { prefillChunk, kvPrefill, nDecode, kvDecode, timeUs } = raw.attention;
  const { samples, knotAt } = samplesAtKnots(grid, evenAttentionUs(raw));
  const axes = {
    chunk: Float64Array.from(grid.chunk),
    kvPrefill: Float64Array.from(grid.kvPrefill),
    nDecode: Float64Array.from(grid.nDecode),
    kvDecode: Float64Array.from(grid.kvDecode),
  };
  const rows = new Samples();
  const addShares = (i: number): void => {
    for (const [chunk, chunkShare] of sharesOf(axes.chunk, prefillChunk[i])) {
      for (const [prefill, prefillShare] of sharesOf(axes.kvPrefill, kvPrefill[i])) {
        for (const [count, countShare] of sharesOf(axes.nDecode, nDecode[i])) {
          const share = chunkShare * prefillShare * countShare;
          if (count === 0) rows.share(knotAt(chunk, prefill, 0, 0), share);
          else {
            for (const [context, contextShare] of sharesOf(axes.kvDecode, kvDecode[i])) {
              rows.share(knotAt(chunk, prefill, count, context), share * contextShare);
            }
          }
        }
      }
    }
  };
  timeUs.forEach((us, i) => {
    if (prefillChunk[i] === 0) return;
    addShares(i);
    rows.close(us, weightOf(prefillChunk[i], kvPrefill[i], nDecode[i], kvDecode[i], us));
  });
  return { ...samples, timeUs: rows.solve(samples.timeUs, pullToTable) };
}
