/**
 * @module
 * `tandem profile synth`: the times of a spec sheet as a bundle in LLMServingSim's layout.
 */
import { existsSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import {
  gridOf,
  iterationErrors,
  type ProfileGrid,
  type SynthOptions,
  synthesizeBundle,
} from "@tandem-sim/calibration";
import { architectureOf, createAnalyticCosts, createGpuCosts, rankModel } from "@tandem-sim/hardware";
import { type Dtype, type GpuProfile, type GpuSpec, isPath, type ModelConfig, TandemError } from "@tandem-sim/schemas";
import {
  findGpuSpecFile,
  findModelFile,
  readGpuProfile,
  readGpuSpec,
  readModelConfig,
  readProfileMeta,
} from "@tandem-sim/schemas/node";
import pc from "picocolors";
import { filesIn } from "../input-files.js";
import { writeWhole } from "../output-file.js";
import { makeFolder } from "../output-folder.js";
import { checkOutputs } from "../output-paths.js";
import { json, result } from "../terminal.js";
import { errorTable } from "./error-table.js";
import { FOLDERS_OF_A_PROFILE, firstDegree, profileFolder } from "./profile-folder.js";

/** Parsed flags. */
export interface SynthFlags {
  model: string;
  tp: [number, ...number[]];
  out: string;
  dtype?: Dtype;
  kvCacheDtype: GpuProfile["kvCacheDtype"];
  grid?: string;
  json?: true;
}

/** A file's model goes by the folder that it lies in: `Qwen2-0.5B/config.json`. */
const modelName = (nameOrPath: string): string =>
  isPath(nameOrPath) ? basename(dirname(resolve(nameOrPath))) : nameOrPath;

/** What somebody measured is not written over, nor is a profile that would be read instead of the bundle. */
function refuseToReplace(out: string): void {
  if (!existsSync(join(out, "profile.json")) && !existsSync(join(out, "meta.yaml"))) return;
  const { layout, meta } = readProfileMeta(out);
  if (layout === "bundle" && meta.derived) return;
  throw new TandemError("E_OUTPUT", "holds a profile that was not synthesized, and would be overwritten", {
    where: `--out: ${out}`,
    hint: "name another folder",
  });
}

/** Errors of the tables between their points. */
function errorsOf(profile: GpuProfile, spec: GpuSpec, model: ModelConfig, { dtype, kvCacheDtype }: SynthOptions) {
  const architecture = architectureOf(model);
  const kvElementBytes = kvCacheDtype === "fp8" ? 1 : undefined;
  const formulas = createAnalyticCosts(spec, rankModel(model, profile.tp), { dtype, kvElementBytes });
  return iterationErrors(createGpuCosts(profile, architecture), formulas, model.num_hidden_layers);
}

const title = ({ hardware, model, variant, tp, attention }: GpuProfile): string =>
  pc.bold(`${hardware} ${model} ${variant} tp${tp}: ${attention.timeUs.length} points of attention`);

const gridIn = (dir: string): ProfileGrid => gridOf(readGpuProfile(dir, firstDegree(dir)));

/** Writes the bundle. `meta.yaml` comes last: until then the folder is no bundle. */
export function synthProfile(gpu: string, flags: SynthFlags): void {
  const out = resolve(flags.out);
  const inputs = { spec: findGpuSpecFile(gpu), model: findModelFile(flags.model) };
  const [spec, model] = [readGpuSpec(inputs.spec), readModelConfig(inputs.model)];
  const gridDir = flags.grid === undefined ? undefined : profileFolder(flags.grid);
  const { dtype, kvCacheDtype } = flags;
  const options: SynthOptions = { dtype, kvCacheDtype, ...(gridDir !== undefined && { grid: gridIn(gridDir) }) };
  const { profiles, files } = synthesizeBundle(spec, model, modelName(flags.model), flags.tp, options);
  const reports = profiles.map((profile) => ({ profile, iterations: errorsOf(profile, spec, model, options) }));

  refuseToReplace(out);
  checkOutputs(
    [...files.keys()].map((path) => ["--out", join(out, path)] as const),
    [...Object.values(inputs), ...(gridDir === undefined ? [] : filesIn(gridDir))],
  );
  makeFolder(out, FOLDERS_OF_A_PROFILE);
  for (const [path, text] of files) writeWhole(join(out, path), text);

  if (flags.json) {
    const tp = reports.map(({ profile, iterations }) => ({ tp: profile.tp, iterations }));
    json({ out, hardware: spec.hardware, model: profiles[0]?.model, computed: profiles[0]?.computed, tp });
    return;
  }
  const tables = reports.map(
    ({ profile, iterations }) => `${title(profile)}\n\n${errorTable("whole iterations", iterations)}`,
  );
  result(
    [
      ...tables,
      "Errors of these tables against the formulas that they come from, on random batches: what interpolation loses.",
      `Nobody measured them: ${profiles[0]?.source ?? ""}.`,
    ].join("\n\n"),
  );
}
