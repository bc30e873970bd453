/**
 * @module
 * Fits mixed attention (a prefill chunk and decodes in one batch) on a small grid of knots to all measured samples.
 */
import { bracketLow, bracketPosition, evenAttentionUs } from "@tandem-sim/hardware";
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

interface Axis {
  knots: Float64Array;
  low: number;
  position: number;
}

const axisOf = (knots: readonly number[]): Axis => ({ knots: Float64Array.from(knots), low: 0, position: 0 });

function locate(axis: Axis, value: number): void {
  axis.low = bracketLow(axis.knots, 0, axis.knots.length, value);
  axis.position = bracketPosition(axis.knots, axis.low, axis.knots.length, value);
}

const sharesOf = (axis: Axis): [at: number, share: number][] =>
  axis.position === 0
    ? [[axis.low, 1]]
    : [
        [axis.low, 1 - axis.position],
        [axis.low + 1, axis.position],
      ];

/**
 * Samples at every knot of `grid`, fitted to the samples of `raw` with a prefill chunk.
 *
 * The raw table's own lookup is no target: it holds a chunk's slice flat below the first context measured there, and
 * half of the chunks of LLMServingSim's bundles start at 512 tokens. `heldChunks` reproduces that at lookup.
 */
export function fitMixedAttention(raw: GpuProfile, grid: MixedGrid, weightOf: AttentionWeight): AttentionSamples {
  const { attention } = raw;
  const tableUs = evenAttentionUs(raw);
  const fitted: AttentionSamples = { prefillChunk: [], kvPrefill: [], nDecode: [], kvDecode: [], timeUs: [] };
  const indexOf = new Map<string, number>();
  for (const chunk of grid.chunk) {
    for (const kvPrefill of grid.kvPrefill) {
      for (const nDecode of grid.nDecode) {
        for (const kvDecode of nDecode === 0 ? [0] : grid.kvDecode) {
          indexOf.set([chunk, kvPrefill, nDecode, kvDecode].join(), fitted.timeUs.length);
          fitted.prefillChunk.push(chunk);
          fitted.kvPrefill.push(kvPrefill);
          fitted.nDecode.push(nDecode);
          fitted.kvDecode.push(kvDecode);
          fitted.timeUs.push(tableUs(chunk, kvPrefill, nDecode, kvDecode));
        }
      }
    }
  }

  const knotAt = (key: string): number => {
    const knot = indexOf.get(key);
    if (knot === undefined) throw new RangeError(`the grid has no knot at ${key}`);
    return knot;
  };
  const chunk = axisOf(grid.chunk);
  const kvPrefill = axisOf(grid.kvPrefill);
  const nDecode = axisOf(grid.nDecode);
  const kvDecode = axisOf(grid.kvDecode);
  const rows = new Samples();
  attention.timeUs.forEach((timeUs, i) => {
    if (attention.prefillChunk[i] === 0) return;
    locate(chunk, attention.prefillChunk[i]);
    locate(kvPrefill, attention.kvPrefill[i]);
    locate(nDecode, attention.nDecode[i]);
    locate(kvDecode, attention.kvDecode[i]);
    for (const [c, chunkShare] of sharesOf(chunk)) {
      for (const [p, prefillShare] of sharesOf(kvPrefill)) {
        for (const [n, countShare] of sharesOf(nDecode)) {
          const key = [grid.chunk[c], grid.kvPrefill[p], grid.nDecode[n]].join();
          const share = chunkShare * prefillShare * countShare;
          if (grid.nDecode[n] === 0) rows.share(knotAt(`${key},0`), share);
          else {
            for (const [k, contextShare] of sharesOf(kvDecode)) {
              rows.share(knotAt(`${key},${grid.kvDecode[k]}`), share * contextShare);
            }
          }
        }
      }
    }
    rows.close(
      timeUs,
      weightOf(attention.prefillChunk[i], attention.kvPrefill[i], attention.nDecode[i], attention.kvDecode[i], timeUs),
    );
  });
  return { ...fitted, timeUs: rows.solve(fitted.timeUs, pullToTable) };
}
