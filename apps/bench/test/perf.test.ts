import type { Profiler } from "node:inspector";
import { describe, expect, test } from "vitest";
import { fileTimes, partRows, sourceAt } from "../src/perf/profile-parts.js";
import { measure, median } from "../src/perf/rounds.js";
import { judged, perfBaselineText, readPerfBaseline } from "../src/perf-baseline.js";

describe("figures against their baseline", () => {
  const figure = (name: string, value: number) => ({ name, text: `${value}`, value });

  test("are slower above 1.25 times it, and new where it has none", () => {
    const baseline = JSON.parse(perfBaselineText("here", [figure("a", 2), figure("b", 3)]));
    expect(judged([figure("a", 2.5), figure("b", 3.78), figure("c", 1)], baseline)).toEqual([
      { ...figure("a", 2.5), ratio: 1.25, slower: false },
      { ...figure("b", 3.78), ratio: 1.26, slower: true },
      { ...figure("c", 1), ratio: null, slower: false },
    ]);
  });

  test("the recorded one is one", () => {
    expect(Object.keys(readPerfBaseline().figures).length).toBeGreaterThan(20);
  });
});

test("cases run in turn, one round more than is counted, and their time is that of an operation", async () => {
  const order: string[] = [];
  const busy = (name: string, ms: number) => () => {
    order.push(name);
    for (const end = performance.now() + ms; performance.now() < end; );
  };
  const [a, b] = await measure(
    [
      { name: "a", operations: 10, run: busy("a", 1) },
      { name: "b", operations: 1, run: busy("b", 1) },
    ],
    2,
  );
  expect(order.join("")).toBe("ababab");
  expect(a?.us).toBeGreaterThanOrEqual(100);
  expect(b?.us).toBeGreaterThanOrEqual(1000);
  expect(b?.relative).toBeGreaterThan(0);
  expect(median([9, 1, 5])).toBe(5);
});

describe("a profile", () => {
  const built = [
    "// src/scheduler.ts",
    "function schedule() {}",
    "// ../x.ts",
    "// src/kv-cache.ts",
    "function grow() {}",
  ];
  const text = built.join("\n");

  test("finds the source of a built line by the name above it", () => {
    expect([0, 1, 3, 4].map((line) => sourceAt(text, line))).toEqual([
      ...["src/scheduler.ts", "src/scheduler.ts", "src/kv-cache.ts", "src/kv-cache.ts"],
    ]);
    expect(sourceAt("import x", 0)).toBe("");
  });

  test("is self time by file and part; what is idle does not count", () => {
    const frame = (id: number, functionName: string, url: string, lineNumber: number): Profiler.ProfileNode => ({
      id,
      callFrame: { functionName, url, lineNumber, scriptId: "0", columnNumber: 0 },
    });
    const dist = "file:///home/tandem/packages/scheduler/dist/index.js";
    const nodes = [
      frame(1, "schedule", dist, 1),
      frame(2, "grow", dist, 4),
      frame(3, "(idle)", "", -1),
      frame(4, "(garbage collector)", "", -1),
      frame(5, "writeSync", "node:fs", 900),
    ];
    const profile = {
      ...{ nodes, startTime: 0, endTime: 0 },
      samples: [1, 2, 1, 3, 4, 5],
      timeDeltas: [3000, 2000, 3000, 9000, 1000, 1000],
    };
    const files = fileTimes(profile, () => text);
    expect(files[0]).toEqual({ part: "scheduling", file: "scheduler/src/scheduler.ts", ms: 6 });
    const rows = partRows(files);
    expect(rows.slice(0, 3)).toEqual([
      ["scheduling", "80%", "0.01 s", "scheduler/scheduler.ts 60%, scheduler/kv-cache.ts 20%"],
      ["writing", "10%", "0.00 s", "node:fs 10%"],
      ["garbage collection", "10%", "0.00 s", "(garbage collector) 10%"],
    ]);
  });
});
