/**
 * @module
 * What a table of attention samples covers. Samples are columns of equal length.
 */
import type { AttentionSamples } from "@tandem-sim/schemas";

/** Samples where `keep` holds. */
export function filterSamples(samples: AttentionSamples, keep: (i: number) => boolean): AttentionSamples {
  const chosen = <T>(column: readonly T[]): T[] => column.filter((_, i) => keep(i));
  return {
    prefillChunk: chosen(samples.prefillChunk),
    kvPrefill: chosen(samples.kvPrefill),
    nDecode: chosen(samples.nDecode),
    kvDecode: chosen(samples.kvDecode),
    timeUs: chosen(samples.timeUs),
  };
}

/**
 * The shortest decode context measured at each prefill chunk, tokens. They differ: LLMServingSim's bundles hold two
 * families of chunks, powers of two from 16 tokens on and powers of 1.5 from 512 tokens on.
 */
function shortestContexts({ prefillChunk, nDecode, kvDecode }: AttentionSamples): Map<number, number> {
  const shortest = new Map<number, number>();
  kvDecode.forEach((context, i) => {
    const chunk = prefillChunk[i];
    if (chunk > 0 && nDecode[i] > 0) shortest.set(chunk, Math.min(context, shortest.get(chunk) ?? context));
  });
  return shortest;
}

/** Prefill chunks that were measured from the shortest context of all on. */
export function fullyMeasuredChunks(samples: AttentionSamples): Set<number> {
  const shortest = shortestContexts(samples);
  if (shortest.size === 0) return new Set(samples.prefillChunk.filter((chunk) => chunk > 0));
  const least = Math.min(...shortest.values());
  return new Set([...shortest.keys()].filter((chunk) => shortest.get(chunk) === least));
}

/** The other chunks, ascending, with the shortest context measured at each. */
export function heldChunks(samples: AttentionSamples): { chunk: number; context: number }[] {
  const full = fullyMeasuredChunks(samples);
  return [...shortestContexts(samples)]
    .filter(([chunk]) => !full.has(chunk))
    .map(([chunk, context]) => ({ chunk, context }))
    .sort((a, b) => a.chunk - b.chunk);
}
