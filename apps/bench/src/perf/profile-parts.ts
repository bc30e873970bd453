/**
 * @module
 * Where the time of a run goes: self time of a CPU profile, by source file and by part of the simulator.
 */
import type { Profiler, Runtime } from "node:inspector";
import { percent } from "@tandem-sim/report";

/** Reads the text of a built file. */
export type ReadBuilt = (url: string) => string;

/** The source file that a line of a built one is from: esbuild writes its name above its text. Empty for none. */
export function sourceAt(built: string, line: number): string {
  const above = built.split("\n").slice(0, line + 1);
  return above.findLast((text) => /^\/\/ src\/\S+\.ts$/.test(text))?.slice("// ".length) ?? "";
}

/** By source file, the first that matches. */
const parts: readonly (readonly [part: string, file: RegExp])[] = [
  ["scheduling", /^scheduler\//],
  ["costing", /^hardware\/|^trace\/src\/(splits|batch-table|division)|^engine\/src\/(iteration-planner|gpu-time)/],
  ["playing", /^trace\//],
  ["energy", /^power\/|^engine\/src\/(energy|joined-runs)/],
  ["statistics", /^engine\/src\/(distribution|summary|request-log|iteration-ends|instance-totals|intervals)/],
  ["event loop", /^engine\//],
  ["CSV text", /^report\//],
  ["writing", /^node:fs$|^\(native\) write/],
  ["reading", /^workload\/|^schemas\/|^node:(internal\/)?(encoding|fs|streams?|string_decoder)/],
  ["garbage collection", /^\(garbage collector\)$/],
];

const partOf = (file: string): string => parts.find(([, matches]) => matches.test(file))?.[0] ?? "rest";

/** Self time of a file, or of something that is in none. */
export interface FileTime {
  part: string;
  file: string;
  ms: number;
}

/** Names the file of a function: `scheduler/src/scheduler.ts`, `node:fs`, `(garbage collector)`. */
function fileNames(readBuilt: ReadBuilt): (frame: Runtime.CallFrame) => string {
  const texts = new Map<string, string>();
  return ({ functionName, url, lineNumber }) => {
    if (url === "") return functionName.startsWith("(") ? functionName : `(native) ${functionName}`;
    const [, name] = /\/(?:packages|apps)\/([^/]+)\/dist\//.exec(url) ?? [];
    if (name === undefined) return url.replace(/^.*\/node_modules\//, "");
    const text = texts.get(url) ?? readBuilt(url);
    texts.set(url, text);
    return `${name}/${sourceAt(text, lineNumber)}`;
  };
}

/** Self time by file, longest first; what waits is left out. */
export function fileTimes(
  { nodes, samples = [], timeDeltas = [] }: Profiler.Profile,
  readBuilt: ReadBuilt,
): FileTime[] {
  const nameOf = fileNames(readBuilt);
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  const ms = new Map<string, number>();
  samples.forEach((id, i) => {
    const frame = frames.get(id);
    if (!frame || frame.functionName === "(idle)") return;
    const file = nameOf(frame);
    ms.set(file, (ms.get(file) ?? 0) + (timeDeltas[i] ?? 0) / 1000);
  });
  return [...ms].map(([file, ms]) => ({ part: partOf(file), file, ms })).sort((a, b) => b.ms - a.ms);
}

/** Files named beside a part: those in which most of its time goes. */
const NAMED_FILES = 3;

/** A row for each part: its share, its time and where most of it goes. */
export function partRows(files: readonly FileTime[]): string[][] {
  const total = files.reduce((sum, { ms }) => sum + ms, 0);
  const names = [...parts.map(([part]) => part), "rest"];
  return names
    .map((part) => {
      const own = files.filter((file) => file.part === part);
      return { part, own, ms: own.reduce((sum, { ms }) => sum + ms, 0) };
    })
    .sort((a, b) => b.ms - a.ms)
    .map(({ part, own, ms }) => [
      part,
      percent(ms / total),
      `${(ms / 1000).toFixed(2)} s`,
      own
        .slice(0, NAMED_FILES)
        .map((one) => `${one.file.replace("/src/", "/")} ${percent(one.ms / total)}`)
        .join(", "),
    ]);
}
