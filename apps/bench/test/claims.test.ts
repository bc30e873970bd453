import { describe, expect, test } from "vitest";
import { findingOf, judgeClaims } from "../src/claim.js";
import { type ClaimRecord, recordDifferences, recordOf, recordText } from "../src/claim-record.js";
import { claims } from "../src/claims.js";
import { type Figures, outcomeWith } from "./hand-made.js";

type Made = Parameters<typeof outcomeWith> extends [string, ...infer Rest] ? Rest : never;

/** A load in which a claim holds, and one in which it does not. */
const examples: Record<string, { holds: Made; fails: Made }> = {
  "offload-regresses-ttft": { holds: [{ offload: { ttft: 1.06 } }], fails: [{ offload: { ttft: 1.05 } }] },
  "interleaving-recovers-ttft": {
    holds: [{ offload: { ttft: 2 }, interleave: { ttft: 1.05 } }],
    fails: [{ offload: { ttft: 2 }, interleave: { ttft: 1.9 } }],
  },
  "decode-mostly-unchanged": { holds: [{ interleave: { tpot: 0.7 } }], fails: [{ interleave: { tpot: 1.11 } }] },
  "both-devices-busy": {
    holds: [{ interleave: { gpuBusy: 0.7, pimBusy: 0.85 }, auto: { gpuBusy: 0.8, pimBusy: 0.8 } }],
    fails: [{ interleave: { gpuBusy: 0.86, pimBusy: 0.8 }, auto: { gpuBusy: 0.8, pimBusy: 0.69 } }],
  },
  "energy-from-idle-to-work": {
    holds: [{ interleave: { idle: 40, work: 130 } }],
    fails: [{ interleave: { idle: 95, work: 130 } }],
  },
  "single-request-undivided": { holds: [{}], fails: [{ interleave: { divided: 1 }, auto: { divided: 1 } }] },
  "csv-columns-unchanged": {
    holds: [{}],
    fails: [
      Object.fromEntries(["gpu-only", "offload", "interleave", "auto"].map((mode) => [mode, { csvColumns: [11] }])),
    ],
  },
  "offload-raises-batch": { holds: [{ offload: { kvRoom: 2 } }], fails: [{ offload: { kvRoom: 0.9 } }] },
  "interleaving-pays-from-batch": {
    holds: [
      {},
      [
        [128, 0.9],
        [256, 0.8],
      ],
    ],
    fails: [
      {},
      [
        [32, 1.4],
        [64, 1.0],
      ],
    ],
  },
  "win-without-the-mixed-kernel": {
    holds: [{ interleave: { makespan: 0.8 }, "two kernels": { makespan: 0.95 } }],
    fails: [{ interleave: { makespan: 0.8 }, "two kernels": { makespan: 0.7 } }],
  },
};

const judge = (...outcomes: ReturnType<typeof outcomeWith>[]) => judgeClaims(claims, outcomes);
const answerTo = (id: string, ...outcomes: ReturnType<typeof outcomeWith>[]) =>
  judge(...outcomes).find(({ claim }) => claim.id === id)?.answer;

test("there is an example of every claim", () => {
  expect(Object.keys(examples)).toEqual(claims.map(({ id }) => id));
});

describe.each(Object.entries(examples))("%s", (id, { holds, fails }) => {
  const [good, bad] = [outcomeWith("good", ...holds), outcomeWith("bad", ...fails)];

  test("holds where all loads show it, fails where none does, else depends", () => {
    expect([answerTo(id, good), answerTo(id, bad), answerTo(id, good, bad)]).toEqual(["holds", "fails", "depends"]);
  });
});

describe("a claim", () => {
  const loses: Record<string, Figures> = { offload: { ttft: 2 } };

  test("has no answer where it is about none of the loads", () => {
    expect(answerTo("interleaving-recovers-ttft", outcomeWith("calm", {}))).toBeUndefined();
  });

  test("is judged by the phases and modes that a scenario declares, whatever else ran", () => {
    const outcome = outcomeWith("load", loses);
    const more = outcome.runs.map((run) => ({ ...run, phase: "all" as const }));
    const [first, ...rest] = outcome.runs;
    expect(judge({ ...outcome, runs: [first, ...rest, ...more] })).toEqual(judge(outcome));
  });

  test("about the batch says from which on every larger one pays, not which pays by chance", () => {
    const outcome = outcomeWith("load", {}, [
      [32, 0.9],
      [64, 1.1],
      [128, 0.95],
      [256, 0.7],
    ]);
    const [found] = judge(outcome).filter(({ claim }) => claim.finding);
    expect(found && findingOf(found)).toBe("pays from a batch of 128 on; holds in 3 of 4 cases");
  });
});

describe("the record of answers", () => {
  const outcome = outcomeWith("load", { offload: { ttft: 2 }, interleave: { ttft: 1 } });
  const record = recordOf(judge(outcome));
  const differences = (found: ClaimRecord, complete = true): string[] => recordDifferences(found, record, complete);

  test("says nothing of the runs that it was made of, read back from its file", () => {
    expect(differences(record)).toEqual([]);
    expect(JSON.parse(recordText(record))).toEqual(record);
  });

  test("names the claim and the case whose answer changed", () => {
    const now = recordOf(judge(outcomeWith("load", { offload: { ttft: 2 }, interleave: { ttft: 1.2 } })));
    expect(differences(now)).toEqual([
      "interleaving-recovers-ttft: holds -> fails",
      "interleaving-recovers-ttft: load, decode: does not hold, and did",
    ]);
  });

  test("names a figure that moved by more than 2%, and no other", () => {
    const now = (ttft: number) => recordOf(judge(outcomeWith("load", { offload: { ttft }, interleave: { ttft: 1 } })));
    expect(differences(now(2.02))).toEqual([]);
    expect(differences(now(2.1))).toEqual([
      "offload-regresses-ttft: load, decode: ttft was 2 and is 2.1",
      "interleaving-recovers-ttft: load, decode: offload was 2 and is 2.1",
    ]);
  });

  test("names what did not run, unless only some scenarios were to", () => {
    const { "both-devices-busy": gone, ...rest } = record;
    expect(differences(rest)).toEqual(
      Object.keys(gone?.cases ?? {}).map((of) => `both-devices-busy: ${of}: is recorded, and did not run`),
    );
    expect(differences(rest, false)).toEqual([]);
  });
});
