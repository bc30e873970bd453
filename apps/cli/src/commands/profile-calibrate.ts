/**
 * @module
 * `tandem profile calibrate`: a spec sheet's efficiencies from a measured profile, or from the few kernels of a points.csv.
 */
import { basename } from "node:path";
import {
  type CalibratedSpec,
  calibrateOnMeasuredPoints,
  calibrateOnMeasuredProfile,
  parsePoints,
} from "@tandem-sim/calibration";
import { percent } from "@tandem-sim/report";
import { plainTable } from "@tandem-sim/report/terminal";
import { type GpuProfile, type GpuSpec, TandemError } from "@tandem-sim/schemas";
import {
  findGpuSpecFile,
  findModelFile,
  readGpuProfile,
  readGpuSpec,
  readModelConfig,
  readText,
} from "@tandem-sim/schemas/node";
import pc from "picocolors";
import { filesIn } from "../input-files.js";
import { writeWhole } from "../output-file.js";
import { checkOutputs } from "../output-paths.js";
import { json, result, warn } from "../terminal.js";
import { errorCells } from "./error-table.js";
import { firstDegree, profileFolder } from "./profile-folder.js";

/** Parsed flags. */
export interface CalibrateFlags {
  gpu: string;
  model?: string;
  tp?: number;
  out?: string;
  json?: true;
}

/** The calibrated spec sheet, and the files that it comes from. */
interface Calibration {
  calibrated: CalibratedSpec;
  inputs: string[];
}

const fittedBy = "fitted by `tandem profile calibrate` to";

function onPoints(file: string, spec: GpuSpec, { model, tp }: CalibrateFlags): Calibration {
  if (model !== undefined || tp !== undefined) {
    throw new TandemError("E_USAGE", "is for a profile: the kernels of a points.csv are of no model", {
      where: model === undefined ? "--tp" : "--model",
    });
  }
  const points = parsePoints(readText(file), file);
  const kernels = points.products.length + points.attention.length;
  const source = `${fittedBy} ${kernels} kernels of ${basename(file)}${points.gpu ? `, measured on ${points.gpu}` : ""}`;
  return { calibrated: calibrateOnMeasuredPoints(spec, points, { source, where: file }), inputs: [file] };
}

/** What a calibration can be fitted to: measured, in 16 bits. */
function checkMeasured(profile: GpuProfile, spec: GpuSpec, where: string): void {
  if (profile.computed)
    throw new TandemError("E_USAGE", "nobody measured this profile: a fit to it would give what it was computed from", {
      where,
    });
  if (/^(fp8|int8|fp32)|kvfp8/.test(profile.variant))
    throw new TandemError(
      "E_UNSUPPORTED",
      `efficiencies are fitted to 16-bit profiles, this one is ${profile.variant}`,
      {
        where,
      },
    );
  if (profile.hardware !== spec.hardware)
    warn(`${where}: measured on ${profile.hardware}, and the spec sheet is of ${spec.hardware}`);
}

function onProfile(name: string, spec: GpuSpec, { model: modelName, tp }: CalibrateFlags): Calibration {
  const dir = profileFolder(name);
  const raw = readGpuProfile(dir, tp ?? firstDegree(dir));
  checkMeasured(raw, spec, dir);
  const modelFile = findModelFile(modelName ?? raw.model);
  const source = `${fittedBy} iterations of ${raw.model} ${raw.variant} tp${raw.tp}: ${raw.source}`;
  const calibrated = calibrateOnMeasuredProfile(
    { spec, model: readModelConfig(modelFile), raw },
    { source, where: dir },
  );
  return { calibrated, inputs: [modelFile, ...filesIn(dir)] };
}

function reportText({ spec, fitted, kept, efficiencies, errors }: CalibratedSpec): string {
  const { before, after } = efficiencies;
  return [
    pc.bold(`${spec.hardware}: shares of the spec sheet's figures that are reached`),
    "",
    plainTable([
      ["", "before", "after"],
      ...fitted.map((name) => [name, percent(before[name], 1), percent(after[name], 1)]),
    ]),
    ...kept.map((sentence) => `Not fitted: ${sentence}.`),
    "",
    plainTable([
      ["errors", "", "median", "p95", "max", "bias"],
      ...errors.before.flatMap((one, i) => {
        const then = errors.after[i];
        return [[one.name, "before", ...errorCells(one)], ...(then ? [["", "after", ...errorCells(then)]] : [])];
      }),
    ]),
    `Source: ${spec.calibration?.source ?? ""}.`,
  ].join("\n");
}

const specText = ({ $schema: _, ...spec }: GpuSpec): string => `${JSON.stringify(spec, null, 2)}\n`;

/** Prints the efficiencies and their errors, and writes the spec sheet that has them. */
export function calibrateProfile(measured: string, flags: CalibrateFlags): void {
  const specFile = findGpuSpecFile(flags.gpu);
  const fit = measured.toLowerCase().endsWith(".csv") ? onPoints : onProfile;
  const { calibrated, inputs } = fit(measured, readGpuSpec(specFile), flags);
  checkOutputs([["--out", flags.out]], [specFile, ...inputs]);
  if (flags.out !== undefined) writeWhole(flags.out, specText(calibrated.spec));
  if (flags.out === "-") return;
  const { spec, fitted, kept, efficiencies, errors } = calibrated;
  if (flags.json) json({ out: flags.out ?? null, calibration: spec.calibration, fitted, kept, efficiencies, errors });
  else result(reportText(calibrated));
}
