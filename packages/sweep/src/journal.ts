/**
 * @module
 * The text of a results file: a line for each finished cell, behind the header of a shard.
 */
import { parseJson, parseWith, ShardHeader, SweepRecord } from "@tandem-sim/schemas";

/** What a file holds, whether its sweep is complete or not. */
export interface Journal {
  /** Null: it is no shard's. */
  header: ShardHeader | null;
  records: SweepRecord[];
  /** The text up to the end of its last whole line: a process that was killed may have left a part of one behind it. */
  whole: string;
}

/** A line of the file. */
export const line = (content: SweepRecord | ShardHeader): string => `${JSON.stringify(content)}\n`;

/** The whole file, in grid order. */
export const journalText = (header: ShardHeader | null, records: readonly SweepRecord[]): string =>
  [...(header ? [header] : []), ...[...records].sort((a, b) => a.cell - b.cell)].map(line).join("");

/**
 * @param source name of the file, for errors
 * @throws {TandemError} E_PARSE, E_SCHEMA with the line
 */
export function parseJournal(text: string, source: string): Journal {
  const whole = text.slice(0, text.lastIndexOf("\n") + 1);
  const lines = whole.split("\n").slice(0, -1);
  const contents = lines.map((one, i) => parseJson(one, `${source}:${i + 1}`));
  const [first] = contents;
  const header =
    typeof first === "object" && first !== null && "manifest" in first
      ? parseWith(ShardHeader, first, `${source}:1`)
      : null;
  const from = header ? 1 : 0;
  const records = contents
    .slice(from)
    .map((content, i) => parseWith(SweepRecord, content, `${source}:${i + from + 1}`, true));
  return { header, records, whole };
}
