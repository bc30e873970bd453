import { expect, test } from "vitest";
import { summaryWith } from "../test/hand-made.js";
import { boundOf } from "./bound.js";

const idle = (gpu: Partial<ReturnType<typeof summaryWith>["idle"]["gpu"]>) => ({
  gpu: { waiting_for_pim: 0, waiting_for_link: 0, iteration_tail: 0, no_work: 0, ...gpu },
  pim: null,
});

test.each([
  ["GPU", 0.6, { gpu_busy: 0.6, idle: idle({ waiting_for_pim: 0.4 }) }],
  ["PIM", 0.5, { gpu_busy: 0.3, idle: idle({ waiting_for_pim: 0.5, no_work: 0.2 }) }],
  ["link", 0.7, { gpu_busy: 0.2, idle: idle({ waiting_for_link: 0.7 }) }],
  ["other GPUs", 0.6, { gpu_busy: 0.4, idle: idle({ waiting_for_collective: 0.6 }) }],
  ["no work", 1, {}],
] as const)("%s, for %d of the makespan", (what, share, part) => {
  expect(boundOf(summaryWith(part))).toMatchObject({ what, share, held_by: null });
});

test("reading weights twice is GPU time over the makespan of all instances", () => {
  const { interleaving, instances } = summaryWith();
  const two = summaryWith({
    interleaving: { ...interleaving, extra_gpu_ns: 4e8 },
    instances: [...instances, ...instances],
  });
  expect(boundOf(two).weights_read_twice).toBe(0.2);
});

test("requests wait for what holds them for at least half of the time", () => {
  const held = { sequences: 0.2, tokens: 0.49, memory: 0.1 };
  expect(boundOf(summaryWith({ held }))).toMatchObject({ held_by: null, held_share: 0.49 });
  expect(boundOf(summaryWith({ held: { ...held, memory: 0.5 } }))).toMatchObject({
    held_by: "memory",
    held_share: 0.5,
  });
});
