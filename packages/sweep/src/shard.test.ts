import { describe, expect, test } from "vitest";
import { parseShard, shardFromEnvironment, shardText } from "./shard.js";

const found = (environment: Record<string, string>, shards?: number): string | null => {
  const shard = shardFromEnvironment(environment, shards);
  return shard && `${shardText(shard.shard)} by ${shard.from}`;
};
const slurm = (id: string, count: string, min: string, step?: string) => ({
  SLURM_ARRAY_TASK_ID: id,
  SLURM_ARRAY_TASK_COUNT: count,
  SLURM_ARRAY_TASK_MIN: min,
  ...(step && { SLURM_ARRAY_TASK_STEP: step }),
});

describe("a shard", () => {
  test.each(["0/4", "5/4", "1", "1/0", "a/b", "1.5/4"])("is none: %s", (text) => {
    expect(() => parseShard(text)).toThrow(/--shard: expected i\/n/);
  });

  test.each([
    ["array 1-4", slurm("3", "4", "1"), undefined, "3/4 by SLURM_ARRAY_TASK_ID"],
    ["array 0-3", slurm("0", "4", "0"), undefined, "1/4 by SLURM_ARRAY_TASK_ID"],
    ["array 10-16:2", slurm("14", "4", "10", "2"), undefined, "3/4 by SLURM_ARRAY_TASK_ID"],
    ["Indexed Job", { JOB_COMPLETION_INDEX: "0" }, 4, "1/4 by JOB_COMPLETION_INDEX"],
    [
      "Indexed Job with its count",
      { JOB_COMPLETION_INDEX: "3", JOB_COMPLETION_COUNT: "4" },
      undefined,
      "4/4 by JOB_COMPLETION_INDEX",
    ],
    ["neither", {}, undefined, null],
  ])("is taken from the environment: %s", (_, environment, shards, expected) => {
    expect(found(environment, shards)).toBe(expected);
  });

  test("is refused where the environment does not say which of how many", () => {
    expect(() => found(slurm("7", "3", "1"))).toThrow(/SLURM_ARRAY_TASK_ID: task 7 of this array is no shard/);
    expect(() => found({ JOB_COMPLETION_INDEX: "0" })).toThrow(/JOB_COMPLETION_INDEX: .*--shards n/);
    expect(() => found({ JOB_COMPLETION_INDEX: "4" }, 4)).toThrow(/index 4 is none of 4/);
  });
});
