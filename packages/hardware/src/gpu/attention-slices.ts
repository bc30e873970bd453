/**
 * @module
 * Attention samples sorted into slices of equal (prefill chunk, n_decode), and the time within one of them.
 */
import { type AttentionSamples, TandemError } from "@tandem-sim/schemas";
import { bracketLow, bracketPosition } from "./bracket.js";
import { sampleNs } from "./layer-curve.js";

/** Samples as nested ranges: slice (chunk, n) -> rows over kv_prefill -> knots over kv_decode. */
export interface Slices {
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

export function toSlices(samples: AttentionSamples): Slices {
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

/** Bilinear within one slice; every row has its own kv_decode knots. */
export function sliceLookup({ rowStart, kvPrefill, knotStart, kvDecode, timeNs }: Slices) {
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
