/**
 * @module
 * The registry of placement policies: a new one is a file and a line here.
 */
import type { InstanceOptions } from "@tandem-sim/schemas";
import { byNeupims } from "./neupims.js";
import type { PlacementPolicy } from "./placement.js";
import { byTime } from "./time.js";
import { byTokens } from "./tokens.js";

export type { GroupLoads, Placement, PlacementCosts, PlacementPolicy, PlacementSource } from "./placement.js";

export const placements: Readonly<Record<InstanceOptions["kvPlacement"], PlacementPolicy>> = {
  time: byTime,
  tokens: byTokens,
  neupims: byNeupims,
};
