/**
 * @module
 * Speed of the hot path: one interleaved iteration of 256 decodes on 64 channels in 8 groups, 32 layers.
 */
import { IterationPlanner } from "@tandem-sim/engine";
import { createBatchTable, createPlayed, Division, fillTable, Player, SplitWorkspace, splits } from "@tandem-sim/trace";
import { Bench } from "tinybench";
import { createBatch, decodes } from "./batch-shape.js";
import { bundledCluster, inputsInMode, onlyInstance } from "./cluster.js";

/** Runs the steps of an iteration apart and together; returns rows of name and microseconds per call (median). */
export async function iterationSpeed(): Promise<{ name: string; medianUs: number }[]> {
  const inputs = inputsInMode({ cluster: bundledCluster, options: {}, source: "speed" }, "interleave", "all");
  const instance = onlyInstance(inputs);
  const { costs, pim } = instance;
  const batch = createBatch(decodes(256, 1024), pim?.layout.groups ?? 0);
  const planner = new IterationPlanner(instance);
  planner.choose(batch);
  const { graph } = planner.table;
  const workspace = new SplitWorkspace(costs, graph);
  const division = new Division(graph.subBatches);
  const table = createBatchTable(graph);
  const player = new Player(graph);
  const played = createPlayed(graph);
  const fill = (): void => fillTable(table, batch, division, costs);
  const bench = new Bench({ time: 300, warmupTime: 100 });
  for (const [name, rule] of Object.entries(splits))
    bench.add(`split ${name}`, () => void rule(batch, division, workspace));
  bench
    .add("group loads and durations", fill)
    .add("event times", () => player.play(table, played))
    .add("event times, every layer reported", () => player.play(table, played, () => {}))
    .add("iteration: split tokens + loads + event times", () => {
      splits.tokens(batch, division, workspace);
      fill();
      player.play(table, played);
    })
    .add("the same, and the undivided batch beside it", () => planner.choose(batch));
  splits.tokens(batch, division, workspace);
  fill();
  await bench.run();
  return bench.tasks.map(({ name, result }) => {
    if (result.state !== "completed") throw new Error(`${name}: ${result.state}`);
    return { name, medianUs: result.latency.p50 * 1000 };
  });
}
