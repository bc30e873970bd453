import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { batchOf, costsIn, costsOf, type Entry, type Offload, situations, tableFor } from "../test/fake-costs.js";
import { fillTable } from "./batch-table.js";
import { Division } from "./division.js";
import { SplitWorkspace, splits } from "./splits/index.js";
import { ABSENT } from "./stage-table.js";
import { type AttentionWork, stageWork } from "./stage-work.js";

const PREFILL: Entry = { tokens: 8, context: 16, group: 1, hits: 16 };
const DECODES: Entry[] = [
  { tokens: 1, context: 100, group: 0 },
  { tokens: 1, context: 300, group: 1 },
  { tokens: 1, context: 205, group: 1 },
];

/** What each stage that the iteration has works on, by its name; on PIM, by unit as well. */
function told(phase: Offload, entries: readonly Entry[], divide?: (division: Division) => void, stripeTokens = 0) {
  const costs = costsOf(phase, phase === "none" ? 0 : 2, 1, stripeTokens);
  const batch = batchOf(entries);
  const division = divide ? new Division(2) : null;
  division?.clear(batch.size);
  if (division) divide?.(division);
  const table = tableFor(costs, division?.count ?? 1);
  fillTable(table, batch, division, costs);
  const { graph, offset, ns } = table;
  const workOf = stageWork(table, { batch, division, costs });
  return graph.of.map((_own, s) =>
    Object.fromEntries(
      graph.stages.flatMap(({ name, subBatch, resource }, stage) => {
        if (subBatch !== s) return [];
        const { units } = graph.resources[resource]!;
        return Array.from({ length: units }, (_unit, unit) => unit)
          .filter((unit) => ns[offset[stage]! + unit] !== ABSENT)
          .map((unit) => [units > 1 ? `${name} ${unit}` : name, workOf(stage, unit)]);
      }),
    ),
  );
}

const dense = (tokens: number) => ({ prologue: { tokens }, pre: { tokens }, post: { tokens }, head: { tokens } });

describe("the work of a stage", () => {
  test("without offload is attention of all requests on the GPU, over their K and V with those of their own tokens", () => {
    const attention = { requests: 4, tokens: 11, context: 24 + 101 + 301 + 206 };
    expect(told("none", [PREFILL, ...DECODES])).toEqual([{ ...dense(11), attention }]);
  });

  test("in phase all is attention on the requests' groups", () => {
    expect(told("all", [PREFILL, ...DECODES])).toEqual([
      {
        ...dense(11),
        up: { bytes: 11 * 192 },
        "pim 0": { requests: 1, tokens: 1, context: 101 },
        "pim 1": { requests: 3, tokens: 10, context: 24 + 301 + 206 },
        down: { bytes: 11 * 128 },
      },
    ]);
  });

  test("in phase decode has prefills on the GPU, which PIM only stores, by sub-batch", () => {
    const divided = told("decode", [PREFILL, ...DECODES], ({ of }) => of.set([0, 0, 1, 1]));
    expect(divided).toEqual([
      {
        ...dense(9),
        attention: { requests: 1, tokens: 8, context: 24 },
        up: { bytes: 192 + 8 * 64 },
        "pim 0": { requests: 1, tokens: 1, context: 101 },
        "pim 1": { requests: 1, tokens: 0, context: 0, moved: 8 },
        fetch: { bytes: 16 * 64 },
        down: { bytes: 128 },
      },
      {
        ...dense(2),
        up: { bytes: 2 * 192 },
        "pim 1": { requests: 2, tokens: 2, context: 301 + 206 },
        down: { bytes: 2 * 128 },
      },
    ]);
  });

  test("of striped requests is what each group has of them: its tokens, the queries that get there, what it stores", () => {
    const [work] = told("all", [PREFILL, { tokens: 1, context: 9, group: 0 }], undefined, 20);
    expect(work).toEqual({
      ...dense(9),
      up: { bytes: 9 * 192 },
      // Tokens 20 .. 23 of the prompt, which starts on group 1; all ten of the decode.
      "pim 0": { requests: 2, tokens: 4 + 1, context: 4 + 10 },
      "pim 1": { requests: 1, tokens: 8, context: 20 },
      // Four queries and the decode are whole, four have a partial result of each group.
      down: { bytes: 5 * 128 + 8 * 144 },
      merge: { bytes: 8 * 144 },
    });
    const [stored] = told("decode", [PREFILL], undefined, 20);
    expect(stored).toMatchObject({
      "pim 0": { requests: 1, tokens: 0, context: 0, moved: 4 },
      "pim 1": { requests: 1, tokens: 0, context: 0, moved: 4 },
    });
  });

  test("reads the earlier part of a cut prefill twice: with its own tokens, and for the later ones", () => {
    const [earlier, later] = told("all", [PREFILL], (division) => {
      division.cutIndex = 0;
      division.cutEnds.set([3, 8]);
    });
    expect(earlier!["pim 1"]).toEqual({ requests: 1, tokens: 3, context: 16 + 3 });
    expect(later!["pim 1"]).toEqual({ requests: 1, tokens: 5, context: 16 + 8 });
  });

  test("is in every sub-batch what its durations were made from, and there is some wherever there is a duration", () => {
    fc.assert(
      fc.property(
        situations,
        fc.constantFrom("tokens", "requests", "cost", "chunk" as const),
        fc.integer({ min: 1, max: 3 }),
        (situation, rule, subBatches) => {
          const { groups, entries } = situation;
          const costs = costsIn({ ...situation, stripeTokens: 0 });
          const batch = batchOf(entries);
          const table = tableFor(costs, subBatches);
          const division = subBatches === 1 ? null : new Division(subBatches);
          if (division && !splits[rule](batch, division, new SplitWorkspace(costs, table.graph))) return;
          fillTable(table, batch, division, costs);
          const { graph, offset, ns, sums } = table;
          const workOf = stageWork(table, { batch, division, costs });
          graph.of.forEach(({ attention, offload }, s) => {
            const { tokens, prefillTokens, prefillContext, decodes, decodeContext } = sums[s]!;
            const onGpu = prefillTokens + decodes;
            const gpu = workOf(attention, 0) as AttentionWork;
            expect([gpu.tokens, gpu.context]).toEqual([onGpu, prefillContext + decodeContext + onGpu]);
            expect(gpu.requests > 0).toBe(ns[offset[attention]!] !== ABSENT);
            let onPim = 0;
            for (let g = 0; offload && g < groups; g++) {
              const work = workOf(offload.pim, g) as AttentionWork;
              onPim += work.tokens;
              expect(work.requests > 0).toBe(ns[offset[offload.pim]! + g] !== ABSENT);
              expect(work.tokens + (work.moved ?? 0) >= work.requests).toBe(true);
            }
            expect(gpu.tokens + onPim).toBe(tokens);
          });
        },
      ),
      { numRuns: 300 },
    );
  });
});
