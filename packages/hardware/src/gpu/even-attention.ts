/**
 * @module
 * Attention time of decodes that are all equally long, from samples over (prefill chunk, n_decode, kv_prefill, kv_decode):
 * nested linear interpolation, clamped below the first knot of an axis and extrapolated from the last two above it.
 */
import type { GpuProfile } from "@tandem-sim/schemas";
import { type Slices, sliceLookup, toSlices } from "./attention-slices.js";
import { bracketLow, bracketPosition } from "./bracket.js";

/** Time of an even batch, ns before rounding: (prefillChunk, kvPrefill, nDecode, kvDecode). */
export type AttentionLookup = (prefillChunk: number, kvPrefill: number, nDecode: number, kvDecode: number) => number;

const distinct = (values: Float64Array): Float64Array => Float64Array.from(new Set(values)).sort();

/**
 * The slice measured at each (chunk, n) of the full grid, else the nearest one by squared distance, the first in
 * (chunk, n) order on ties. That fallback is LLMServingSim's; it holds attention flat beyond the n that was measured.
 */
function gridOfSlices(slices: Slices, chunks: Float64Array, counts: Float64Array): Int32Array {
  const grid = new Int32Array(chunks.length * counts.length);
  for (let at = 0; at < grid.length; at++) {
    const chunk = chunks[Math.floor(at / counts.length)];
    const n = counts[at % counts.length];
    let nearest = Number.POSITIVE_INFINITY;
    for (let s = 0; s < slices.chunk.length; s++) {
      const distance = (slices.chunk[s] - chunk) ** 2 + (slices.nDecode[s] - n) ** 2;
      if (distance < nearest) {
        nearest = distance;
        grid[at] = s;
      }
    }
  }
  return grid;
}

/** Raw form: chunk and n are bracketed over all values measured anywhere; n is blended first. */
function rawLookup(slices: Slices): AttentionLookup {
  const chunks = distinct(slices.chunk);
  const counts = distinct(slices.nDecode);
  const grid = gridOfSlices(slices, chunks, counts);
  const inSlice = sliceLookup(slices);
  return (prefillChunk, kvPrefill, nDecode, kvDecode) => {
    const low = bracketLow(chunks, 0, chunks.length, prefillChunk);
    const chunkPosition = bracketPosition(chunks, low, chunks.length, prefillChunk);
    const n = bracketLow(counts, 0, counts.length, nDecode);
    const nPosition = bracketPosition(counts, n, counts.length, nDecode);
    const corner = low * counts.length + n;
    let time = inSlice(grid[corner], kvPrefill, kvDecode);
    if (nPosition !== 0) time += nPosition * (inSlice(grid[corner + 1], kvPrefill, kvDecode) - time);
    if (chunkPosition === 0) return time;
    const next = corner + counts.length;
    let above = inSlice(grid[next], kvPrefill, kvDecode);
    if (nPosition !== 0) above += nPosition * (inSlice(grid[next + 1], kvPrefill, kvDecode) - above);
    return time + chunkPosition * (above - time);
  };
}

/**
 * Compact form: every chunk has its own n knots, so a batch beyond them is extrapolated, never held flat.
 *
 * Below the context that a held chunk was measured from, the raw table reads too much around it: at chunk 22 beside one
 * decode of 30 tokens, twice what chunks 16 and 32 were measured at. Whoever compares with LLMServingSim needs the same
 * reading, so the compact form has it too; it costs nothing above that context.
 */
function compactLookup(slices: Slices, held: GpuProfile["heldChunks"]): AttentionLookup {
  const chunks = distinct(slices.chunk);
  const chunkStart = Int32Array.from([
    ...Array.from(chunks, (chunk) => slices.chunk.indexOf(chunk)),
    slices.chunk.length,
  ]);
  const counts = slices.nDecode;
  const inSlice = sliceLookup(slices);
  const atChunk = (chunk: number, kvPrefill: number, nDecode: number, kvDecode: number): number => {
    const end = chunkStart[chunk + 1];
    const low = bracketLow(counts, chunkStart[chunk], end, nDecode);
    const position = bracketPosition(counts, low, end, nDecode);
    const time = inSlice(low, kvPrefill, kvDecode);
    return position === 0 ? time : time + position * (inSlice(low + 1, kvPrefill, kvDecode) - time);
  };
  const between: AttentionLookup = (prefillChunk, kvPrefill, nDecode, kvDecode) => {
    const low = bracketLow(chunks, 0, chunks.length, prefillChunk);
    const position = bracketPosition(chunks, low, chunks.length, prefillChunk);
    const time = atChunk(low, kvPrefill, nDecode, kvDecode);
    return position === 0 ? time : time + position * (atChunk(low + 1, kvPrefill, nDecode, kvDecode) - time);
  };
  if (held.length === 0) return between;
  const heldFrom = new Map(held.map(({ chunk, context }) => [chunk, context]));
  const knots = Float64Array.from(new Set([...chunks, ...heldFrom.keys()])).sort();
  const longest = Math.max(...heldFrom.values());
  const atKnot = (knot: number, kvPrefill: number, nDecode: number, kvDecode: number): number =>
    between(knots[knot], kvPrefill, nDecode, Math.max(kvDecode, heldFrom.get(knots[knot]) ?? 0));
  return (prefillChunk, kvPrefill, nDecode, kvDecode) => {
    if (kvDecode >= longest || nDecode === 0 || prefillChunk === 0)
      return between(prefillChunk, kvPrefill, nDecode, kvDecode);
    const low = bracketLow(knots, 0, knots.length, prefillChunk);
    const position = bracketPosition(knots, low, knots.length, prefillChunk);
    const time = atKnot(low, kvPrefill, nDecode, kvDecode);
    return position === 0 ? time : time + position * (atKnot(low + 1, kvPrefill, nDecode, kvDecode) - time);
  };
}

/** @throws {TandemError} E_SCHEMA without samples, or with a sample given twice */
export function evenAttention({ form, attention, heldChunks }: GpuProfile): AttentionLookup {
  const slices = toSlices(attention);
  return form === "raw" ? rawLookup(slices) : compactLookup(slices, heldChunks);
}

/** Attention of decodes that are all equally long, us, not rounded. */
export function evenAttentionUs(profile: GpuProfile): AttentionLookup {
  const lookUp = evenAttention(profile);
  return (prefillChunk, kvPrefill, nDecode, kvDecode) => lookUp(prefillChunk, kvPrefill, nDecode, kvDecode) / 1000;
}
