/**
 * @module
 * Figures of a summary by their path, `ttft_ms.mean`.
 */
import * as z from "zod";
import { TandemError } from "./errors.js";
import { schemaAt, suggestion } from "./parse.js";
import { Summary } from "./summary.js";

export type Figure = number | string | boolean | null;

const isFigure = (schema: z.core.$ZodType): boolean =>
  !(schema instanceof z.ZodObject || schema instanceof z.ZodRecord || schema instanceof z.ZodArray);

/** What may stand behind a group's name, for a hint. */
function membersOf(schema: z.core.$ZodType | undefined): readonly string[] {
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}

/**
 * @param path names and numbers with dots between them
 * @param where what the path stands in, for the error
 * @throws {TandemError} E_SCHEMA where no summary has such a figure, with the nearest name
 */
export function checkFigure(path: string, where: string): void {
  const parts = path.split(".");
  parts.forEach((part, i) => {
    const group = schemaAt(Summary, parts.slice(0, i));
    if (group instanceof z.ZodArray ? /^\d+$/.test(part) : schemaAt(Summary, parts.slice(0, i + 1))) return;
    const known = membersOf(group);
    const meant = suggestion(part, known);
    throw new TandemError("E_SCHEMA", `a summary has no figure "${path}"`, {
      where,
      hint: meant ? `did you mean "${[...parts.slice(0, i), meant].join(".")}"?` : `known here: ${known.join(", ")}`,
    });
  });
  const found = schemaAt(Summary, parts);
  if (!found || isFigure(found)) return;
  const [member = "total"] = membersOf(found);
  throw new TandemError("E_SCHEMA", `"${path}" is a group of figures`, {
    where,
    hint: `name one, as ${path}.${member}`,
  });
}

/** The figure at a path; null where this summary has none. */
export function figureAt(summary: Summary, path: string): Figure {
  let at: unknown = summary;
  for (const part of path.split(".")) {
    if (at === null || typeof at !== "object" || !Object.hasOwn(at, part)) return null;
    at = (at as Record<string, unknown>)[part];
  }
  return at === undefined || (typeof at === "object" && at !== null) ? null : (at as Figure);
}
