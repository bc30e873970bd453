/**
 * @module
 * `tandem workload`: lists, makes, describes and converts workloads.
 */
import { describedWorkload } from "@tandem-sim/report";
import { snakeCase, TandemError } from "@tandem-sim/schemas";
import { bundled, findWorkloadFile } from "@tandem-sim/schemas/node";
import {
  type ArrivalProcess,
  arrivalProcesses,
  cvs,
  describeWorkload,
  formats,
  generateWorkload,
  isCv,
  isRequestRate,
  lengthsSyntax,
  parseLengths,
  requestRates,
  rescaleArrivals,
  writeWorkload,
} from "@tandem-sim/workload";
import { loadWorkload } from "@tandem-sim/workload/node";
import { Command } from "commander";
import { decimal, numberFlag, wholeNumberFlag } from "../number-flag.js";
import { writeWhole } from "../output-file.js";
import { checkOutputs } from "../output-paths.js";
import { json, result } from "../terminal.js";
import { listCommand } from "./bundled-list.js";

const formatNames = formats.map((format) => format.name).join(", ");

/** A number, or `inf`. */
const decimalOrInfinity = (text: string): number => (/^inf(inity)?$/i.test(text) ? Infinity : decimal(text));

const number = (flag: string, expected: string, isValid: (value: number) => boolean) =>
  numberFlag(flag, expected, isValid, decimalOrInfinity);

const rate = number("--request-rate", `${requestRates}, or inf`, isRequestRate);

interface GenerateFlags {
  numReqs: number;
  arrivals: string;
  requestRate: number;
  cv?: number;
  inputLengths: string;
  outputLengths: string;
  seed: number;
  tokenIds?: true;
  prefixGroups?: number;
  prefixTokens?: number;
  prefixShare?: number;
  out: string;
}

/** Refuses flags that would do nothing without another one. */
function checkTogether(flags: GenerateFlags): void {
  if (flags.cv !== undefined && flags.arrivals !== "gamma") {
    throw new TandemError("E_USAGE", "only gamma arrivals have a cv", { where: "--cv", hint: "add --arrivals gamma" });
  }
  const needs = (flag: string, given: unknown, other: string, otherGiven: unknown): void => {
    if (given === undefined || otherGiven !== undefined) return;
    throw new TandemError("E_USAGE", `needs ${other}`, { where: flag });
  };
  needs("--prefix-groups", flags.prefixGroups, "--prefix-tokens", flags.prefixTokens);
  needs("--prefix-tokens", flags.prefixTokens, "--prefix-groups", flags.prefixGroups);
  needs("--prefix-share", flags.prefixShare, "--prefix-groups and --prefix-tokens", flags.prefixGroups);
}

function generate(flags: GenerateFlags): void {
  checkTogether(flags);
  checkOutputs([["--out", flags.out]], []);
  const { prefixGroups: groups, prefixTokens: tokens, prefixShare: share = 1 } = flags;
  const requests = generateWorkload({
    requests: flags.numReqs,
    seed: flags.seed,
    arrivals: {
      process: flags.arrivals as ArrivalProcess,
      requestsPerSecond: flags.requestRate,
      ...(flags.cv === undefined ? {} : { cv: flags.cv }),
    },
    inputTokens: parseLengths(flags.inputLengths, "--input-lengths"),
    outputTokens: parseLengths(flags.outputLengths, "--output-lengths"),
    ...(flags.tokenIds ? { tokenIds: true } : {}),
    ...(groups !== undefined && tokens !== undefined ? { sharedPrefixes: { groups, tokens, share } } : {}),
  });
  writeWhole(flags.out, writeWorkload(requests));
}

const generateCommand = (): Command =>
  new Command("generate")
    .description("Make a workload up, from a seed")
    .option("--num-reqs <n>", "Requests", wholeNumberFlag("--num-reqs", 1), 100)
    .option("--arrivals <process>", arrivalProcesses.join(", "), "poisson")
    .option("--request-rate <r>", "Mean requests per second; inf = all at once", rate, 10)
    .option(
      "--cv <x>",
      "Burstiness of gamma arrivals: deviation of the gaps over their mean (default: 1)",
      number("--cv", cvs, isCv),
    )
    .option("--input-lengths <lengths>", `Prompt tokens: ${lengthsSyntax}`, "lognormal:250:1")
    .option("--output-lengths <lengths>", "Tokens to generate, likewise", "lognormal:250:0.8")
    .option("--seed <n>", "Same seed and flags, same bytes", wholeNumberFlag("--seed", 0), 42)
    .option("--token-ids", "Make up token ids too, which prefix caching goes by")
    .option("--prefix-groups <n>", "Different prefixes that requests share", wholeNumberFlag("--prefix-groups", 1))
    .option("--prefix-tokens <n>", "Length of each, on top of --input-lengths", wholeNumberFlag("--prefix-tokens", 1))
    .option(
      "--prefix-share <x>",
      "Chance that a request has one (default: 1)",
      number("--prefix-share", "a number from 0 to 1", (value) => value >= 0 && value <= 1),
    )
    .option("--out <file>", "Where to write JSONL; - = stdout", "-")
    .addHelpText(
      "after",
      `
Example:
  tandem workload generate --num-reqs 300 --arrivals gamma --cv 2 --request-rate 10 \\
    --input-lengths lognormal:250:1 --output-lengths uniform:64:512 --out bursty.jsonl`,
    )
    .action(generate);

interface ReadFlags {
  format?: string;
  numReqs: number;
}

/** Adds what every command that reads a workload takes. */
const reading = (command: Command): Command =>
  command
    .argument("<workload>", "file, or name of a bundled workload")
    .option("--format <name>", `${formatNames} (default: told from the file)`)
    .option(
      "--num-reqs <n>",
      "Requests to read, the first ones of the file; 0 = all",
      wholeNumberFlag("--num-reqs", 0),
      0,
    );

const load = (workload: string, { format, numReqs }: ReadFlags) =>
  loadWorkload(findWorkloadFile(workload), { limit: numReqs, ...(format === undefined ? {} : { format }) });

const snakeKeys = (value: unknown): unknown =>
  value !== null && typeof value === "object"
    ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [snakeCase(key), snakeKeys(inner)]))
    : value;

const describeCommand = (): Command =>
  reading(new Command("describe"))
    .description("Say what a workload is like: rate, lengths, shared prefixes")
    .option("--block-size <n>", "Tokens of a KV block, for prefix hits", wholeNumberFlag("--block-size", 1), 16)
    .option("--json", "Print JSON")
    .addHelpText("after", "\nExample:\n  tandem workload describe example_trace --json")
    .action(async (workload: string, flags: ReadFlags & { blockSize: number; json?: true }) => {
      const description = describeWorkload(await load(workload, flags), flags.blockSize);
      if (flags.json) json(snakeKeys(description));
      else result(describedWorkload(description));
    });

const convertCommand = (): Command =>
  reading(new Command("convert"))
    .description("Write a workload as LLMServingSim's JSONL, in order of arrival")
    .option("--request-rate <r>", "Rescale arrivals to this many requests per second", rate)
    .option("--no-token-ids", "Leave token ids out")
    .option("--out <file>", "Where to write; - = stdout", "-")
    .addHelpText(
      "after",
      "\nExample:\n  tandem workload convert AzureLLMInferenceTrace_conv.csv --num-reqs 1000 --out conv.jsonl",
    )
    .action(async (workload: string, flags: ReadFlags & { requestRate?: number; tokenIds: boolean; out: string }) => {
      checkOutputs([["--out", flags.out]], [findWorkloadFile(workload)]);
      const loaded = await load(workload, flags);
      const rescaled = flags.requestRate === undefined ? loaded : rescaleArrivals(loaded, flags.requestRate);
      const chunks = flags.tokenIds
        ? rescaled
        : rescaled.map(({ hashIds: _, ...chunk }) => ({ ...chunk, tokenIds: null, tokenOffsets: null }));
      writeWhole(flags.out, writeWorkload(chunks));
    });

const listed = () => bundled.workload.map(({ name, description }) => ({ name, description }));

/** Subcommands of `workload`. Errors are thrown as TandemError. */
export const workloadCommand = (command: Command): Command =>
  command
    .addCommand(generateCommand())
    .addCommand(describeCommand())
    .addCommand(convertCommand())
    .addCommand(listCommand("workload", "workloads", listed, "tandem workload describe mixed"));
