/**
 * @module
 * The registry of splits: a new one is a file and a line here.
 */
import type { InstanceOptions } from "@tandem-sim/schemas";
import { splitByRequests, splitByTokens } from "./balance.js";
import { splitByChunk } from "./chunk.js";
import { splitByCost } from "./cost.js";
import { splitByNeupims } from "./neupims.js";
import type { SplitRule } from "./split.js";

export { type SplitRule, SplitWorkspace } from "./split.js";

export const splits: Readonly<Record<InstanceOptions["subBatchSplit"], SplitRule>> = {
  tokens: splitByTokens,
  requests: splitByRequests,
  cost: splitByCost,
  chunk: splitByChunk,
  neupims: splitByNeupims,
};
