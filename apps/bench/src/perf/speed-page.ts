/**
 * @module
 * The measured tables of docs/speed.md: which rows they have, how they are measured, where they stand in the page.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { simulate } from "@tandem-sim/engine";
import { peakMemoryMb } from "./memory.js";
import { machine } from "./perf.js";
import { measure, type PerfCase } from "./rounds.js";
import { chatLoad, iterationCase, type PerfCluster, perfModes, perfPlan } from "./shapes.js";

const ROUNDS = 15;

/** A table of the page: labels are known, figures are measured. */
export interface SpeedTable {
  name: string;
  columns: string[];
  /** Labels of the rows. */
  rows: string[];
  /** Figures by row, then by column behind the label. */
  measure(): Promise<string[][]>;
}

const perIteration = perfModes.map((mode) => `${mode}, us`);

/** One iteration, a row for each value of what changes, a column for each mode. */
function iterationTable(
  name: string,
  label: string,
  values: readonly number[],
  of: (value: number) => { cluster: Omit<PerfCluster, "mode">; batch: number },
): SpeedTable {
  return {
    name,
    columns: [label, ...perIteration],
    rows: values.map(String),
    measure: async () => {
      const cases = values.flatMap((value) =>
        perfModes.map((mode): PerfCase => {
          const { cluster, batch } = of(value);
          return iterationCase(`${value}, ${mode}`, { ...cluster, mode }, batch);
        }),
      );
      const us = (await measure(cases, ROUNDS)).map((time) => time.us.toFixed(1));
      return values.map((_, row) => us.slice(row * perfModes.length, (row + 1) * perfModes.length));
    },
  };
}

const DECODES = 256;

/** Loads of the first table: how many requests, and whether they all arrive at once. */
const loads: readonly (readonly [label: string, requests: number, requestsPerSecond: number])[] = [
  ["300", 300, 5],
  ["3,000", 3000, 5],
  ["30,000", 30_000, 5],
  ["10,000 at once", 10_000, Number.POSITIVE_INFINITY],
  ["30,000 at once", 30_000, Number.POSITIVE_INFINITY],
];

/** Loads from here on run long enough for one round to tell. */
const LONG_LOAD = 10_000;

async function runRow(requests: number, requestsPerSecond: number): Promise<string[]> {
  const chunks = chatLoad(requests, requestsPerSecond);
  const perRequest: string[] = [];
  for (const mode of ["gpu-only", "interleave"] as const) {
    const plan = perfPlan({ mode });
    const operations = requests;
    const rounds = requests < LONG_LOAD ? 5 : 1;
    const [time] = await measure([{ name: mode, operations, run: () => simulate(plan, chunks) }], rounds);
    perRequest.push((time?.us ?? Number.NaN).toFixed(0));
  }
  return [...perRequest, peakMemoryMb("gpu-only", requests, requestsPerSecond).toFixed(0)];
}

export const speedTables: readonly SpeedTable[] = [
  {
    name: "requests",
    columns: ["requests", "gpu-only, us each", "interleave, us each", "gpu-only, MB"],
    rows: loads.map(([label]) => label),
    measure: async () => {
      const rows: string[][] = [];
      for (const [, requests, requestsPerSecond] of loads) rows.push(await runRow(requests, requestsPerSecond));
      return rows;
    },
  },
  iterationTable("batch", "decodes", [16, 64, 256, 1024], (batch) => ({ cluster: {}, batch })),
  iterationTable("channels", "channel groups", [8, 16, 32, 64], (groups) => ({
    cluster: { groups },
    batch: DECODES,
  })),
  iterationTable("layers", "layers", [8, 32, 80, 126], (layers) => ({ cluster: { layers }, batch: DECODES })),
];

/** A table in Markdown. */
export const tableText = ({ columns, rows }: SpeedTable, figures: readonly (readonly string[])[]): string =>
  [columns, columns.map(() => "---:"), ...rows.map((label, row) => [label, ...(figures[row] ?? [])])]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");

const marked = (name: string): RegExp => new RegExp(`(<!-- measured: ${name} -->\n)[^]*?(\n<!-- end -->)`);

/** The text that stands in the page between the marks of this name; null where there are none. */
export const measuredText = (page: string, name: string): string | null =>
  marked(name).exec(page)?.[0].split("\n").slice(1, -1).join("\n") ?? null;

const withMeasured = (page: string, name: string, text: string): string =>
  page.replace(marked(name), (_, start: string, end: string) => `${start}${text}${end}`);

const pageFile = (): string => fileURLToPath(new URL("../../../docs/speed.md", import.meta.url));

/** Measures all tables and writes them into the page. */
export async function writeSpeedPage(progress: (text: string) => void): Promise<void> {
  let page = readFileSync(pageFile(), "utf8");
  page = withMeasured(page, "machine", `Measured on ${machine()}.`);
  for (const table of speedTables) {
    progress(`docs/speed.md: ${table.name}`);
    page = withMeasured(page, table.name, tableText(table, await table.measure()));
  }
  progress("");
  writeFileSync(pageFile(), page);
  console.log(pageFile());
}
