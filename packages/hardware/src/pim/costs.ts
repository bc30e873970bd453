/**
 * @module
 * What a request's attention takes on each channel of its group, by context: tables and their prefix sums.
 */
import { TandemError } from "@tandem-sim/schemas";
import { pimAppendNs } from "./append.js";
import { type PimShape, pimAttention } from "./attention.js";
import { type ContextTable, stepTable } from "./context-table.js";
import { PrefillTable } from "./prefill-table.js";
import type { PieceCosts } from "./stripes.js";
import type { PimTiming } from "./timing.js";
import { type GroupSharing, onEachChannel, wholeHeads } from "./token-parts.js";

/** Cost of one request's attention on each channel of its group, in whole ns. All channels of a group work in step. */
export interface PimCosts {
  timing: PimTiming;
  shape: PimShape;
  /** One decode token whose context, itself included, is `context` tokens. */
  decodeNs(context: number): number;
  /** A chunk of `tokens` queries behind `context` computed tokens: the sum over their causal contexts. */
  prefillNs(context: number, tokens: number): number;
  /** K and V of `tokens` new tokens behind `context`. */
  appendNs(context: number, tokens: number): number;
  /** All of a decode behind so many tokens: K and V of its own, and its attention to them all. */
  stepNs: ContextTable;
  /** The same of a piece of striped KV. */
  pieces: PieceCosts;
}

/**
 * Costs of a shape on a device.
 *
 * @param queriesPerRow prefill queries of one head that one row activation serves, where a chunk has as many; each comes
 *   with the `shape.share` query heads
 * @param sharing how channels share a head's tokens, and whether appends count
 * @param where the place that `share` came from, for the error
 * @throws {TandemError} E_SCHEMA where `share` exceeds the query heads per KV head
 *
 * @example
 * const costs = createPimCosts(timing, { heads: 4, kvHeads: 1, headDim: 128, elementBytes: 2, share: 1 }, 1);
 * costs.decodeNs(1024);
 */
export function createPimCosts(
  timing: PimTiming,
  shape: PimShape,
  queriesPerRow: number,
  where = "share",
  sharing: GroupSharing = wholeHeads,
): PimCosts {
  if (shape.share > shape.heads / shape.kvHeads) {
    throw new TandemError(
      "E_SCHEMA",
      `share = ${shape.share} exceeds ${shape.heads / shape.kvHeads} query heads per KV head`,
      { where },
    );
  }
  const prefill = new PrefillTable(
    shape,
    queriesPerRow,
    (ofShape, context) => pimAttention(timing, ofShape, context).totalNs,
  );
  const appendOneNs = pimAppendNs(timing, shape, 0, 1);
  // One token's cost does not depend on where in a row it lands.
  const append = (context: number, tokens: number): number =>
    tokens === 1 ? appendOneNs : pimAppendNs(timing, shape, context, tokens);
  const { tokenParts } = sharing;
  const pieces = onEachChannel(prefill.withAppends(append), sharing, (context, tokens) =>
    append(Math.floor(context / tokenParts), Math.ceil(tokens / tokenParts)),
  );
  return {
    timing,
    shape,
    decodeNs: pieces.decode,
    prefillNs: pieces.prefill,
    appendNs: pieces.append,
    stepNs: stepTable(pieces),
    pieces,
  };
}
