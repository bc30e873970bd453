/**
 * @module
 * What a placement policy is: a rule for the channel group that a new request goes to.
 */

/** What requests add to the load of a group, in a unit of the policy: ns, cycles. Whole numbers keep every sum exact. */
export interface PlacementCosts {
  /** A decode whose context there, itself included, is `context` tokens. */
  decode(context: number): number;
  /**
   * `tokens` prefill tokens behind `context` others; 0 where prefills do not attend on PIM.
   *
   * @param piece of striped KV, counted from the group where the request starts
   */
  prefill(context: number, tokens: number, piece: number): number;
}

/** Loads of all groups. Index: group. */
export interface GroupLoads {
  /** Tokens placed. */
  readonly tokens: Float64Array;
  /** Of the coming step, in the unit of the costs: a decode of everybody there, and the prefills placed in this step. */
  readonly decodes: Float64Array;
  readonly prefills: Float64Array;
}

export interface Placement {
  costs: PlacementCosts;
  /** Whether a longer prefix hit comes before any load. */
  followsHits: boolean;
  /** Whether the requests that a step may admit are placed together, the longest first; they are admitted in turn all the same. */
  longestFirst: boolean;
  /** By how much a group is loaded more than another; where 0, the lower number is taken. */
  lead(loads: GroupLoads, group: number, other: number): number;
}

/** What a policy may go by. */
export interface PlacementSource {
  /** Attention on each channel of a group, whole ns. */
  timesNs: PlacementCosts;
  /** Query heads and their dimension of the model. */
  heads: number;
  headDim: number;
  /** Elements of a DRAM row of one device, and banks of a channel. */
  rowElements: number;
  banks: number;
}

export type PlacementPolicy = (source: PlacementSource) => Placement;
