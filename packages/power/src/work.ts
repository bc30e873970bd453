/**
 * @module
 * What a node did in some stretch of time, in exact units: whole ns by state, and amounts. Joules come last.
 */
import { ExactSum } from "./exact-sum.js";

/** Column of the time in which at least one GPU of the node computes. */
export const ANY_GPU = 0;
/** Column of the GPU time that GPUs of kind `kind` spend in a segment. */
export const activeColumn = (kind: number): number => 1 + 2 * kind;
/** Column of the GPU time that they spend on standby. */
export const standbyColumn = (kind: number): number => 2 + 2 * kind;
/** Columns of a node with so many kinds of GPU. */
export const columnsOf = (kinds: number): number => 1 + 2 * kinds;

/** What is spread over an interval: bytes, bytes, bytes, pJ above background. */
export type Amount = "linkBytes" | "gpuLinkBytes" | "hostBytes" | "pimPj";

export interface Work {
  /** ns by column. */
  readonly ns: Float64Array;
  readonly amounts: Readonly<Record<Amount, ExactSum>>;
}

export const createWork = (columns: number): Work => ({
  ns: new Float64Array(columns),
  amounts: {
    linkBytes: new ExactSum(),
    gpuLinkBytes: new ExactSum(),
    hostBytes: new ExactSum(),
    pimPj: new ExactSum(),
  },
});

/** Nothing was moved and no channel computed. */
export const isQuiet = ({ amounts }: Work): boolean => Object.values(amounts).every(({ value }) => value === 0);
