/**
 * @module
 * Flags of every subcommand with values that nobody means.
 */
import { Command, type Option } from "commander";
import fc from "fast-check";
import { commands } from "../../src/commands.js";
import * as samples from "./samples.js";

/** Arguments, and the files that some of them name. */
export interface FlagCase {
  args: readonly string[];
  files: Readonly<Record<string, string>>;
}

interface Subcommand {
  words: string[];
  options: readonly Option[];
  /** What it needs at least, on the smallest load. */
  needs: readonly string[];
}

const tiny = ["--dataset", "tiny.jsonl", "--num-reqs", "2"];

/** By subcommand, arguments that make it run. Those that are not here take none. */
const needs: Readonly<Record<string, readonly string[]>> = {
  run: tiny,
  compare: [...tiny, "--jobs", "1", "--no-what-if"],
  capacity: [
    ...tiny,
    "--jobs",
    "1",
    "--seeds",
    "1",
    "--tolerance",
    "0.5",
    "--slo",
    "ttft=1000,tpot=100",
    "--modes",
    "gpu-only",
  ],
  breakeven: [...tiny, "--jobs", "1", "--points", "2", "--tolerance", "0.5", "--axis", "channels"],
  sweep: ["sweep.yaml", "--out", "swept", "--jobs", "1"],
  "sweep report": ["recorded"],
  "sweep merge": ["recorded"],
  validate: ["--vllm", "recorded"],
  calibrate: ["--vllm", "recorded"],
  "pim show": ["DDR4_8GB_3200_pim", "--context", "128", "--gpu", "none"],
  "profile show": ["H100"],
  "profile import": ["bundle", "--out", "out/profile"],
  "profile synth": ["H100", "--model", "meta-llama/Llama-3.1-8B", "--out", "out/bundle", "--grid", "bundle"],
  "profile calibrate": ["points.csv", "--gpu", "L4"],
  "workload generate": ["--num-reqs", "5", "--out", "out/w.jsonl"],
  "workload describe": ["tiny.jsonl"],
  "workload convert": ["tiny.jsonl", "--out", "out/w.jsonl"],
  schema: ["cluster"],
};

const files = {
  ...Object.fromEntries(Object.entries(samples.bundle).map(([name, text]) => [`bundle/${name}`, text])),
  "sweep.yaml": samples.sweep,
  "tiny.jsonl": samples.llmservingsim,
  "points.csv": samples.points,
  ...Object.fromEntries(Object.entries(samples.recording).map(([name, text]) => [`recorded/${name}`, text])),
};

function subcommandsOf(command: Command, words: string[]): Subcommand[] {
  const children = command.commands.flatMap((child) => subcommandsOf(child, [...words, child.name()]));
  // One of several may do something itself.
  const own = children.length === 0 || command.options.length > 0;
  return own ? [...children, { words, options: command.options, needs: needs[words.join(" ")] ?? [] }] : children;
}

const loaded = await Promise.all(commands.map(async ({ name, load }) => (await load())(new Command(name))));
const subcommands = loaded.flatMap((command) => subcommandsOf(command, [command.name()]));

/** The files, or those of the folders, that arguments name. */
const namedIn = (args: readonly string[]): FlagCase["files"] =>
  Object.fromEntries(
    Object.entries(files).filter(([path]) =>
      args.some((arg) => arg !== "" && (path.startsWith(arg) || (arg === "sweep.yaml" && path === "tiny.jsonl"))),
    ),
  );

/** Subcommands that fit or synthesize a profile, which takes a while. */
const isLong = (words: readonly string[]): boolean => /^(import|synth)$/.test(words.at(-1) ?? "");

/** Where a flag takes a file: folders, devices, links to nowhere. Not `-`: it is this process's own stdout. */
const places = [
  ".",
  "./out",
  "./none.json",
  "/dev/null",
  "/dev/full",
  "/proc/self/mem",
  "./recorded/meta.json",
  "./out/new/file",
  "/",
];

const values = fc.oneof(
  fc.constantFrom(
    "",
    " ",
    "0",
    "-0",
    "-1",
    "1",
    "2",
    "0.5",
    "1e-9",
    "1e9",
    "1e15",
    "1e308",
    "1e400",
    "9007199254740993",
  ),
  fc.constantFrom(
    "NaN",
    "Infinity",
    "-Infinity",
    "inf",
    "0x10",
    "1e",
    "--",
    "-1e400",
    "1,2",
    "1,,2",
    "a=b",
    "ttft=NaN",
    "0:inf",
    ":",
  ),
  fc.constantFrom(
    "__proto__",
    "constructor",
    "toString",
    "../../../../etc/passwd",
    "a/../../b",
    "\u202e\u00e9\u{1f600}",
    "\ud800",
    "a\nb",
  ),
  fc.constantFrom(
    "x".repeat(5000),
    "[".repeat(5000),
    "lognormal:1e308:1e308",
    "uniform:5:1",
    "fixed:0",
    "lognormal:NaN:1",
  ),
  fc.constantFrom(
    "__proto__.x=1",
    "constructor.prototype.x=1",
    "nodes.0.instances.0.tp_size=1e15",
    "nodes=null",
    "nodes.9=1",
  ),
  fc.constantFrom(...places),
  fc.string({ maxLength: 8 }),
  fc.double().map(String),
);

/** A flag that the subcommand has, with a value where it takes one. */
const flagOf = (options: readonly Option[]): fc.Arbitrary<string[]> =>
  fc.constantFrom(...options).chain((option) => {
    const flag = option.long ?? option.short ?? "";
    if (!option.required && !option.optional) return fc.constant([flag]);
    const usual = fc.constantFrom(...(option.argChoices ?? ["1", "2"]));
    return fc.oneof({ arbitrary: values, weight: 3 }, usual).map((value) => [flag, value]);
  });

const some = (options: readonly Option[]): fc.Arbitrary<string[][]> =>
  options.length === 0 ? fc.constant([]) : fc.array(flagOf(options), { minLength: 1, maxLength: 3 });

/** In one of eight cases a value takes the place of what the subcommand needs. */
const argumentsOf = (needed: readonly string[]): fc.Arbitrary<readonly string[]> =>
  fc.oneof(
    { arbitrary: fc.constant(needed), weight: 7 },
    values.map((value) => [value, ...needed.slice(1)]),
  );

export const flagCase: fc.Arbitrary<FlagCase> = fc
  .oneof(
    { arbitrary: fc.constantFrom(...subcommands.filter(({ words }) => !isLong(words))), weight: 100 },
    fc.constantFrom(...subcommands.filter(({ words }) => isLong(words))),
  )
  .chain(({ words, options, needs }) =>
    fc.tuple(argumentsOf(needs), some(options)).map(([needed, flags]) => {
      const args = [...words, ...needed, ...flags.flat()];
      return { args, files: namedIn(args) };
    }),
  );
