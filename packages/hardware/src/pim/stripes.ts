/**
 * @module
 * Striped KV, the token-parallel partition of LoL-PIM (Kwon et al., 2024) and PIMphony: a request's tokens lie in stripes on
 * all groups in turn, each group attends to its piece, and the GPU merges their partial results.
 *
 * Token t of a request is on group (start + floor(t / stripeTokens)) mod groups. Pieces are numbered from the request's
 * start: piece p is on group (start + p) mod groups.
 */

export interface Stripes {
  groups: number;
  /** Tokens of a stripe. */
  stripeTokens: number;
}

/** Pieces that the first `tokens` tokens of a request lie in. */
export const piecesOf = ({ groups, stripeTokens }: Stripes, tokens: number): number =>
  Math.min(groups, Math.ceil(tokens / stripeTokens));

/** The group of a piece. */
export const groupOfPiece = ({ groups }: Stripes, start: number, piece: number): number => (start + piece) % groups;

/** Tokens in a piece, of the first `tokens` of a request. */
export function tokensOfPiece({ groups, stripeTokens }: Stripes, tokens: number, piece: number): number {
  const round = groups * stripeTokens;
  const rounds = Math.floor(tokens / round);
  const beyond = tokens - rounds * round - piece * stripeTokens;
  return rounds * stripeTokens + Math.min(stripeTokens, Math.max(0, beyond));
}

/**
 * Partial results of `tokens` queries behind `context` tokens: one per query and piece that it attends to. A query that
 * attends to one piece has its result there: it counts as none.
 */
export function partialResults(stripes: Stripes, context: number, tokens: number): number {
  const end = context + tokens;
  let partials = 0;
  for (let at = Math.max(context, stripes.stripeTokens); at < end; ) {
    const pieces = piecesOf(stripes, at + 1);
    const until = pieces === stripes.groups ? end : Math.min(end, pieces * stripes.stripeTokens);
    partials += (until - at) * pieces;
    at = until;
  }
  return partials;
}

/** Queries of `tokens` behind `context` that attend to one piece alone. */
export const undividedQueries = ({ groups, stripeTokens }: Stripes, context: number, tokens: number): number =>
  groups === 1 ? tokens : Math.min(tokens, Math.max(0, stripeTokens - context));

/** What attention costs on one channel: times in whole ns, or energies in whole pJ. Contexts are tokens of the piece. */
export interface PieceCosts {
  /** One query over `context` tokens. */
  decode(context: number): number;
  /** `tokens` queries, each of which is one more token of the piece behind `context` others. */
  prefill(context: number, tokens: number): number;
  /** `tokens` queries over the same `context` tokens. */
  repeat(context: number, tokens: number): number;
  /** K and V of `tokens` new tokens behind `context`. */
  append(context: number, tokens: number): number;
}

/** Storing, on a piece, what it gets of `tokens` new tokens behind `context`. */
export function pieceAppend(
  stripes: Stripes,
  costs: Pick<PieceCosts, "append">,
  piece: number,
  context: number,
  tokens: number,
): number {
  const before = tokensOfPiece(stripes, context, piece);
  const stored = tokensOfPiece(stripes, context + tokens, piece) - before;
  return stored > 0 ? costs.append(before, stored) : 0;
}

/** Attention of a decode over `context` tokens, itself included, on a piece. */
export function pieceDecode(
  stripes: Stripes,
  costs: Pick<PieceCosts, "decode">,
  piece: number,
  context: number,
): number {
  const own = tokensOfPiece(stripes, context, piece);
  return own > 0 ? costs.decode(own) : 0;
}

/**
 * Attention of `tokens` queries behind `context` tokens on a piece: within a stripe of its own the piece grows by a token
 * per query, between two of them its queries attend to the same tokens.
 */
export function piecePrefill(
  stripes: Stripes,
  costs: Pick<PieceCosts, "prefill" | "repeat">,
  piece: number,
  context: number,
  tokens: number,
): number {
  const { groups, stripeTokens } = stripes;
  const round = groups * stripeTokens;
  const end = context + tokens;
  let cost = 0;
  for (let at = context; at < end; ) {
    const own = tokensOfPiece(stripes, at, piece);
    // How far behind the beginning of the piece's stripe of this round, or of the one before.
    const behind = (at + (groups - piece) * stripeTokens) % round;
    const grows = behind < stripeTokens;
    const queries = Math.min(end - at, (grows ? stripeTokens : round) - behind);
    if (grows) cost += costs.prefill(own, queries);
    else if (own > 0) cost += costs.repeat(own, queries);
    at += queries;
  }
  return cost;
}

/** A part of a request on one group, for people: what `tokens` queries behind `context` have to do with it. */
export interface Piece {
  group: number;
  /** Its number from the request's start. */
  piece: number;
  /** Its tokens: of those in front of the queries, and of the queries themselves. */
  context: number;
  stored: number;
  /** Of the queries, those that attend to it; of these, those that attend to no other piece. */
  queries: number;
  undivided: number;
}

/**
 * The pieces of a request that starts on group `start`.
 *
 * @param stripes left out: all of it is on one group
 */
export function piecesAt(stripes: Stripes | undefined, start: number, context: number, tokens: number): Piece[] {
  if (!stripes) return [{ group: start, piece: 0, context, stored: tokens, queries: tokens, undivided: tokens }];
  return Array.from({ length: piecesOf(stripes, context + tokens) }, (_, piece) => {
    const before = tokensOfPiece(stripes, context, piece);
    return {
      group: groupOfPiece(stripes, start, piece),
      piece,
      context: before,
      stored: tokensOfPiece(stripes, context + tokens, piece) - before,
      queries: Math.min(tokens, context + tokens - piece * stripes.stripeTokens),
      undivided: piece === 0 ? undividedQueries(stripes, context, tokens) : 0,
    };
  });
}
