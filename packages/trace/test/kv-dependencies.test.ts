/**
 * @module
 * K and V exist before they are read, block by block: on the schedule of the slow scheduler, which knows no graph.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { ABSENT, Division, fillTable, inTurn, issueOrders, SplitWorkspace, splits } from "../src/index.js";
import { batchOf, costsOf, situations, tableFor } from "./fake-costs.js";
import { iterationOf, type SubBatchTimes } from "./iterations.js";
import { listSchedule, type OpKind } from "./list-scheduler.js";

type Table = ReturnType<typeof tableFor>;

/** What a table says of one sub-batch. */
function timesOf({ graph, ns, offset }: Table, subBatch: number): Partial<SubBatchTimes> {
  const { prologue, pre, attention, post, head, offload, shared } = graph.of[subBatch]!;
  const at = (stage: number): number => Math.max(0, ns[offset[stage]!]!);
  return {
    prologueNs: at(prologue),
    preNs: at(pre),
    gpuAttentionNs: at(attention),
    postNs: at(post),
    headNs: at(head),
    ...(shared && { outNs: at(shared.out), reduceNs: at(shared.reduceOut) }),
    ...(offload?.link && {
      upNs: at(offload.link.up),
      downNs: at(offload.link.down),
      fetchNs: at(offload.link.fetch),
      groupNs: [...ns.subarray(offset[offload.pim], offset[offload.pim + 1])].map((own) => (own === ABSENT ? 0 : own)),
    }),
  };
}

/** Requests that hit blocks of others in front of them: pairs by index, folded into the batch. */
const wishes = fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 8 });

test("a request never reads K and V of a layer before the request that computes them has stored them", () => {
  fc.assert(
    fc.property(
      situations,
      wishes,
      fc.constantFrom(...(Object.keys(splits) as (keyof typeof splits)[])),
      fc.constantFrom(null, ...issueOrders),
      ({ phase, groups, entries }, pairs, rule, order) => {
        fc.pre(phase !== "none" && entries.length >= 2);
        // A hit is found in the request's own group, so readers are where their writers are.
        const list = entries.map((entry) => ({ ...entry }));
        const needs = new Map<number, number>();
        for (const [a, b] of pairs) {
          const reader = 1 + (a % (list.length - 1));
          const writer = b % reader;
          if (!needs.has(reader) && list[writer]!.prefill !== false && list[reader]!.prefill !== false)
            needs.set(reader, writer);
        }
        for (const [reader, writer] of [...needs].sort(([a], [b]) => a - b)) list[reader]!.group = list[writer]!.group!;
        const batch = batchOf(list);
        for (const [reader, writer] of [...needs].sort(([a], [b]) => a - b)) {
          batch.readers[batch.dependencies] = reader;
          batch.writers[batch.dependencies++] = writer;
        }
        const costs = costsOf(phase, groups, order ? 2 : 1);
        const division = new Division(2);
        const table = tableFor(costs, 2);
        if (!splits[rule](batch, division, new SplitWorkspace(costs, table.graph))) return;
        fillTable(table, batch, division, costs);
        const { ops } = listSchedule(
          iterationOf(
            costs.layers,
            groups,
            [0, 1].map((s) => timesOf(table, s)),
            order ?? inTurn,
          ),
        );
        const op = (kind: OpKind, subBatch: number, layer: number, group: number) =>
          ops.find((o) => o.kind === kind && o.subBatch === subBatch && o.layer === layer && o.group === group)!;
        for (const [reader, writer] of needs) {
          const [reads, writes] = [division.firstOf(reader), division.lastOf(writer)];
          // In one sub-batch appends come before attention.
          if (reads === writes) continue;
          for (let layer = 1; layer <= costs.layers; layer++) {
            if (phase === "all") {
              const group = list[reader]!.group!;
              expect(op("pim", reads, layer, group).startNs).toBeGreaterThanOrEqual(
                op("pim", writes, layer, group).endNs,
              );
            } else {
              expect(op("attention", reads, layer, -1).startNs).toBeGreaterThanOrEqual(
                op("pre", writes, layer, -1).endNs,
              );
            }
          }
        }
      },
    ),
    { numRuns: 200 },
  );
});
