/**
 * @module
 * The placement `tokens`: the longest prefix hit, then the fewest tokens placed. It is the balance by KV that data-parallel
 * serving uses where nothing is known of times, as vLLM's and SGLang's routers do.
 */
import type { PlacementPolicy } from "./placement.js";

export const byTokens: PlacementPolicy = () => ({
  costs: { decode: () => 0, prefill: () => 0 },
  followsHits: true,
  longestFirst: false,
  lead: ({ tokens }, group, other) => tokens[group] - tokens[other],
});
