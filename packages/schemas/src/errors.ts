/**
 * @module
 * The one error class of Tandem: what is wrong, where, and what would be right.
 */

/** Machine-readable kinds of error. Every one of them is the input's fault, not the program's. */
export type TandemErrorCode =
  | "E_USAGE"
  | "E_NOT_FOUND"
  | "E_PARSE"
  | "E_SCHEMA"
  | "E_UNSUPPORTED"
  | "E_CAPACITY"
  | "E_OUTPUT";

/** A name of blanks is seen in quotes only. */
const placeText = (where: string | undefined): string => {
  if (where === undefined) return "";
  return `${where.trim() === "" ? JSON.stringify(where) : where}: `;
};

/**
 * An error that the user can mend. Renders as one line: `where: message (hint)`.
 *
 * @example
 * throw new TandemError("E_PARSE", "expected a positive integer, found -3", {
 *   where: "requests.jsonl:7: input_toks",
 *   hint: "token counts start at 1",
 * });
 */
export class TandemError extends Error {
  override readonly name = "TandemError";
  readonly code: TandemErrorCode;
  /** File with line, JSON path or flag. */
  readonly where: string | undefined;
  /** What would be right. */
  readonly hint: string | undefined;

  constructor(code: TandemErrorCode, message: string, place: { where?: string; hint?: string } = {}) {
    super(`${placeText(place.where)}${message}${place.hint ? ` (${place.hint})` : ""}`);
    this.code = code;
    this.where = place.where;
    this.hint = place.hint;
  }
}

/**
 * What `work` gives. An error of it that names no place gets this one: a function of numbers cannot know the file that they
 * are from.
 *
 * @example
 * placed("config.json", () => architectureOf(model));
 */
export function placed<T>(where: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof TandemError && error.where === undefined) {
      throw new TandemError(error.code, error.message, { where });
    }
    throw error;
  }
}
