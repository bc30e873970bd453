import { IterationEnds, type RequestResult, type TokenRun } from "@tandem-sim/engine";
import fc from "fast-check";
import { expect, test } from "vitest";
import { CsvRows, csvRow } from "./request-csv.js";

/** A request whose tokens come in runs of `lengths` iterations, `pauses` iterations apart. */
function result(ends: IterationEnds, first: number, lengths: readonly number[], pause: number): RequestResult {
  const runs: TokenRun[] = [];
  const tokensAt: number[] = [];
  let at = first;
  for (const length of lengths) {
    runs.push({ first: at, last: at + length - 1 });
    for (let i = 0; i < length; i++) tokensAt.push(ends.at(at++));
    at += pause;
  }
  return {
    instanceId: 0,
    requestId: first,
    model: 'é, "quoted"',
    inputTokens: 1,
    outputTokens: tokensAt.length,
    arrivalNs: 0,
    queuedNs: 0,
    endNs: 3,
    latencyNs: 2.5e12,
    queuingNs: 1,
    ttftNs: 1,
    tpotNs: 7.9,
    tokenRuns: { ends, runs },
  };
}

test("rows that are copied from the text of iterations are those that are written out", () => {
  const request = fc.record({
    behind: fc.nat(900),
    lengths: fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 4 }),
    pause: fc.integer({ min: 1, max: 5 }),
  });
  const gap = fc.oneof(fc.integer({ min: 1, max: 20_000_000 }), fc.integer({ min: 1, max: 1e12 }));
  fc.assert(
    fc.property(
      fc.array(request, { maxLength: 8 }),
      fc.array(gap, { minLength: 1, maxLength: 9 }),
      (requests, gaps) => {
        const ends = new IterationEnds();
        let text = "";
        const rows = new CsvRows((bytes) => {
          text += new TextDecoder().decode(bytes);
        });
        let expected = "";
        let nowNs = 0;
        for (const { behind, lengths, pause } of requests) {
          // The log drops what nobody asks for.
          for (let i = 0; i < 2000; i++) {
            if (ends.isFull) ends.makeRoom(ends.at(ends.next - 1000));
            nowNs += gaps[i % gaps.length] ?? 1;
            ends.add(nowNs);
          }
          const finished = result(ends, ends.next - 1 - Math.max(behind, 150), lengths, pause);
          rows.add(finished);
          expected += `${csvRow(finished)}\n`;
        }
        rows.flush();
        expect(text).toBe(expected);
      },
    ),
    { numRuns: 30 },
  );
});
