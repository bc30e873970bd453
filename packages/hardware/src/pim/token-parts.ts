/**
 * @module
 * Heads that several channels share token by token: each holds every so-many-th token, as AttAcc (Park et al., ASPLOS 2024)
 * splits a head over both pseudo-channels of a channel. What they find is combined where their softmax is, at no cost here.
 */
import type { PieceCosts } from "./stripes.js";

/** How the channels of a group share a request, beside its heads. */
export interface GroupSharing {
  /** Channels that share the tokens of a head. */
  tokenParts: number;
  /** Whether storing K and V of new tokens takes time and energy on PIM. */
  appends: boolean;
}

export const wholeHeads: GroupSharing = { tokenParts: 1, appends: true };

/**
 * Costs of a request on each channel of its group.
 *
 * @param costs of all tokens on one channel
 * @param append K and V of `tokens` new tokens behind `context`, where each channel stores its part of them
 */
export function onEachChannel(
  costs: PieceCosts,
  { tokenParts, appends }: GroupSharing,
  append: PieceCosts["append"],
): PieceCosts {
  const stored = appends ? append : () => 0;
  if (tokenParts === 1) return { ...costs, append: stored };
  const part = (tokens: number): number => Math.ceil(tokens / tokenParts);
  return {
    decode: (context) => costs.decode(part(context)),
    prefill: (context, tokens) => {
      // As many queries as there are parts attend to equally much on the channel that has most.
      let cost = 0;
      for (let at = context + 1; at <= context + tokens; ) {
        const until = Math.min(context + tokens, part(at) * tokenParts);
        cost += costs.repeat(part(at), until - at + 1);
        at = until + 1;
      }
      return cost;
    },
    repeat: (context, tokens) => costs.repeat(part(context), tokens),
    append: stored,
  };
}
