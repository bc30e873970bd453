import { interTokenNs, type RequestResult } from "@tandem-sim/engine";
import { InstanceOptions } from "@tandem-sim/schemas";
import { findWorkloadFile, loadClusterInputs } from "@tandem-sim/schemas/node";
import { rescaleWorkload, type Workload } from "@tandem-sim/workload";
import { openWorkload } from "@tandem-sim/workload/node";
import { describe, expect, it } from "vitest";
import { planRun, runPlan } from "./simulate.js";

const inputs = loadClusterInputs("two_instances_pim", InstanceOptions.parse({ enableAttnOffloading: true }));
const file = findWorkloadFile("mixed");

async function ran(workload: Workload) {
  const results: { requestId: number; endNs: number; itlNs: Float64Array }[] = [];
  const { plan } = planRun({ requestRoutingPolicy: "LOAD", seed: 42 }, inputs);
  const onRequest = ({ requestId, endNs, tokenRuns }: RequestResult): void => {
    results.push({ requestId, endNs, itlNs: interTokenNs(tokenRuns) });
  };
  const summary = await runPlan(plan, workload, { onRequest }, { logInterval: 1 }, "test");
  return { summary, results };
}

describe("a run that reads its requests as it gets on", () => {
  it.each([
    ["as recorded", (workload: Workload) => workload],
    ["all at once", (workload: Workload) => rescaleWorkload(workload, Number.POSITIVE_INFINITY)],
  ])("is the run that has them all from the start: %s", async (_, arrivals) => {
    const held = await openWorkload(file, { limit: 50 });
    const streamed = await openWorkload(file, { limit: 50, heldBytes: 0, chunkSize: 3 });
    expect(await ran(arrivals(streamed))).toEqual(await ran(arrivals(held)));
  });
});
