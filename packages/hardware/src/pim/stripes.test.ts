import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type PieceCosts,
  partialResults,
  pieceAppend,
  pieceDecode,
  piecePrefill,
  piecesAt,
  piecesOf,
  type Stripes,
  tokensOfPiece,
  undividedQueries,
} from "./stripes.js";

const stripes: fc.Arbitrary<Stripes> = fc.record({
  groups: fc.integer({ min: 2, max: 5 }),
  stripeTokens: fc.integer({ min: 1, max: 20 }),
});
const context = fc.nat({ max: 200 });
const tokens = fc.integer({ min: 1, max: 120 });

/** Of the first `all` tokens, those of a piece, one by one. */
const counted = ({ groups, stripeTokens }: Stripes, all: number, piece: number): number =>
  [...Array(all).keys()].filter((token) => Math.floor(token / stripeTokens) % groups === piece).length;

const pieces = ({ groups }: Stripes): number[] => [...Array(groups).keys()];
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

const costs: PieceCosts = {
  decode: (own) => 30 + own,
  prefill: (before, queries) => sum(Array.from({ length: queries }, (_, i) => 30 + before + i + 1)),
  repeat: (own, queries) => queries * (30 + own),
  append: (_before, stored) => 5 * stored,
};

test("the pieces of a context are its tokens in turn, and add up to all of them", () => {
  fc.assert(
    fc.property(stripes, context, (of, all) => {
      const shares = pieces(of).map((piece) => tokensOfPiece(of, all, piece));
      expect(shares).toEqual(pieces(of).map((piece) => counted(of, all, piece)));
      expect(sum(shares)).toBe(all);
      expect(piecesOf(of, all)).toBe(shares.filter((share) => share > 0).length);
    }),
  );
});

describe("the cost of a piece", () => {
  test("of a prefill is the sum over its queries, each a decode at its own context", () => {
    fc.assert(
      fc.property(stripes, context, tokens, (of, before, queries) => {
        for (const piece of pieces(of)) {
          const each = Array.from({ length: queries }, (_, i) => pieceDecode(of, costs, piece, before + i + 1));
          expect(piecePrefill(of, costs, piece, before, queries)).toBe(sum(each));
        }
      }),
    );
  });

  test("of a decode never falls as the context grows, and storing is what the piece gets", () => {
    fc.assert(
      fc.property(stripes, context, tokens, (of, before, more) => {
        for (const piece of pieces(of)) {
          expect(pieceDecode(of, costs, piece, before + more)).toBeGreaterThanOrEqual(
            pieceDecode(of, costs, piece, before),
          );
          const stored = counted(of, before + more, piece) - counted(of, before, piece);
          expect(pieceAppend(of, costs, piece, before, more)).toBe(5 * stored);
        }
      }),
    );
  });
});

test("a query has a partial result of every piece that it attends to, unless that is one", () => {
  fc.assert(
    fc.property(stripes, context, tokens, (of, before, queries) => {
      const attended = Array.from({ length: queries }, (_, i) => piecesOf(of, before + i + 1));
      const divided = attended.filter((count) => count > 1);
      expect(partialResults(of, before, queries)).toBe(sum(divided));
      expect(undividedQueries(of, before, queries)).toBe(queries - divided.length);
      const told = piecesAt(of, 1, before, queries);
      expect(sum(told.map((piece) => piece.queries - piece.undivided))).toBe(sum(divided));
      expect(sum(told.map((piece) => piece.stored))).toBe(queries);
    }),
  );
});
