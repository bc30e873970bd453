/**
 * @module
 * A CPU profile of a run as `tandem run` does it: the dataset from a file, the CSV into one.
 */
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { type Profiler, Session } from "node:inspector/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createSimulation } from "@tandem-sim/engine";
import { CsvRows, type Table, titledTable } from "@tandem-sim/report";
import { writeWorkload } from "@tandem-sim/workload";
import { openWorkload } from "@tandem-sim/workload/node";
import { fileTimes, partRows } from "./profile-parts.js";
import { chatLoad, type PerfMode, perfPlan } from "./shapes.js";

const REQUESTS = 100_000;

async function profileOf(run: () => Promise<void>): Promise<Profiler.Profile> {
  const session = new Session();
  session.connect();
  try {
    await session.post("Profiler.enable");
    await session.post("Profiler.start");
    await run();
    return (await session.post("Profiler.stop")).profile;
  } finally {
    session.disconnect();
  }
}

async function runFiles(mode: PerfMode, dataset: string, csv: string): Promise<void> {
  const workload = await openWorkload(dataset);
  const file = openSync(csv, "w");
  const rows = new CsvRows((bytes) => writeSync(file, bytes));
  const simulation = createSimulation(perfPlan({ mode }), { onRequest: (finished) => rows.add(finished) });
  for await (const chunk of workload.chunks()) simulation.push(chunk);
  simulation.finish();
  rows.flush();
  closeSync(file);
}

/** Where the time of a run of 100,000 requests goes, by part of the simulator. */
export async function profileTable(mode: PerfMode): Promise<Table> {
  const folder = mkdtempSync(join(tmpdir(), "tandem-profile-"));
  try {
    const dataset = join(folder, "requests.jsonl");
    writeFileSync(dataset, [...writeWorkload(chatLoad(REQUESTS))].join(""));
    const profile = await profileOf(() => runFiles(mode, dataset, join(folder, "requests.csv")));
    const files = fileTimes(profile, (url) => readFileSync(fileURLToPath(url), "utf8"));
    const head = [`${REQUESTS.toLocaleString("en-US")} requests, ${mode}`, "share", "time", "most of it in"];
    return titledTable(head, partRows(files));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
