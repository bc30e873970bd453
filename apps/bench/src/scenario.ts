/**
 * @module
 * A scenario: a load on a cluster with its question, what physics predicts, and the figures that a run must show. One
 * JSON file each in `scenarios/`.
 */
import { readdirSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { modeNames } from "@tandem-sim/engine";
import { InstanceOptions, instanceOverrideShape, parseWith, TandemError } from "@tandem-sim/schemas";
import { readJson } from "@tandem-sim/schemas/node";
import { arrivalProcesses } from "@tandem-sim/workload";
import { z } from "zod";
import { figureNames } from "./figures.js";

const ModeOfPim = z.enum(modeNames).exclude(["kv-offload"]);

/** `chunk` is `interleave` with the split that may cut one prefill. */
export const ScenarioMode = z.enum([...ModeOfPim.options, "chunk"]);
export type ScenarioMode = z.infer<typeof ScenarioMode>;

export const Phase = InstanceOptions.shape.attnOffloadPhase.unwrap();
export type Phase = z.infer<typeof Phase>;

/** Keys of a cluster config that take the place of the bundled ones; the cluster's own schema checks the result. */
const overrides = z.record(z.string(), z.json()).default({});

const ScenarioCluster = z.strictObject({ name: z.string(), cpu_mem: overrides, npu_mem: overrides });
export type ScenarioCluster = z.infer<typeof ScenarioCluster>;

const ScenarioOptions = z.strictObject(instanceOverrideShape);
export type ScenarioOptions = z.infer<typeof ScenarioOptions>;

const GeneratedWorkload = z.strictObject({
  requests: z.int().positive(),
  seed: z.int().nonnegative(),
  arrivals: z.union([
    z.literal("at once"),
    z.strictObject({
      process: z.enum(arrivalProcesses),
      requests_per_second: z.number().positive(),
      cv: z.number().positive().optional(),
    }),
  ]),
  input_lengths: z.string().describe("as `tandem workload generate --input-lengths` takes them"),
  output_lengths: z.string(),
});
export type GeneratedWorkload = z.infer<typeof GeneratedWorkload>;

const Expectation = z.strictObject({
  mode: ScenarioMode,
  phase: Phase,
  figure: z.enum(figureNames),
  value: z.number().positive(),
  within: z.number().positive().describe("relative difference that the run may show"),
});
export type Expectation = z.infer<typeof Expectation>;

export const Scenario = z.strictObject({
  name: z.string().regex(/^[a-z0-9-]+$/),
  load: z.string().describe("requests and memory in a line"),
  question: z.string().endsWith("?"),
  physics: z.string().describe("what must come out, and why"),
  note: z.string().optional().describe("where its figures differ from those published, and why"),
  cluster: ScenarioCluster,
  workload: z.union([z.strictObject({ bundled: z.string() }), GeneratedWorkload]),
  options: ScenarioOptions.default({}),
  modes: z.array(ScenarioMode).min(1).describe("beside gpu-only, which always runs"),
  phases: z.tuple([Phase], Phase).describe("the first is the one that matters more"),
  batch_limits: z.array(z.int().positive()).default([]).describe("max_num_seqs to run GPU-only and interleave at too"),
  expected: z.array(Expectation).default([]),
});
export type Scenario = z.infer<typeof Scenario>;

/** This package, from its sources as from what is built of them. */
export const packageFolder = fileURLToPath(new URL("../", import.meta.url));
const folder = `${packageFolder}scenarios/`;

/** Reads a scenario, which is named as its file is. @throws {TandemError} naming file and place of a mistake */
export function readScenario(path: string): Scenario {
  const scenario = parseWith(Scenario, readJson(path), path);
  if (`${scenario.name}.json` === basename(path)) return scenario;
  throw new TandemError("E_PARSE", `is named "${scenario.name}"`, { where: path, hint: "name it as its file" });
}

/** The scenarios of the suite in order of their names; `filter` is a part of the name. */
export const bundledScenarios = (filter = ""): Scenario[] =>
  readdirSync(folder)
    .filter((file) => file.endsWith(".json") && file.includes(filter))
    .sort()
    .map((file) => readScenario(`${folder}${file}`));
