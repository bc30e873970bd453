import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { batchOf, costsIn, costsOf, entries, pim, situations, tableFor } from "../../test/fake-costs.js";
import { type BatchTable, fillTable } from "../batch-table.js";
import { Division } from "../division.js";
import { CyclePrediction } from "../predicted-cycle.js";
import { ABSENT, longestNs } from "../stage-table.js";
import { SplitWorkspace, splits } from "./index.js";

type Rule = keyof typeof splits;
const rules = Object.keys(splits) as Rule[];
const wholeRequests: Rule[] = ["tokens", "requests", "cost"];

interface Outcome {
  divided: boolean;
  division: Division;
  table: BatchTable;
}

function apply(
  rule: Rule,
  batch: ReturnType<typeof batchOf>,
  costs: ReturnType<typeof costsOf>,
  subBatches = 2,
  workspace = new SplitWorkspace(costs, tableFor(costs, subBatches).graph),
): Outcome {
  const division = new Division(subBatches);
  const table = tableFor(costs, subBatches);
  const divided = splits[rule](batch, division, workspace);
  if (divided) fillTable(table, batch, division, costs);
  return { divided, division, table };
}

const subBatchesOf = ({ division }: Outcome, size: number): number[] => Array.from(division.of.subarray(0, size));
const cycleOfTable = (table: BatchTable): number => new CyclePrediction(table.graph, table.graph.layer).cycleNs(table);
const cycleOf = (rule: Rule, ...rest: [ReturnType<typeof batchOf>, ReturnType<typeof costsOf>]): number =>
  cycleOfTable(apply(rule, ...rest).table);
/** Load of a group in a sub-batch, ns. */
const loadNs = (table: BatchTable, subBatch: number, group: number): number =>
  Math.max(0, table.ns[table.pimAt[subBatch]! + group]!);

describe("every split", () => {
  test.each(rules)("%s leaves no sub-batch empty where there are two requests", (rule) => {
    fc.assert(
      fc.property(situations, (situation) => {
        const { entries: list } = situation;
        fc.pre(list.length >= 2);
        const { divided, table } = apply(rule, batchOf(list), costsIn(situation));
        expect(divided).toBe(true);
        expect(Math.min(...table.tokens)).toBeGreaterThan(0);
        expect(table.sequences[0]! + table.sequences[1]!).toBe(list.length);
      }),
    );
  });

  test.each(rules)("%s depends on the batch alone", (rule) => {
    fc.assert(
      fc.property(situations, situations, ({ phase, groups, entries: list }, other) => {
        const [batch, costs] = [batchOf(list), costsOf(phase, groups)];
        fc.pre(other.phase === phase && other.groups <= groups);
        const workspace = new SplitWorkspace(costs, tableFor(costs, 2).graph);
        const first = apply(rule, batch, costs, 2, workspace);
        apply(rule, batchOf(other.entries), costs, 2, workspace);
        const again = apply(rule, batch, costs, 2, workspace);
        expect([again.divided, again.division.cutIndex, again.division.cutEnds]).toEqual([
          first.divided,
          first.division.cutIndex,
          first.division.cutEnds,
        ]);
        if (first.divided) expect(again.table).toEqual(first.table);
      }),
    );
  });

  test.each(wholeRequests)("%s cuts no request, so that one alone runs undivided", (rule) => {
    const costs = costsOf("all", 2);
    expect(apply(rule, batchOf([{ tokens: 500, context: 0, group: 1 }]), costs).divided).toBe(false);
    expect(apply(rule, batchOf(Array(5).fill({ tokens: 50, context: 0, group: 1 })), costs).division.cutIndex).toBe(-1);
  });
});

describe("tokens", () => {
  test("gives every group's requests to both sub-batches, where they are even", () => {
    // Group 0: requests 0, 2, 4, 6; group 1: 1, 3, 5, 7. Plain alternation would give each sub-batch one group.
    const batch = batchOf(Array.from({ length: 8 }, (_, i) => ({ tokens: 1, context: 99, group: i % 2 })));
    const outcome = apply("tokens", batch, costsOf("all", 2));
    expect(subBatchesOf(outcome, 8)).toEqual([0, 1, 1, 0, 0, 1, 1, 0]);
    expect(loadNs(outcome.table, 0, 0)).toBe(loadNs(outcome.table, 1, 0));
  });

  test("takes the longest first, ties by arrival, each to the sub-batch with fewer tokens", () => {
    const batch = batchOf([5, 20, 9, 9, 2].map((tokens) => ({ tokens, context: 0, group: 0 })));
    // 20 -> 1; 9 -> 2; 9 -> 2 (9 < 20); 5 -> 2 (18 < 20); 2 -> 1 (20 < 23).
    expect(subBatchesOf(apply("tokens", batch, costsOf("all", 1)), 5)).toEqual([1, 0, 1, 1, 0]);
  });

  test("gives requests whose attention is on the GPU to the sub-batch with fewer tokens in total", () => {
    const batch = batchOf([
      { tokens: 30, context: 0, group: 0 },
      { tokens: 1, context: 50, group: 0 },
      { tokens: 1, context: 50, group: 0 },
      { tokens: 20, context: 0, group: 0 },
    ]);
    // The prefills: 30 -> 1, 20 -> 2. The decodes share group 0 evenly: the first goes where fewer tokens are.
    expect(subBatchesOf(apply("tokens", batch, costsOf("decode", 1)), 4)).toEqual([0, 1, 0, 1]);
  });

  test.each(["tokens", "requests"] as const)(
    "of equal requests, %s puts as many of a group in each sub-batch, give or take one",
    (rule) => {
      fc.assert(
        fc.property(
          fc.integer({ min: 1, max: 6 }),
          fc.array(fc.nat({ max: 5 }), { minLength: 2, maxLength: 60 }),
          fc.constantFrom(1, 16),
          (groups, places, tokens) => {
            const list = places.map((place) => ({ tokens, context: 64, group: place % groups }));
            const { division } = apply(rule, batchOf(list), costsOf("all", groups));
            const lead = new Map<number, number>();
            list.forEach(({ group }, i) => {
              lead.set(group, (lead.get(group) ?? 0) + (division.of[i] === 0 ? 1 : -1));
            });
            for (const more of lead.values()) expect(Math.abs(more)).toBeLessThanOrEqual(1);
          },
        ),
      );
    },
  );
});

describe("cost", () => {
  test("predicts no longer cycle than the other splits of whole requests", () => {
    fc.assert(
      fc.property(situations, (situation) => {
        const { entries: list } = situation;
        fc.pre(list.length >= 2);
        const [batch, costs] = [batchOf(list), costsIn(situation)];
        const cost = cycleOf("cost", batch, costs);
        expect(cost).toBeLessThanOrEqual(cycleOf("tokens", batch, costs));
        expect(cost).toBeLessThanOrEqual(cycleOf("requests", batch, costs));
      }),
    );
  });

  test("balances decodes of unequal contexts, which tokens cannot tell apart", () => {
    const contexts = [4000, 3900, 10, 20];
    const batch = batchOf(contexts.map((context) => ({ tokens: 1, context, group: 0 })));
    const costs = costsOf("all", 1);
    const spread = (rule: Rule): number => {
      const { table } = apply(rule, batch, costs);
      return Math.abs(loadNs(table, 0, 0) - loadNs(table, 1, 0));
    };
    expect(spread("cost")).toBeLessThanOrEqual(spread("tokens"));
    expect(spread("cost")).toBeLessThan(300);
  });
});

describe("chunk", () => {
  test("divides even a single prompt, its earlier tokens in sub-batch 1", () => {
    const batch = batchOf([{ tokens: 100, context: 16, group: 0 }]);
    const { divided, division } = apply("chunk", batch, costsOf("all", 1));
    expect(divided).toBe(true);
    expect(division.cutIndex).toBe(0);
    expect(division.contextOf(batch, 0, 0)).toBe(16);
    expect(division.contextOf(batch, 0, 1)).toBe(16 + division.cutEnds[0]!);
    expect(division.tokensOf(batch, 0, 0) + division.tokensOf(batch, 0, 1)).toBe(100);
  });

  test("leaves a single decode and a single one-token prompt whole", () => {
    expect(apply("chunk", batchOf([{ tokens: 1, context: 90, group: 0 }]), costsOf("all", 1)).divided).toBe(false);
    const one = batchOf([{ tokens: 1, context: 0, prefill: true, group: 0 }]);
    expect(apply("chunk", one, costsOf("all", 1)).divided).toBe(false);
  });

  test("cuts one prefill at most, with tokens on both sides, and conserves its attention time", () => {
    fc.assert(
      fc.property(entries(3), (list) => {
        const batch = batchOf(list);
        const { divided, division } = apply("chunk", batch, costsOf("all", 3));
        fc.pre(divided && division.cutIndex >= 0);
        const i = division.cutIndex;
        expect(batch.prefill[i]).toBe(1);
        const parts = [0, 1].map((h) => ({
          tokens: division.tokensOf(batch, i, h),
          context: division.contextOf(batch, i, h),
        }));
        for (const { tokens } of parts) expect(tokens).toBeGreaterThan(0);
        expect(parts[1]!.context).toBe(parts[0]!.context + parts[0]!.tokens);
        expect(parts.reduce((ns, { context, tokens }) => ns + pim.prefillNs(context, tokens), 0)).toBe(
          pim.prefillNs(batch.context[i]!, batch.tokens[i]!),
        );
      }),
    );
  });

  test("predicts no longer cycle than tokens", () => {
    fc.assert(
      fc.property(situations, (situation) => {
        const { entries: list } = situation;
        fc.pre(list.length >= 2);
        const [batch, costs] = [batchOf(list), costsIn(situation)];
        expect(cycleOf("chunk", batch, costs)).toBeLessThanOrEqual(cycleOf("tokens", batch, costs));
      }),
    );
  });
});

describe("neupims", () => {
  test("gives the first half of every group's list to sub-batch 1, the longer half of odd lists in turn", () => {
    const groups = [0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 2];
    const batch = batchOf(groups.map((group, i) => ({ tokens: 1, context: 10 * i, group })));
    const { division } = apply("neupims", batch, costsOf("all", 3));
    const halvesOf = (group: number) => [...division.of.subarray(0, 11)].filter((_, i) => groups[i] === group);
    expect([0, 1, 2].map(halvesOf)).toEqual([
      [0, 0, 1, 1],
      [0, 0, 1],
      [0, 0, 1, 1],
    ]);
    const odd = batchOf([0, 1, 0, 1, 0, 1].map((group) => ({ tokens: 1, context: 9, group })));
    expect(subBatchesOf(apply("neupims", odd, costsOf("all", 2)), 6)).toEqual([0, 0, 0, 1, 1, 1]);
  });

  test("of a list sorted by length gives one half most of the tokens, where cost evens them out", () => {
    const batch = batchOf([4000, 3000, 200, 100].map((context) => ({ tokens: 1, context, group: 0 })));
    const costs = costsOf("all", 1);
    expect(subBatchesOf(apply("neupims", batch, costs), 4)).toEqual([0, 0, 1, 1]);
    expect(cycleOf("neupims", batch, costs)).toBeGreaterThan(1.3 * cycleOf("cost", batch, costs));
  });

  test("keeps a prefill on the GPU behind the decode on another list whose K and V it needs", () => {
    const batch = batchOf([
      { tokens: 1, context: 15, group: 0 },
      { tokens: 1, context: 15, group: 0 },
      { tokens: 8, context: 16, group: 0, hits: 0 },
      { tokens: 8, context: 0, group: 0 },
    ]);
    batch.readers[0] = 2;
    batch.writers[0] = 1;
    batch.dependencies = 1;
    const { division } = apply("neupims", batch, costsOf("decode", 1));
    expect(division.keepsDependencies(batch)).toBe(true);
    expect(division.of[2]).toBe(1);
  });
});

describe("more than two sub-batches", () => {
  test.each(["tokens", "requests"] as const)("of equal requests, %s gives each its share of every group", (rule) => {
    const batch = batchOf(Array.from({ length: 24 }, (_, i) => ({ tokens: 1, context: 99, group: i % 2 })));
    const { division } = apply(rule, batch, costsOf("all", 2), 3);
    for (const group of [0, 1]) {
      const sizes = [0, 1, 2].map(
        (s) => Array.from(division.of.subarray(0, 24)).filter((of, i) => of === s && i % 2 === group).length,
      );
      expect(sizes).toEqual([4, 4, 4]);
    }
  });
});

describe("the predicted cycle", () => {
  test("is the busiest resource or the longest round trip", () => {
    fc.assert(
      fc.property(entries(3), (list) => {
        fc.pre(list.length >= 2);
        const { table } = apply("tokens", batchOf(list), costsOf("all", 3));
        const own = table.graph.of.map((stages) => {
          const { pim: onPim, link } = stages.offload!;
          const { up, down } = link!;
          const ns = (stage: number): number => longestNs(table, stage);
          return { dense: ns(stages.pre) + ns(stages.post), up: ns(up), pim: ns(onPim), down: ns(down) };
        });
        const [a, b] = [own[0]!, own[1]!];
        expect(longestNs(table, table.graph.of[0]!.attention)).toBe(ABSENT);
        expect(cycleOfTable(table)).toBe(
          Math.max(
            a.dense + b.dense,
            a.up + b.up,
            a.down + b.down,
            ...[0, 1, 2].map((g) => loadNs(table, 0, g) + loadNs(table, 1, g)),
            a.dense + a.up + a.pim + a.down,
            b.dense + b.up + b.pim + b.down,
          ),
        );
      }),
    );
  });
});
