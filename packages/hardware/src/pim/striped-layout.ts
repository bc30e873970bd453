/**
 * @module
 * The layout whose requests lie in stripes on all groups.
 */
import { TandemError } from "@tandem-sim/schemas";
import { headParallel, type LayOut, placeOf } from "./kv-layout.js";

/** A request is placed by looking at all groups from each of them. */
const MOST_STRIPED_GROUPS = 4096;

/**
 * Groups as in {@link headParallel}, and the tokens of a request in stripes on all of them in turn: `stripes.ts` says what
 * that costs. On a single group there is nothing to stripe.
 */
export const striped: LayOut = (space) => {
  const whole = headParallel(space);
  const { stripeTokens } = space;
  if (!stripeTokens || whole.groups === 1) return whole;
  if (whole.groups > MOST_STRIPED_GROUPS) {
    throw new TandemError("E_CAPACITY", `stripes over ${whole.groups} groups, ${MOST_STRIPED_GROUPS} at most`, {
      ...placeOf(space.where, "stripe_tokens"),
      hint: "wider groups, or fewer channels",
    });
  }
  return { ...whole, name: "striped", stripes: { groups: whole.groups, stripeTokens } };
};
