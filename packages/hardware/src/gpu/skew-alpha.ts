/**
 * @module
 * What uneven decode lengths cost: alpha of t = t(mean) + alpha (t(max) - t(mean)), looked up by bucket without strings.
 */
import type { SkewAxis, SkewTable } from "@tandem-sim/schemas";

/** alpha of a batch: total new prefill tokens and their cached ones, decodes, skew rate in [0, 1], longest context. */
export type SkewAlpha = (
  prefillChunk: number,
  kvPrefill: number,
  nDecode: number,
  skewRate: number,
  kvMax: number,
) => number;

/** Index of the bin (edges[i], edges[i + 1]] that holds `value`; the last one beyond the last edge. */
function binOf(axis: SkewAxis, value: number): number {
  const last = axis.labels.length - 1;
  for (let i = 0; i < last; i++) if (value <= axis.bins[i + 1]) return i;
  return last;
}

/** A bucket's chunk is the chunk itself, not a bin: a batch between two profiled chunks takes the default. */
export function skewAlpha(table: SkewTable): SkewAlpha {
  const { n, skewRate, kvBig, kp } = table.axes;
  const axes = [n, skewRate, kvBig, kp];
  if (table.alpha.size === 0 || axes.some((axis) => axis.labels.length === 0)) return () => table.alphaDefault;
  const perChunk = axes.reduce((size, axis) => size * axis.labels.length, 1);
  const chunks = new Map<number, number>();
  for (const bucket of table.alpha.keys()) {
    const chunk = Number(bucket.split("|")[0]);
    if (!chunks.has(chunk)) chunks.set(chunk, chunks.size * perChunk);
  }
  const alphas = new Float64Array(chunks.size * perChunk).fill(table.alphaDefault);
  for (const [bucket, alpha] of table.alpha) {
    const [chunk, ...labels] = bucket.split("|");
    const start = chunks.get(Number(chunk));
    const bins = axes.map((axis, i) => axis.labels.indexOf(labels[i] ?? ""));
    if (start === undefined || bins.some((bin) => bin < 0)) continue;
    alphas[start + bins.reduce((at, bin, i) => at * axes[i].labels.length + bin, 0)] = alpha;
  }
  return (prefillChunk, kvPrefill, nDecode, rate, kvMax) => {
    const start = chunks.get(prefillChunk);
    if (start === undefined) return table.alphaDefault;
    let at = binOf(n, nDecode);
    at = at * skewRate.labels.length + binOf(skewRate, rate);
    at = at * kvBig.labels.length + binOf(kvBig, kvMax);
    at = at * kp.labels.length + binOf(kp, kvPrefill);
    return alphas[start + at];
  };
}
