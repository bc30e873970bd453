/**
 * @module
 * What requests wait for, in words.
 */
import type { Bound } from "@tandem-sim/schemas";
import { percent } from "../number-format.js";

const words = { sequences: "a sequence slot", tokens: "tokens of a step", memory: "KV memory" } as const;

/** With the share of the makespan in which they do. @param nothing where nothing holds them for most of it */
export const heldText = ({ held_by, held_share }: Bound, nothing: string): string =>
  held_by ? `${words[held_by]} ${percent(held_share)}` : nothing;
