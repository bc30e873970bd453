/**
 * @module
 * Speed of the hot path: one interleaved iteration of 256 decodes on 64 channels in 8 groups, 32 layers.
 */
import { createPlayed, Player } from "@tandem-sim/engine";
import { createProgram, fillProgram, Split, splits } from "@tandem-sim/trace";
import { Bench } from "tinybench";
import { bundledInstance, decodeBatch } from "./static-batch.js";

/** Runs the steps of an iteration apart and together; returns rows of name and microseconds per call (median). */
export async function iterationSpeed(): Promise<{ name: string; medianUs: number }[]> {
  const { costs, pim } = bundledInstance("interleave");
  const groups = pim?.groups ?? 0;
  const batch = decodeBatch(256, 1024, groups);
  const split = new Split();
  const program = createProgram(costs.layers, groups);
  const scratch = createProgram(costs.layers, groups);
  const player = new Player(groups);
  const played = createPlayed();
  const fill = (): void => fillProgram(program, batch, split, costs);
  const bench = new Bench({ time: 300, warmupTime: 100 });
  for (const [name, rule] of Object.entries(splits))
    bench.add(`split ${name}`, () => void rule(batch, costs, split, scratch));
  bench
    .add("group loads and durations", fill)
    .add("event times", () => player.play(program, played))
    .add("event times, every layer recorded", () => player.play(program, played, () => {}))
    .add("iteration: split tokens + loads + event times", () => {
      splits.tokens(batch, costs, split, scratch);
      fill();
      player.play(program, played);
    });
  splits.tokens(batch, costs, split, scratch);
  fill();
  await bench.run();
  return bench.tasks.map(({ name, result }) => {
    if (result.state !== "completed") throw new Error(`${name}: ${result.state}`);
    return { name, medianUs: result.latency.p50 * 1000 };
  });
}
