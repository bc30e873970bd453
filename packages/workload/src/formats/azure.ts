/**
 * @module
 * Azure's LLM inference traces (2023 and 2024): a CSV of arrival, prompt and output length, without token ids.
 */
import { MAX_TOKENS, suggestion, TandemError } from "@tandem-sim/schemas";
import type { Line, LineParser, WorkloadFormat } from "./format.js";

const columns = ["TIMESTAMP", "ContextTokens", "GeneratedTokens"] as const;

/**
 * None of the three holds a comma, so quotes, where there are any, enclose nothing. The traces of 2024 have tens of millions
 * of lines: a line takes 1.3 us here, and 130 in csv-parse, which is made for whole texts.
 */
const cells = (text: string): string[] =>
  text
    .replaceAll('"', "")
    .split(",")
    .map((cell) => cell.trim());

/** An instant, in two parts: ns since 1970 are more than a double holds. */
interface Instant {
  readonly seconds: number;
  readonly ns: number;
}

const timestampPattern = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(?:Z|([+-])(\d\d):?(\d\d))?$/;

/** `2023-11-16 18:17:03.9799600`, or with an offset as in the traces of 2024; undefined where it is no such thing. */
function parseTimestamp(text: string): Instant | undefined {
  const match = timestampPattern.exec(text);
  if (!match) return undefined;
  const [, date, time, fraction = "", sign, offsetHours = "0", offsetMinutes = "0"] = match;
  const local = new Date(`${date}T${time}Z`);
  // A day that the month lacks rolls over into the next one.
  const exists = !Number.isNaN(local.getTime()) && local.toISOString().startsWith(`${date}T${time}`);
  if (!exists) return undefined;
  const offset = (+offsetHours * 60 + +offsetMinutes) * 60 * (sign === "-" ? -1 : 1);
  return { seconds: local.getTime() / 1000 - offset, ns: +fraction.padEnd(9, "0") };
}

/** Positions of the columns in the header. */
function readHeader(line: Line): number[] {
  const names = cells(line.text);
  return columns.map((column) => {
    const at = names.findIndex((name) => name.toLowerCase() === column.toLowerCase());
    if (at >= 0) return at;
    const meant = suggestion(column, names);
    throw new TandemError("E_SCHEMA", `no column ${column}`, {
      where: line.where,
      hint: meant ? `is it "${meant}"?` : `expected the header ${columns.join(",")}`,
    });
  });
}

function createParser(): LineParser {
  let positions: number[] | undefined;
  let first: Instant | undefined;
  return (line, builder) => {
    if (!positions) {
      positions = readHeader(line);
      return;
    }
    const row = cells(line.text);
    const [timestamp, input, output] = positions.map((at) => row[at]);
    const complain = (column: string, expected: string, found: string | undefined, hint?: string): never => {
      throw new TandemError("E_SCHEMA", `expected ${expected}, found ${found ? `"${found}"` : "nothing"}`, {
        where: `${line.where}: ${column}`,
        ...(hint ? { hint } : {}),
      });
    };
    const tokens = (column: string, text: string | undefined): number => {
      const count = Number(text);
      const valid = text && /^\d+(\.0+)?$/.test(text) && count >= 1 && count <= MAX_TOKENS;
      return valid ? count : complain(column, "a whole number of tokens, at least 1", text);
    };
    const instant = parseTimestamp(timestamp ?? "");
    if (!instant) return complain(columns[0], "a time such as 2023-11-16 18:17:03.9799600", timestamp);
    first ??= instant;
    const arrivalNs = (instant.seconds - first.seconds) * 1e9 + (instant.ns - first.ns);
    if (arrivalNs < 0) return complain(columns[0], "a time at or after the first row's", timestamp);
    if (!Number.isSafeInteger(arrivalNs))
      return complain(columns[0], "a time within 104 days of the first row's", timestamp);
    builder.add(tokens(columns[1], input), tokens(columns[2], output), arrivalNs);
  };
}

/** Arrivals count from the first row, to the ns. */
export const azure: WorkloadFormat = {
  name: "azure",
  description: "CSV: TIMESTAMP, ContextTokens, GeneratedTokens",
  matches: (path, firstLine) => /\.csv$/i.test(path) || /^"?TIMESTAMP"?,/i.test(firstLine),
  createParser,
};
