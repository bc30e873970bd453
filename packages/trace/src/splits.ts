/**
 * @module
 * The registry of splits: a new one is a file and a line here.
 */
import type { InstanceOptions } from "@tandem-sim/schemas";
import type { SplitRule } from "./split.js";
import { splitByChunk } from "./split-chunk.js";
import { splitByCost } from "./split-cost.js";
import { splitByRequests, splitByTokens } from "./split-tokens.js";

export const splits: Readonly<Record<InstanceOptions["subBatchSplit"], SplitRule>> = {
  tokens: splitByTokens,
  requests: splitByRequests,
  cost: splitByCost,
  chunk: splitByChunk,
};
