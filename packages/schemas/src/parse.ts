/**
 * @module
 * Runs a zod schema over plain data and turns its first complaint into a {@link TandemError} with a JSON path.
 */
import { closest, distance } from "fastest-levenshtein";
import * as z from "zod";
import { TandemError } from "./errors.js";

/**
 * The word of `known` that `word` was probably meant to be, or undefined where none is near.
 *
 * @example
 * suggestion("mem_sise", ["mem_size", "mem_bw"]); // "mem_size"
 */
export function suggestion(word: string, known: readonly string[]): string | undefined {
  if (known.length === 0 || known.includes(word)) return undefined;
  const near = closest(word, [...known]);
  return distance(word, near) <= Math.max(2, Math.floor(near.length / 3)) ? near : undefined;
}

const pathText = (path: readonly PropertyKey[]): string =>
  path.reduce<string>((text, part) => (typeof part === "number" ? `${text}[${part}]` : `${text}.${String(part)}`), "$");

/** The schema without what says that it may be null, left out or filled in. */
function unwrapped(schema: z.core.$ZodType): z.core.$ZodType {
  const def = (schema as z.ZodType).def as { innerType?: z.core.$ZodType; in?: z.core.$ZodType };
  const inner = def.innerType ?? def.in;
  return inner ? unwrapped(inner) : schema;
}

/** What `schema` says of the value at `path`; undefined where it knows none. Unions have no inside: their branches differ. */
export function schemaAt(schema: z.core.$ZodType, path: readonly PropertyKey[]): z.core.$ZodType | undefined {
  let at: z.core.$ZodType | undefined = unwrapped(schema);
  for (const part of path) {
    if (at instanceof z.ZodObject) at = Object.hasOwn(at.shape, part) ? at.shape[String(part)] : undefined;
    else if (at instanceof z.ZodArray) at = at.element;
    else if (at instanceof z.ZodRecord) at = at.valueType;
    else return undefined;
    if (!at) return undefined;
    at = unwrapped(at);
  }
  return at;
}

/** Keys that the object schema at `path` knows, for "did you mean". */
function keysAt(schema: z.core.$ZodType, path: readonly PropertyKey[]): string[] {
  const at = schemaAt(schema, path);
  return at instanceof z.ZodObject ? Object.keys(at.shape) : [];
}

/** zod's message in our words: a field that is not there is missing. */
export const plainMessage = (message: string): string =>
  message
    .replace(/^Invalid input: expected (.*), received undefined$/, "is missing: expected $1")
    .replace(/^Invalid input: expected number, received NaN$/, "expected a number")
    .replace(/^Invalid (input|option): /, "")
    .replace(/^Too (small|big): /, "");

/**
 * Validates `data`.
 *
 * @param source what the data came from (file name, `file:line`), the first part of the error's place; or the whole place
 *   of a path, from who knows lines
 * @param many lines of one kind rather than a file: zod then compiles the schema, which pays after hundreds of them
 * @throws {TandemError} E_SCHEMA, naming the JSON path and, for an unknown key, the nearest known one
 */
export function parseWith<T extends z.ZodType>(
  schema: T,
  data: unknown,
  source: string | ((path: readonly PropertyKey[]) => string),
  many = false,
): z.output<T> {
  const result = schema.safeParse(data, { jitless: !many });
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const placeOf =
    typeof source === "string" ? (path: readonly PropertyKey[]) => `${source}: ${pathText(path)}` : source;
  if (!issue) throw new TandemError("E_SCHEMA", result.error.message, { where: placeOf([]) });
  if (issue.code === "unrecognized_keys") {
    const [key = ""] = issue.keys;
    const meant = suggestion(key, keysAt(schema, issue.path));
    throw new TandemError("E_SCHEMA", `unknown field "${key}"`, {
      where: placeOf(issue.path),
      ...(meant ? { hint: `did you mean "${meant}"?` } : {}),
    });
  }
  throw new TandemError("E_SCHEMA", plainMessage(issue.message), { where: placeOf(issue.path) });
}
