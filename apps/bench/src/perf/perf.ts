/**
 * @module
 * `npm run bench:perf`: how fast the simulator is, against a recorded baseline.
 */
import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { draw } from "@tandem-sim/report/terminal";
import {
  judged,
  type PerfFigure,
  perfBaselineFile,
  perfBaselineText,
  perfTable,
  readPerfBaseline,
} from "../perf-baseline.js";
import { startUp } from "../start-up.js";
import { perfCases } from "./cases.js";
import { peakMemoryMb } from "./memory.js";
import { measure, type PerfTime } from "./rounds.js";

const SHORT_ROUNDS = 21;
const LONG_ROUNDS = 5;

/** "Intel Xeon, 2 cores, Node v20.20.2" */
export const machine = (): string =>
  `${cpus()[0]?.model.trim() ?? "unknown processor"}, ${cpus().length} cores, Node ${process.version}`;

const timeText = (us: number): string =>
  us < 10 ? `${us.toFixed(2)} us` : us < 10_000 ? `${us.toFixed(0)} us` : `${(us / 1000).toFixed(0)} ms`;

const timeFigure = ({ name, us, relative }: PerfTime): PerfFigure => ({ name, text: timeText(us), value: relative });

const memoryFigures = (): PerfFigure[] =>
  [1000, 30_000].map((requests) => {
    const mb = peakMemoryMb("gpu-only", requests);
    return { name: `memory, ${requests.toLocaleString("en-US")} requests`, text: `${mb.toFixed(0)} MB`, value: mb };
  });

/** Bare Node is what the others are held against. */
const startFigures = (): PerfFigure[] =>
  startUp()
    .slice(1)
    .map(({ name, ms, ratio }) => ({ name, text: `${ms.toFixed(0)} ms`, value: ratio }));

async function measured(progress: (text: string) => void): Promise<PerfFigure[]> {
  const cases = perfCases();
  const rounds = (what: string, of: number) => (round: number) => progress(`${what}: round ${round} of ${of}`);
  try {
    const times = [
      ...(await measure(cases.short, SHORT_ROUNDS, rounds("steps", SHORT_ROUNDS))),
      ...(await measure(cases.long, LONG_ROUNDS, rounds("runs", LONG_ROUNDS))),
    ];
    progress("memory, and starting the command");
    return [...times.map(timeFigure), ...memoryFigures(), ...startFigures()];
  } finally {
    cases.close();
  }
}

export interface PerfFlags {
  /** Write the baseline. */
  record: boolean;
  /** A case that is slower than the baseline is a failure. */
  check: boolean;
}

/** Measures, prints, records or judges; whether all is well. */
export async function perf({ record, check }: PerfFlags, progress: (text: string) => void): Promise<boolean> {
  const figures = await measured(progress);
  progress("");
  if (record) {
    writeFileSync(perfBaselineFile, perfBaselineText(machine(), figures));
    console.log(`Recorded in ${perfBaselineFile}.`);
  }
  const baseline = readPerfBaseline();
  const compared = judged(figures, baseline);
  console.log(draw([`On ${machine()}; the baseline is of ${baseline.recorded_on}.`, "", perfTable(compared)]));
  return !check || compared.every(({ slower }) => !slower);
}
