/**
 * @module
 * The placement `time`, Tandem's own: the longest prefix hit, then the least PIM time of the coming step, then the fewest
 * tokens. Decodes take the time of their contexts, so that one long request weighs as much as it holds its group up.
 */
import type { PlacementPolicy } from "./placement.js";

export const byTime: PlacementPolicy = ({ timesNs }) => ({
  costs: timesNs,
  followsHits: true,
  longestFirst: false,
  lead: ({ tokens, decodes, prefills }, group, other) =>
    decodes[group] + prefills[group] - decodes[other] - prefills[other] || tokens[group] - tokens[other],
});
