/**
 * @module
 * What hiding all-reduces is worth: the table in docs/tensor-parallelism.md, computed again. Single iterations on the
 * bundled cluster with a profile that nobody has measured.
 */
import { readFileSync } from "node:fs";
import { createCollectiveCosts, fittedAllReduce, fittedLinks } from "@tandem-sim/hardware";
import { Batch } from "@tandem-sim/scheduler";
import {
  createBatchTable,
  createDecoderGraph,
  createPlayed,
  Division,
  fillTable,
  type IssueOrder,
  issueOrders,
  Player,
  SplitWorkspace,
  shapeOf,
  splits,
} from "@tandem-sim/trace";
import { expect, test } from "vitest";
import { createPlan, type InstancePlan } from "../src/index.js";
import { severalGpus } from "./two-gpus.js";

const links = { "PCIe through the host": null, "PCIe 5, peer to peer": fittedLinks.pcie5, NVLink: fittedLinks.nvlink4 };

/** Bytes of activations of a token of Llama-3.1-8B. */
const TOKEN_BYTES = 8192;

function planOf(gpus: number, link: keyof typeof links, offloads: boolean): InstancePlan {
  const options = offloads ? ({ enableAttnOffloading: true, attnOffloadPhase: "decode" } as const) : {};
  const plan = createPlan(severalGpus(gpus, options)).instances[0]!;
  const fitted = links[link];
  if (fitted) plan.costs.collective = createCollectiveCosts(gpus, TOKEN_BYTES, fittedAllReduce(fitted, gpus));
  return plan;
}

function batchOf(requests: number, tokens: number, context: number, groups: number): Batch {
  const batch = new Batch();
  batch.clear();
  const request = { tokens, context, prefill: tokens > 1, samples: true, hits: 0 };
  for (let i = 0; i < requests; i++) batch.add({ ...request, row: i, group: groups === 0 ? -1 : i % groups, order: i });
  return batch;
}

/** @param order null: undivided */
function latencyMs({ costs }: InstancePlan, batch: Batch, order: IssueOrder | null): number {
  const graph = createDecoderGraph({
    ...shapeOf(costs),
    subBatches: order ? 2 : 1,
    reduces: true,
    ...(order && { order }),
  });
  const division = order && new Division(2);
  if (division) splits.tokens(batch, division, new SplitWorkspace(costs, graph));
  const table = createBatchTable(graph);
  fillTable(table, batch, division, costs);
  const played = createPlayed(graph);
  new Player(graph).play(table, played);
  return played.latencyNs / 1e6;
}

const batches = [
  ["4 prompts of 512", 4, 512, 0],
  ["64 decodes at 512", 64, 1, 512],
  ["128 decodes at 512", 128, 1, 512],
  ["128 decodes at 1024", 128, 1, 1024],
] as const;

function row(offloads: boolean, gpus: number, link: keyof typeof links, batch: (typeof batches)[number]): string {
  const [name, requests, tokens, context] = batch;
  const plan = planOf(gpus, link, offloads);
  const groups = plan.pim?.layout.groups ?? 0;
  const latencies = [null, ...issueOrders].map((order) =>
    latencyMs(plan, batchOf(requests, tokens, context, groups), order),
  );
  const least = Math.min(...latencies);
  const cells = latencies.map((ms) => (ms === least ? `**${ms.toFixed(1)}**` : ms.toFixed(1)));
  return `| ${[offloads ? "decodes on PIM" : "no offload", `${gpus}, ${link}`, name, ...cells].join(" | ")} |`;
}

test("the page on tensor parallelism has what these iterations take", () => {
  const rows = [false, true].flatMap((offloads) =>
    (
      [
        [2, "PCIe through the host"],
        [4, "PCIe 5, peer to peer"],
        [4, "NVLink"],
      ] as const
    ).flatMap(([gpus, link]) => batches.map((batch) => row(offloads, gpus, link, batch))),
  );
  const page = readFileSync(new URL("../../../docs/tensor-parallelism.md", import.meta.url), "utf8");
  expect(page).toContain(rows.join("\n"));
});
