/**
 * @module
 * JSON from text, with errors that name the line.
 */
import { type ParseError, parse as parseJsonc, printParseErrorCode } from "jsonc-parser";
import { TandemError } from "./errors.js";

/** What is wrong with a JSON text, and in which line: V8 gives no position for every mistake. */
function jsonError(text: string): { message: string; line: number } {
  const errors: ParseError[] = [];
  parseJsonc(text, errors, { disallowComments: true });
  const [first] = errors;
  if (!first) return { message: "it ends early, or holds more than one value", line: 1 };
  const line = text.slice(0, first.offset).split("\n").length;
  // "CommaExpected" -> "comma expected"
  const words = printParseErrorCode(first.error).replace(/[A-Z]/g, (c) => ` ${c.toLowerCase()}`);
  return { message: words.trim(), line };
}

/** @param source file name, for errors. @throws {TandemError} E_PARSE */
export function parseJson(text: string, source: string): unknown {
  // A byte order mark is none of JSON's, but editors leave it.
  const json = text.replace(/^\uFEFF/, "");
  try {
    return JSON.parse(json);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const { message, line } = jsonError(json);
    throw new TandemError("E_PARSE", `not valid JSON: ${message}`, { where: `${source}:${line}` });
  }
}
