/**
 * @module
 * Measures cases in turn, round by round, each beside the kernel: what else the machine does falls on all alike.
 */
import { kernel } from "./kernel.js";

/** Something whose time is of interest. */
export interface PerfCase {
  name: string;
  /** Operations in one run; the time is that of one of them. */
  operations: number;
  run(): unknown;
}

/** Time of one operation, median over the rounds. */
export interface PerfTime {
  name: string;
  us: number;
  /** In times of the kernel run beside it. */
  relative: number;
}

export const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

async function millisecondsOf(run: () => unknown): Promise<number> {
  const start = performance.now();
  await run();
  return performance.now() - start;
}

/** Medians over rounds in which every case runs once; a first round is not counted. */
export async function measure(
  cases: readonly PerfCase[],
  rounds: number,
  onRound: (round: number) => void = () => {},
): Promise<PerfTime[]> {
  const times = cases.map(() => ({ ms: [] as number[], relative: [] as number[] }));
  for (let round = 0; round <= rounds; round++) {
    onRound(round);
    for (const [i, { run }] of cases.entries()) {
      const kernelMs = await millisecondsOf(kernel);
      const ms = await millisecondsOf(run);
      if (round === 0) continue;
      times[i]?.ms.push(ms);
      times[i]?.relative.push(ms / kernelMs);
    }
  }
  return cases.map(({ name, operations }, i) => ({
    name,
    us: (1000 * median(times[i]?.ms ?? [])) / operations,
    relative: median(times[i]?.relative ?? []) / operations,
  }));
}
