/**
 * @module
 * A results file on disk: what an earlier process has left there, a line more for each finished cell, and in the end the
 * whole of it in grid order.
 */
import { closeSync, openSync, readdirSync, readFileSync, rmSync, truncateSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import { type ShardHeader, type SweepRecord, TandemError } from "@tandem-sim/schemas";
import { type Journal, journalText, line, parseJournal } from "@tandem-sim/sweep";
import { writeWhole } from "../output-file.js";
import { makeFolder } from "../output-folder.js";
import { isTemporaryOf } from "../temporary-name.js";

/** What is in the file; null where that is nothing, or no more than a part of its first line. */
function readJournal(path: string): Journal | null {
  const text = readFileSync(path, "utf8");
  const journal = parseJournal(text, path);
  // A process that was killed has left a part of a line: the next one would continue it.
  if (journal.whole.length < text.length) truncateSync(path, new TextEncoder().encode(journal.whole).length);
  return journal.whole === "" ? null : journal;
}

/** What the system says against it, as an error with the path. */
function failure(path: string, error: unknown): TandemError {
  if (error instanceof TandemError) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  return new TandemError("E_OUTPUT", `cannot be written: ${code ?? message}`, { where: path });
}

/** Opens the file to go on behind its end; it and its folder are made. */
function openToAppend(path: string): number {
  try {
    makeFolder(dirname(path), 2);
    removeUnfinished(path);
    return openSync(path, "a");
  } catch (error) {
    throw failure(path, error);
  }
}

/** Removes what a process that was killed had not yet renamed. */
function removeUnfinished(path: string): void {
  for (const file of readdirSync(dirname(path))) if (isTemporaryOf(path, file)) rmSync(join(dirname(path), file));
}

/** @throws {TandemError} E_OUTPUT for results that are of other cells altogether: nobody wants to lose those */
function checkOurs(
  path: string,
  { header, records }: Journal,
  ours: ShardHeader | null,
  keys: ReadonlySet<string>,
): void {
  const sameHeader = JSON.stringify(header) === JSON.stringify(ours);
  if (sameHeader && (records.length === 0 || records.some(({ key }) => keys.has(key)))) return;
  throw new TandemError("E_OUTPUT", "holds results of another sweep, or of another version of Tandem", {
    where: path,
    hint: "name another folder, or remove it",
  });
}

/** The results of a sweep, or of one shard. */
export class ResultsFile {
  /** Outcomes of cells that are finished, by key. */
  private readonly finished: Map<string, Pick<SweepRecord, "metrics">>;
  private readonly descriptor: number;
  /** Results there of cells that the sweep does not have: `complete` drops them. */
  readonly strangers: number;

  /**
   * @param path its folder is made, and the one around it
   * @param keys of the cells that it is for
   * @throws {TandemError} E_OUTPUT where the file cannot be written, or is another sweep's; E_PARSE, E_SCHEMA where it is broken
   */
  constructor(
    private readonly path: string,
    private readonly header: ShardHeader | null,
    keys: ReadonlySet<string>,
  ) {
    this.descriptor = openToAppend(path);
    const before = readJournal(path);
    if (before) checkOurs(path, before, header, keys);
    const records = before?.records ?? [];
    this.strangers = records.filter(({ key }) => !keys.has(key)).length;
    // A cell that failed is tried again.
    this.finished = new Map(records.flatMap(({ key, metrics }) => (metrics ? [[key, { metrics }] as const] : [])));
    if (!before && header) this.append(header);
  }

  /** What the cell of this key came to in an earlier process. */
  find(key: string): Pick<SweepRecord, "metrics"> | undefined {
    return this.finished.get(key);
  }

  /**
   * In one write: whoever is killed has written it or not, but for a part that the next start drops.
   *
   * @throws {TandemError} E_OUTPUT, of a full disk too
   */
  append(content: SweepRecord | ShardHeader): void {
    const bytes = new TextEncoder().encode(line(content));
    try {
      if (writeSync(this.descriptor, bytes) < bytes.length) throw new Error("only a part of a line has been written");
    } catch (error) {
      throw failure(this.path, error);
    }
  }

  /** Replaces the file by the whole of it, in grid order. */
  complete(records: readonly SweepRecord[]): void {
    closeSync(this.descriptor);
    writeWhole(this.path, journalText(this.header, records));
  }
}
