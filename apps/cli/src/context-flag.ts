/**
 * @module
 * `--context 128,512,2048`: the contexts that `pim show` and `profile show` look at.
 */
import { Option } from "commander";
import { wholeNumberFlag } from "./number-flag.js";

/** Longest context that is shown: a table of that many entries is computed in no time. */
const LONGEST_CONTEXT = 2 ** 22;

const usualContexts = [128, 512, 2048, 8192];

const context = wholeNumberFlag("--context", 1, LONGEST_CONTEXT);

export const contextFlag = (): Option =>
  new Option("--context <list>", "Contexts, tokens")
    .argParser((text) => text.split(",").map((part) => context(part)))
    .default(usualContexts, usualContexts.join());
