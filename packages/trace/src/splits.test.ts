import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { batchOf, costsOf, entries, pim, situations } from "../test/fake-costs.js";
import { fillProgram } from "./fill-program.js";
import { predictedCycleNs, roundTripNs } from "./predicted-cycle.js";
import { busiestGroupNs, createProgram, type Program } from "./program.js";
import { contextInHalf, Split, tokensInHalf } from "./split.js";
import { splits } from "./splits.js";

type Rule = keyof typeof splits;
const rules = Object.keys(splits) as Rule[];
const wholeRequests: Rule[] = ["tokens", "requests", "cost"];

interface Outcome {
  divided: boolean;
  split: Split;
  program: Program;
}

function apply(rule: Rule, batch: ReturnType<typeof batchOf>, costs: ReturnType<typeof costsOf>): Outcome {
  const split = new Split();
  const program = createProgram(costs.layers, costs.pim?.groups ?? 0);
  const divided = splits[rule](batch, costs, split, createProgram(costs.layers, program.groups));
  if (divided) fillProgram(program, batch, split, costs);
  return { divided, split, program };
}

const halvesOf = ({ split }: Outcome, size: number): number[] => Array.from(split.half.subarray(0, size));
const cycleOf = (rule: Rule, ...rest: [ReturnType<typeof batchOf>, ReturnType<typeof costsOf>]): number =>
  predictedCycleNs(apply(rule, ...rest).program);

describe("every split", () => {
  test.each(rules)("%s leaves no half empty where there are two requests", (rule) => {
    fc.assert(
      fc.property(situations, ({ phase, groups, entries: list }) => {
        fc.pre(list.length >= 2);
        const { divided, program } = apply(rule, batchOf(list), costsOf(phase, groups));
        expect(divided).toBe(true);
        expect(Math.min(program.half[0].tokens, program.half[1].tokens)).toBeGreaterThan(0);
        expect(program.half[0].sequences + program.half[1].sequences).toBe(list.length);
      }),
    );
  });

  test.each(rules)("%s depends on the batch alone", (rule) => {
    fc.assert(
      fc.property(situations, situations, ({ phase, groups, entries: list }, other) => {
        const [batch, costs] = [batchOf(list), costsOf(phase, groups)];
        const first = apply(rule, batch, costs);
        apply(rule, batchOf(other.entries), costsOf(other.phase, other.groups));
        const again = apply(rule, batch, costs);
        expect([again.divided, again.split.cutIndex, again.split.cutTokens]).toEqual([
          first.divided,
          first.split.cutIndex,
          first.split.cutTokens,
        ]);
        if (first.divided) expect(again.program).toEqual(first.program);
      }),
    );
  });

  test.each(wholeRequests)("%s cuts no request, so that one alone runs undivided", (rule) => {
    const costs = costsOf("all", 2);
    expect(apply(rule, batchOf([{ tokens: 500, context: 0, group: 1 }]), costs).divided).toBe(false);
    expect(apply(rule, batchOf(Array(5).fill({ tokens: 50, context: 0, group: 1 })), costs).split.cutIndex).toBe(-1);
  });
});

describe("tokens", () => {
  test("gives every group's requests to both halves, where they are even", () => {
    // Group 0: requests 0, 2, 4, 6; group 1: 1, 3, 5, 7. Plain alternation would give each half one group.
    const batch = batchOf(Array.from({ length: 8 }, (_, i) => ({ tokens: 1, context: 99, group: i % 2 })));
    const outcome = apply("tokens", batch, costsOf("all", 2));
    expect(halvesOf(outcome, 8)).toEqual([0, 1, 1, 0, 0, 1, 1, 0]);
    expect(outcome.program.half[0].groupNs).toEqual(outcome.program.half[1].groupNs);
  });

  test("takes the longest first, ties by arrival, each to the half with fewer tokens", () => {
    const batch = batchOf([5, 20, 9, 9, 2].map((tokens) => ({ tokens, context: 0, group: 0 })));
    // 20 -> 1; 9 -> 2; 9 -> 2 (9 < 20); 5 -> 2 (18 < 20); 2 -> 1 (20 < 23).
    expect(halvesOf(apply("tokens", batch, costsOf("all", 1)), 5)).toEqual([1, 0, 1, 1, 0]);
  });

  test("gives requests whose attention is on the GPU to the half with fewer tokens in total", () => {
    const batch = batchOf([
      { tokens: 30, context: 0, group: 0 },
      { tokens: 1, context: 50, group: 0 },
      { tokens: 1, context: 50, group: 0 },
      { tokens: 20, context: 0, group: 0 },
    ]);
    // The prefills: 30 -> 1, 20 -> 2. The decodes share group 0 evenly: the first goes where fewer tokens are.
    expect(halvesOf(apply("tokens", batch, costsOf("decode", 1)), 4)).toEqual([0, 1, 0, 1]);
  });

  test.each(["tokens", "requests"] as const)(
    "of equal requests, %s puts as many on each half of a group, give or take one",
    (rule) => {
      fc.assert(
        fc.property(
          fc.integer({ min: 1, max: 6 }),
          fc.array(fc.nat({ max: 5 }), { minLength: 2, maxLength: 60 }),
          fc.constantFrom(1, 16),
          (groups, places, tokens) => {
            const list = places.map((place) => ({ tokens, context: 64, group: place % groups }));
            const { split } = apply(rule, batchOf(list), costsOf("all", groups));
            const lead = new Map<number, number>();
            list.forEach(({ group }, i) => {
              lead.set(group, (lead.get(group) ?? 0) + (split.half[i] === 0 ? 1 : -1));
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
      fc.property(situations, ({ phase, groups, entries: list }) => {
        fc.pre(list.length >= 2);
        const [batch, costs] = [batchOf(list), costsOf(phase, groups)];
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
      const { half } = apply(rule, batch, costs).program;
      return Math.abs(half[0].groupNs[0]! - half[1].groupNs[0]!);
    };
    expect(spread("cost")).toBeLessThanOrEqual(spread("tokens"));
    expect(spread("cost")).toBeLessThan(300);
  });
});

describe("chunk", () => {
  test("divides even a single prompt, its earlier tokens in half 1", () => {
    const batch = batchOf([{ tokens: 100, context: 16, group: 0 }]);
    const { divided, split } = apply("chunk", batch, costsOf("all", 1));
    expect(divided).toBe(true);
    expect(split.cutIndex).toBe(0);
    expect(contextInHalf(batch, split, 0, 0)).toBe(16);
    expect(contextInHalf(batch, split, 0, 1)).toBe(16 + split.cutTokens);
    expect(tokensInHalf(batch, split, 0, 0) + tokensInHalf(batch, split, 0, 1)).toBe(100);
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
        const { divided, split } = apply("chunk", batch, costsOf("all", 3));
        fc.pre(divided && split.cutIndex >= 0);
        const i = split.cutIndex;
        expect(batch.prefill[i]).toBe(1);
        const parts = [0, 1].map((h) => ({
          tokens: tokensInHalf(batch, split, i, h),
          context: contextInHalf(batch, split, i, h),
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
      fc.property(situations, ({ phase, groups, entries: list }) => {
        fc.pre(list.length >= 2);
        const [batch, costs] = [batchOf(list), costsOf(phase, groups)];
        expect(cycleOf("chunk", batch, costs)).toBeLessThanOrEqual(cycleOf("tokens", batch, costs));
      }),
    );
  });
});

describe("the predicted cycle", () => {
  test("is the busiest resource or the longer half's round trip", () => {
    fc.assert(
      fc.property(entries(3), (list) => {
        fc.pre(list.length >= 2);
        const { program } = apply("tokens", batchOf(list), costsOf("all", 3));
        const [a, b] = program.half;
        const cycle = predictedCycleNs(program);
        const busiest = Math.max(...Array.from(a.groupNs, (ns, g) => ns + b.groupNs[g]!));
        expect(cycle).toBe(
          Math.max(
            a.preNs + a.postNs + b.preNs + b.postNs,
            a.upNs + b.upNs,
            a.downNs + b.downNs,
            busiest,
            roundTripNs(a),
            roundTripNs(b),
          ),
        );
        expect(roundTripNs(a)).toBe(a.preNs + a.postNs + a.upNs + busiestGroupNs(a) + a.downNs);
      }),
    );
  });
});
