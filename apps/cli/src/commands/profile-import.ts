/**
 * @module
 * `tandem profile import`: a raw LLMServingSim bundle becomes a profile folder of Tandem.
 */
import { existsSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { type ImportedTables, importBundle } from "@tandem-sim/calibration";
import { architectureNamed } from "@tandem-sim/hardware";
import { bytes } from "@tandem-sim/report";
import { type RawProfileMeta, TandemError } from "@tandem-sim/schemas";
import { degreesOnDisk, readGpuProfile, readProfileMeta } from "@tandem-sim/schemas/node";
import pc from "picocolors";
import { identityOf } from "../file-identity.js";
import { filesIn } from "../input-files.js";
import { writeWhole } from "../output-file.js";
import { makeFolder } from "../output-folder.js";
import { checkOutputs } from "../output-paths.js";
import { json, result, warn } from "../terminal.js";
import { errorTable } from "./error-table.js";
import { layersOfModel } from "./model-layers.js";
import { FOLDERS_OF_A_PROFILE } from "./profile-folder.js";

/** Parsed flags. */
export interface ImportFlags {
  out: string;
  raw?: true;
  json?: true;
}

function readBundleMeta(dir: string): RawProfileMeta {
  const found = readProfileMeta(dir);
  if (found.layout === "bundle") return found.meta;
  throw new TandemError("E_USAGE", "this folder is a profile of Tandem already", {
    where: dir,
    hint: "import takes a raw LLMServingSim bundle, with meta.yaml",
  });
}

/** Relative path of the published JSON Schema where `out` lies in a folder of configs. */
function schemaPath(out: string): string | undefined {
  for (let folder = resolve(out); folder !== dirname(folder); folder = dirname(folder)) {
    const schema = join(folder, "schema", "gpu-profile.schema.json");
    if (existsSync(schema)) return relative(resolve(out), schema).split(sep).join("/");
  }
  return undefined;
}

function reportText({ profile, csvBytes, report }: ImportedTables, layers: number): string {
  const title = pc.bold(
    `${profile.hardware} ${profile.model} ${profile.variant} tp${profile.tp}: ${bytes(csvBytes)} of CSV`,
  );
  if (!report) return title;
  return [
    title,
    "",
    errorTable("whole iterations", report.iterations),
    "",
    errorTable("single layers", report.layers),
    "",
    `Relative errors against the raw tables, on ${report.iterations[0]?.batches ?? 0} random batches per row that the fit has not seen, ` +
      `${layers} layers.`,
  ].join("\n");
}

/** The degrees whose tables the bundle has; those that it lists and lacks are said. */
function degreesToImport(dir: string): { present: number[]; absent: number[] } {
  const { present, absent } = degreesOnDisk(dir);
  if (present.length === 0) {
    throw new TandemError("E_NOT_FOUND", "no tables in this bundle", {
      where: dir,
      hint: `expected ${absent.map((tp) => `tp${tp}`).join(" or ")}`,
    });
  }
  for (const tp of absent) warn(`${dir}: tp${tp} is listed in meta.yaml but not there; skipped`);
  return { present, absent };
}

/** Writes a profile folder. `profile.json` comes last: until then the folder is no profile. */
export function importProfile(dir: string, flags: ImportFlags): void {
  const out = resolve(flags.out);
  if (identityOf(out) === identityOf(dir))
    throw new TandemError("E_USAGE", "is the bundle itself", { where: "--out", hint: "name another folder" });
  const bundle = readBundleMeta(dir);
  const architecture = architectureNamed(bundle.architecture, join(dir, "meta.yaml"));
  const { present, absent } = degreesToImport(dir);
  const layers = layersOfModel(bundle.model, { quiet: flags.raw === true });
  const measured = present.map((tp) => readGpuProfile(dir, tp));
  const { meta, tables } = importBundle(bundle, measured, architecture, layers, { keepSamples: flags.raw === true });

  const paths = tables.flatMap(({ profile, files }) =>
    Object.keys(files).map((name) => ["--out", join(out, `tp${profile.tp}`, name)] as const),
  );
  checkOutputs([...paths, ["--out", join(out, "profile.json")]], filesIn(dir));
  makeFolder(out, FOLDERS_OF_A_PROFILE);
  for (const { profile, files } of tables) {
    for (const [name, text] of Object.entries(files)) writeWhole(join(out, `tp${profile.tp}`, name), text);
  }
  const $schema = schemaPath(out);
  writeWhole(join(out, "profile.json"), `${JSON.stringify({ ...($schema ? { $schema } : {}), ...meta }, null, 2)}\n`);

  if (flags.json) {
    const tp = tables.map(({ profile, csvBytes, report }) => ({ tp: profile.tp, csv_bytes: csvBytes, ...report }));
    json({ out, form: meta.form, layers, skipped_tp: absent, tp });
  } else result(tables.map((one) => reportText(one, layers)).join("\n\n"));
}
