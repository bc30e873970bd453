/**
 * @module
 * What a workload format is: how to know it, and how to read one line of it.
 */
import { foundText, suggestion, TandemError } from "@tandem-sim/schemas";
import type { ChunkBuilder } from "../request-chunk.js";

/** One line of a file, and where it stands. */
export interface Line {
  readonly text: string;
  /** `file:line`, the first part of an error's place. */
  readonly where: string;
}

/** Adds the request of a line to the builder. @throws {TandemError} E_PARSE, E_SCHEMA */
export type LineParser = (line: Line, builder: ChunkBuilder) => void;

/** A workload format. A new one is a file beside this and an entry in formats.ts. */
export interface WorkloadFormat {
  readonly name: string;
  readonly description: string;
  /** Whether a file is of this format, by its name and its first line that is not blank. */
  matches(path: string, firstLine: string): boolean;
  /** A parser for one file. It may remember earlier lines, such as the header of a CSV. */
  createParser(): LineParser;
}

function parseJsonLine({ text, where }: Line): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new TandemError("E_PARSE", `not valid JSON: ${(error as Error).message}`, {
      where,
      hint: "one JSON object per line",
    });
  }
}

/**
 * The value of a line, where it has fields that the format knows and no others. A field that is not read is a mistake in its
 * name, or asks for what is not simulated.
 *
 * @throws {TandemError} E_PARSE, E_SCHEMA naming the field
 */
export function parseKnownFields(line: Line, known: readonly string[]): unknown {
  const data = parseJsonLine(line);
  if (typeof data !== "object" || data === null || Array.isArray(data)) return data;
  const unknown = Object.keys(data).find((field) => !known.includes(field));
  if (unknown === undefined) return data;
  const meant = suggestion(unknown, known);
  throw new TandemError("E_SCHEMA", `unknown field "${unknown}"`, {
    where: `${line.where}: $`,
    hint: meant ? `did you mean "${meant}"?` : `known: ${known.join(", ")}`,
  });
}

/**
 * A list of whole numbers from 0 to `max` in the field of a line, or undefined where there is none.
 * A plain loop, because zod over a thousand ids takes longer than reading them.
 *
 * @throws {TandemError} E_SCHEMA
 */
export function idList(line: Line, data: object, field: string, max: number): readonly number[] | undefined {
  const list: unknown = (data as Record<string, unknown>)[field];
  if (list === undefined || list === null) return undefined;
  const where = `${line.where}: $.${field}`;
  if (!Array.isArray(list)) throw new TandemError("E_SCHEMA", "expected a list of ids", { where });
  for (let i = 0; i < list.length; i++) {
    const id: unknown = list[i];
    if (!(typeof id === "number" && Number.isInteger(id) && id >= 0 && id <= max)) {
      throw new TandemError("E_SCHEMA", `expected a whole number from 0 to ${max}, found ${foundText(id)}`, {
        where: `${where}[${i}]`,
      });
    }
  }
  return list;
}

/**
 * Whether a field is a time from 0 to `max`. Formats check their numbers so before zod sees them, which takes longer over three
 * numbers than JSON.parse over their line: it is for what is refused here, and says why.
 */
export const isTime = (value: unknown, max: number): value is number =>
  typeof value === "number" && value >= 0 && value <= max;
