// A timeline is JSON that ui.perfetto.dev draws, and that a script reads: where the time of one iteration goes, by track. It is made
// by the layer below, which has the plan that its tracks come from.
import { createPlan, simulate, Timeline } from "@tandem-sim/engine";
import { InstanceOptions } from "@tandem-sim/schemas";
import { findWorkloadFile, loadClusterInputs } from "@tandem-sim/schemas/node";
import { loadWorkload } from "@tandem-sim/workload/node";

const options = InstanceOptions.parse({ enableAttnOffloading: true, enableSubBatchInterleaving: true });
const plan = createPlan(loadClusterInputs("single_node_pim_instance", options));

/** @type {string[]} */
const text = [];
const timeline = new Timeline(plan, { startNs: 0.5e9, endNs: 0.6e9 }, (piece) => text.push(piece));
simulate(plan, await loadWorkload(findWorkloadFile("example_trace")), {
  onIteration: (iteration) => timeline.iteration(iteration),
});
timeline.end();

const { traceEvents } = JSON.parse(text.join(""));
const names = new Map(
  traceEvents.filter(({ name }) => name === "thread_name").map(({ tid, args }) => [tid, args.name]),
);
const iteration = traceEvents.find(({ name, ts }) => name.startsWith("iteration ") && ts > 0.5e6);
const busyUs = new Map();
for (const { ph, tid, ts, dur } of traceEvents) {
  if (ph !== "X" || ts < iteration.ts || ts >= iteration.ts + iteration.dur) continue;
  busyUs.set(tid, (busyUs.get(tid) ?? 0) + dur);
}
for (const [tid, us] of [...busyUs].slice(0, 5)) {
  console.log(`${names.get(tid)}: ${us.toFixed(0)} us, ${Math.round((100 * us) / iteration.dur)}%`);
}
