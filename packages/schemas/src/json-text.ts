/**
 * @module
 * JSON from text, with errors that name the line.
 */
import { type ParseError, parse as parseJsonc, printParseErrorCode } from "jsonc-parser";
import { TandemError } from "./errors.js";

/** Deeper than any input nests, and far from where walking over a value runs out of stack. */
const DEEPEST = 100;

/** Where a JSON text opens more lists and objects inside each other than that; -1: nowhere. */
function tooDeepAt(text: string): number {
  let depth = 0;
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const sign = text[i];
    if (quoted) {
      if (sign === "\\") i++;
      else if (sign === '"') quoted = false;
    } else if (sign === '"') quoted = true;
    else if (sign === "[" || sign === "{") {
      depth++;
      if (depth > DEEPEST) return i;
    } else if (sign === "]" || sign === "}") depth--;
  }
  return -1;
}

const lineOf = (text: string, offset: number): number => text.slice(0, offset).split("\n").length;

/** What is wrong with a JSON text, and in which line: V8 gives no position for every mistake. */
function jsonError(text: string): { message: string; line: number } {
  const errors: ParseError[] = [];
  parseJsonc(text, errors, { disallowComments: true });
  const [first] = errors;
  if (!first) return { message: "it ends early, or holds more than one value", line: 1 };
  // "CommaExpected" -> "comma expected"
  const words = printParseErrorCode(first.error).replace(/[A-Z]/g, (c) => ` ${c.toLowerCase()}`);
  return { message: words.trim(), line: lineOf(text, first.offset) };
}

/** @param source file name, for errors. @throws {TandemError} E_PARSE, also for what is nested deeper than any input */
export function parseJson(text: string, source: string): unknown {
  // A byte order mark is none of JSON's, but editors leave it.
  const json = text.replace(/^\uFEFF/, "");
  const deep = tooDeepAt(json);
  if (deep >= 0) {
    throw new TandemError("E_PARSE", `more than ${DEEPEST} lists and objects inside each other`, {
      where: `${source}:${lineOf(json, deep)}`,
    });
  }
  try {
    return JSON.parse(json);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const { message, line } = jsonError(json);
    throw new TandemError("E_PARSE", `not valid JSON: ${message}`, { where: `${source}:${line}` });
  }
}
