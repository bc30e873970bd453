/**
 * @module
 * The sizes that a profile has times for: those of another profile, or ones that a computed profile needs.
 */
import type { AttentionSamples, GpuProfile } from "@tandem-sim/schemas";

export interface ProfileGrid {
  /** Of layers that are costed by tokens, and by sequences; ascending. */
  tokens: readonly number[];
  sequences: readonly number[];
  attention: readonly AttentionAt[];
}

/** A point of the attention table. */
export interface AttentionAt {
  chunk: number;
  cached: number;
  decodes: number;
  context: number;
}

const ascending = (values: Iterable<number>): number[] => [...new Set(values)].sort((a, b) => a - b);

const sizesOf = (layers: GpuProfile["dense"]): number[] =>
  ascending(Object.values(layers).flatMap(({ sizes }) => sizes));

const attentionOf = ({ prefillChunk, kvPrefill, nDecode, kvDecode }: AttentionSamples): AttentionAt[] =>
  prefillChunk.map((chunk, i) => ({ chunk, cached: kvPrefill[i], decodes: nDecode[i], context: kvDecode[i] }));

/** Where another profile has points. */
export const gridOf = ({ dense, perSequence, attention }: GpuProfile): ProfileGrid => ({
  tokens: sizesOf(dense),
  sequences: sizesOf(perSequence),
  attention: attentionOf(attention),
});

/** `start`, `start + step` .. `end`. */
const every = (step: number, start: number, end: number): number[] =>
  Array.from({ length: Math.floor((end - start) / step) + 1 }, (_, i) => start + i * step);

/** Both sides of the steps that tiles of so many rows make. */
const aroundTiles = (tiles: readonly number[]): number[] => tiles.flatMap((rows) => [rows, rows + 1]);

/** What LLMServingSim's profiler measures at most, tokens and sequences of a batch, and twice its longest context. */
const most = { tokens: 2048, sequences: 256, context: 32768 };

/** Products step at tiles of 16, 32, 64 and then 128 rows. */
const tokens = ascending([
  ...every(1, 1, 16),
  ...every(8, 16, 64),
  ...aroundTiles([16, 32, 64]),
  ...aroundTiles(every(128, 128, most.tokens)),
  ...every(64, 64, most.tokens),
]);
const sequences = tokens.filter((size) => size <= most.sequences + 1);

/** Attention over a prompt steps at tiles of 64 or 128 rows, and runs in waves of blocks. */
const chunks = ascending([1, 16, ...aroundTiles([...every(64, 64, 512), ...every(128, 640, most.tokens)])]);
const cached = [0, 512, 2048, 8192, most.context];
const decodes = [1, 2, 4, 8, 16, 24, 32, 48, 64, 96, 128, 192, most.sequences];
const contexts = [1, 128, 512, 1024, 1536, 2048, 3072, 4096, 6144, 8192, 12288, 16384, most.context];

/** Points at which a profile that costs nothing to measure is exact; in between it is interpolated as any other. */
export const defaultGrid: ProfileGrid = {
  tokens,
  sequences,
  attention: [
    ...decodes.flatMap((n) => contexts.map((context) => ({ chunk: 0, cached: 0, decodes: n, context }))),
    ...chunks.flatMap((chunk) =>
      cached.flatMap((before) => [
        { chunk, cached: before, decodes: 0, context: 0 },
        ...decodes.flatMap((n) => contexts.map((context) => ({ chunk, cached: before, decodes: n, context }))),
      ]),
    ),
  ],
};
