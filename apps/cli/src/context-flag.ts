/**
 * @module
 * `--context 128,512,2048`: the contexts that `pim show` and `profile show` look at.
 */
import { TandemError } from "@tandem-sim/schemas";
import { Option } from "commander";

/** Longest context that is shown: a table of that many entries is computed in no time. */
const LONGEST_CONTEXT = 2 ** 22;

const usualContexts = [128, 512, 2048, 8192];

/** A parser of whole numbers from 1. */
export const wholeNumber =
  (flag: string, most = Number.MAX_SAFE_INTEGER) =>
  (text: string): number => {
    const value = text.trim() === "" ? Number.NaN : Number(text);
    if (Number.isSafeInteger(value) && value >= 1 && value <= most) return value;
    const range = most < Number.MAX_SAFE_INTEGER ? `from 1 to ${most}` : "from 1";
    throw new TandemError("E_USAGE", `expected a whole number ${range}, found "${text}"`, { where: flag });
  };

export const contextFlag = (): Option =>
  new Option("--context <list>", "Contexts, tokens")
    .argParser((text) => text.split(",").map((part) => wholeNumber("--context", LONGEST_CONTEXT)(part)))
    .default(usualContexts, usualContexts.join());
