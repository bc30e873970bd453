/**
 * @module
 * Attention time on the GPU from profile samples over (prefill chunk, n_decode, kv_prefill, kv_decode): nested linear
 * interpolation, clamped below the first knot of an axis and extrapolated from the last two above it.
 */
import { type AttentionSamples, type GpuProfile, TandemError } from "@tandem-sim/schemas";
import { bracketLow, bracketPosition, roundHalfEven, sampleNs } from "./layer-curve.js";
import { type SkewAlpha, skewAlpha } from "./skew-alpha.js";

/** Samples as nested ranges: slice (chunk, n) -> rows over kv_prefill -> knots over kv_decode. */
interface Slices {
  /** (chunk, n) of each slice, in that order. */
  chunk: Float64Array;
  nDecode: Float64Array;
  /** Rows of slice s: rowStart[s] .. rowStart[s + 1]. */
  rowStart: Int32Array;
  kvPrefill: Float64Array;
  /** Knots of row r: knotStart[r] .. knotStart[r + 1]. */
  knotStart: Int32Array;
  kvDecode: Float64Array;
  timeNs: Float64Array;
}

function toSlices(samples: AttentionSamples): Slices {
  const { prefillChunk, kvPrefill, nDecode, kvDecode, timeUs } = samples;
  if (timeUs.length === 0) throw new TandemError("E_SCHEMA", "the GPU profile has no attention samples");
  const order = timeUs
    .map((_, i) => i)
    .sort(
      (a, b) =>
        prefillChunk[a] - prefillChunk[b] ||
        nDecode[a] - nDecode[b] ||
        kvPrefill[a] - kvPrefill[b] ||
        kvDecode[a] - kvDecode[b],
    );
  const slices = { chunk: [] as number[], nDecode: [] as number[], rowStart: [] as number[] };
  const rows = { kvPrefill: [] as number[], knotStart: [] as number[] };
  let last = -1;
  order.forEach((i, at) => {
    const newSlice = last < 0 || prefillChunk[i] !== prefillChunk[last] || nDecode[i] !== nDecode[last];
    if (newSlice) {
      slices.chunk.push(prefillChunk[i]);
      slices.nDecode.push(nDecode[i]);
      slices.rowStart.push(rows.kvPrefill.length);
    }
    if (newSlice || kvPrefill[i] !== kvPrefill[last]) {
      rows.kvPrefill.push(kvPrefill[i]);
      rows.knotStart.push(at);
    } else if (kvDecode[i] === kvDecode[last]) {
      throw new TandemError(
        "E_SCHEMA",
        `attention sample given twice: chunk ${prefillChunk[i]}, kv_prefill ${kvPrefill[i]}, n_decode ${nDecode[i]}, kv_decode ${kvDecode[i]}`,
      );
    }
    last = i;
  });
  return {
    chunk: Float64Array.from(slices.chunk),
    nDecode: Float64Array.from(slices.nDecode),
    rowStart: Int32Array.from([...slices.rowStart, rows.kvPrefill.length]),
    kvPrefill: Float64Array.from(rows.kvPrefill),
    knotStart: Int32Array.from([...rows.knotStart, order.length]),
    kvDecode: Float64Array.from(order, (i) => kvDecode[i]),
    timeNs: Float64Array.from(order, (i) => sampleNs(timeUs[i])),
  };
}

/** Time of an even batch, ns before rounding: (prefillChunk, kvPrefill, nDecode, kvDecode). */
export type Lookup = (prefillChunk: number, kvPrefill: number, nDecode: number, kvDecode: number) => number;

/** Bilinear within one slice; every row has its own kv_decode knots. */
function sliceLookup({ rowStart, kvPrefill, knotStart, kvDecode, timeNs }: Slices) {
  const rowTime = (row: number, query: number): number => {
    const end = knotStart[row + 1];
    const low = bracketLow(kvDecode, knotStart[row], end, query);
    const position = bracketPosition(kvDecode, low, end, query);
    return position === 0 ? timeNs[low] : timeNs[low] + position * (timeNs[low + 1] - timeNs[low]);
  };
  return (slice: number, prefillContext: number, decodeContext: number): number => {
    const end = rowStart[slice + 1];
    const low = bracketLow(kvPrefill, rowStart[slice], end, prefillContext);
    const position = bracketPosition(kvPrefill, low, end, prefillContext);
    const time = rowTime(low, decodeContext);
    return position === 0 ? time : time + position * (rowTime(low + 1, decodeContext) - time);
  };
}

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
function rawLookup(slices: Slices): Lookup {
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
function compactLookup(slices: Slices, held: GpuProfile["heldChunks"]): Lookup {
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
  const between: Lookup = (prefillChunk, kvPrefill, nDecode, kvDecode) => {
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

/**
 * Attention time of a batch in whole ns, at least 1.
 *
 * @param prefillChunk new tokens of all prefill requests
 * @param kvPrefill cached tokens of all prefill requests
 * @param nDecode requests that decode one token
 * @param kvDecodeMean mean context of the decodes, rounded down
 * @param kvDecodeMax longest context of the decodes
 * @param kvDecodeMin shortest context of the decodes
 */
export type AttentionNs = (
  prefillChunk: number,
  kvPrefill: number,
  nDecode: number,
  kvDecodeMean: number,
  kvDecodeMax: number,
  kvDecodeMin: number,
) => number;

function withSkew(even: Lookup, alphaOf: SkewAlpha): AttentionNs {
  const whole: Lookup = (chunk, kvPrefill, n, kvDecode) => Math.max(1, Math.floor(even(chunk, kvPrefill, n, kvDecode)));
  return (chunk, kvPrefill, n, mean, max, min) => {
    const atMean = whole(chunk, kvPrefill, n, mean);
    if (n <= 1 || max === mean) return atMean;
    const rate = Math.min(1, Math.max(0, (mean - min) / (max - min)));
    const alpha = alphaOf(chunk, kvPrefill, n, rate, max);
    if (alpha === 0) return atMean;
    const atMax = whole(chunk, kvPrefill, n, max);
    return atMax <= atMean ? atMean : Math.max(1, roundHalfEven(atMean + alpha * (atMax - atMean)));
  };
}

function evenLookup({ form, attention, heldChunks }: GpuProfile): Lookup {
  const slices = toSlices(attention);
  return form === "raw" ? rawLookup(slices) : compactLookup(slices, heldChunks);
}

/** @throws {TandemError} E_SCHEMA without samples, or with a sample given twice */
export const attentionCost = (profile: GpuProfile): AttentionNs =>
  withSkew(evenLookup(profile), skewAlpha(profile.skew));

/** Attention of decodes that are all equally long, us, not rounded. */
export function evenAttentionUs(profile: GpuProfile): Lookup {
  const lookUp = evenLookup(profile);
  return (prefillChunk, kvPrefill, nDecode, kvDecode) => lookUp(prefillChunk, kvPrefill, nDecode, kvDecode) / 1000;
}
