/**
 * @module
 * Parsers of flags that take a number.
 */
import { TandemError } from "@tandem-sim/schemas";

/** A decimal number; NaN for anything else that JavaScript would read as one, such as "" or "0x10". */
export const decimal = (text: string): number => (/^[\d.+eE-]+$/.test(text) ? Number(text) : Number.NaN);

/**
 * A parser of a flag's number.
 *
 * @param expected what would be right, for the error
 * @throws {TandemError} E_USAGE, of the parser, where `isValid` is false
 */
export const numberFlag =
  (flag: string, expected: string, isValid: (value: number) => boolean, read = decimal) =>
  (text: string): number => {
    const value = read(text);
    if (isValid(value)) return value;
    throw new TandemError("E_USAGE", `expected ${expected}, found "${text}"`, { where: flag });
  };

/** A parser of whole numbers. */
export function wholeNumberFlag(flag: string, least: number, most = Number.MAX_SAFE_INTEGER): (text: string) => number {
  const upper = most < Number.MAX_SAFE_INTEGER ? `, at most ${most}` : "";
  const inRange = (value: number): boolean => Number.isSafeInteger(value) && value >= least && value <= most;
  return numberFlag(flag, `a whole number, at least ${least}${upper}`, inRange);
}

/** A parser of the size of a memory. */
export const gibFlag = (flag: string): ((text: string) => number) =>
  numberFlag(flag, "GiB from 0.001 to 16384", (value) => value >= 1e-3 && value <= 16_384);

/** A parser of a bandwidth, or of what has its range. @param unit as the message has it */
export const bandwidthFlag = (flag: string, unit = "GB/s"): ((text: string) => number) =>
  numberFlag(flag, `${unit} from 0.001 to 1e9`, (value) => value >= 1e-3 && value <= 1e9);

/** A parser of how close an answer is, a share of it. */
export const toleranceFlag = (flag: string): ((text: string) => number) =>
  numberFlag(flag, "a number from 0.001 to 0.5", (value) => value >= 1e-3 && value <= 0.5);
