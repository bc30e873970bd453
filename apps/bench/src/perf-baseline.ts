/**
 * @module
 * Times of now against recorded ones, both in times of the kernel: machines differ, and so do their loads.
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { titledTable } from "@tandem-sim/report";
import { parseWith } from "@tandem-sim/schemas";
import * as z from "zod";

/** From here on a case is slower than it was. */
const SLOWER = 1.25;

/** A figure that is held against its baseline: a time in times of a reference, or a memory in MB. */
export interface PerfFigure {
  name: string;
  /** As people read it. */
  text: string;
  /** What is compared. */
  value: number;
}

const PerfBaseline = z.strictObject({
  schema_version: z.literal(1),
  recorded_on: z.string().describe("machine and Node, for readers"),
  figures: z.record(z.string(), z.number().positive()).describe("times of the kernel or of bare Node; memory in MB"),
});
export type PerfBaseline = z.infer<typeof PerfBaseline>;

export const perfBaselineFile = fileURLToPath(new URL("../perf-baseline.json", import.meta.url));

/** @throws {TandemError} naming the field, where the file is no baseline */
export const readPerfBaseline = (): PerfBaseline =>
  parseWith(PerfBaseline, JSON.parse(readFileSync(perfBaselineFile, "utf8")), perfBaselineFile);

export const perfBaselineText = (recordedOn: string, figures: readonly PerfFigure[]): string =>
  `${JSON.stringify(
    {
      schema_version: 1,
      recorded_on: recordedOn,
      figures: Object.fromEntries(figures.map(({ name, value }) => [name, Number(value.toPrecision(4))])),
    } satisfies PerfBaseline,
    null,
    2,
  )}\n`;

/** A figure beside its baseline. */
export interface JudgedFigure extends PerfFigure {
  /** Times the baseline; null where that has no such figure. */
  ratio: number | null;
  slower: boolean;
}

export const judged = (figures: readonly PerfFigure[], baseline: PerfBaseline): JudgedFigure[] =>
  figures.map((figure) => {
    const before = baseline.figures[figure.name];
    const ratio = before === undefined ? null : figure.value / before;
    return { ...figure, ratio, slower: ratio !== null && ratio > SLOWER };
  });

export const perfTable = (figures: readonly JudgedFigure[]) =>
  titledTable(
    ["", "now", "times the baseline", ""],
    figures.map(({ name, text, ratio, slower }) => [name, text, ratio?.toFixed(2) ?? "new", slower ? "slower" : ""]),
  );
