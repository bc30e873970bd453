/**
 * @module
 * What starting the built command costs beside bare Node, whole processes, rounds interleaved.
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const command = fileURLToPath(new URL("../../cli/bin/tandem.js", import.meta.url));

/** What is started; the first is what the others are held against. */
const cases: readonly (readonly [name: string, args: readonly string[]])[] = [
  ["bare Node", ["--eval", "0"]],
  ["tandem --help", [command, "--help"]],
  ["tandem run, 10 requests on GPU-only", [command, "run", "--cluster-config", "single_node_gpu_instance"]],
  ["tandem run, 10 requests with PIM, one mode", [command, "run", "--no-verdict"]],
  ["tandem run, 10 requests with PIM, all modes", [command, "run"]],
];

const ROUNDS = 11;

/** A case's time, median over the rounds. */
export interface StartUp {
  name: string;
  ms: number;
  /** Times bare Node's. */
  ratio: number;
}

function startMs([name, args]: (typeof cases)[number]): number {
  const started = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${name}: ${stderr}`);
  return performance.now() - started;
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/** Starts each case in turn, round by round: what else the machine does falls on all alike. */
export function startUp(): StartUp[] {
  const rounds = Array.from({ length: ROUNDS }, () => cases.map(startMs));
  const medians = cases.map((_, i) => median(rounds.map((times) => times[i] ?? Number.NaN)));
  const bare = medians[0] ?? Number.NaN;
  return cases.map(([name], i) => ({ name, ms: medians[i] ?? Number.NaN, ratio: (medians[i] ?? Number.NaN) / bare }));
}
