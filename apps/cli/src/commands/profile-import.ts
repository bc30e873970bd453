/**
 * @module
 * `tandem profile import`: a raw LLMServingSim bundle becomes a profile folder of Tandem.
 */
import { existsSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import {
  type Architecture,
  defaultFit,
  type ErrorStats,
  type FamilyErrors,
  type FitReport,
  fitProfile,
  fitReport,
  type ProfileFiles,
  profileCsv,
} from "@tandem-sim/hardware";
import { bytes, percent } from "@tandem-sim/report";
import { plainTable } from "@tandem-sim/report/terminal";
import { type CompactProfileMeta, type GpuProfile, type RawProfileMeta, TandemError } from "@tandem-sim/schemas";
import { readGpuProfile, readProfileMeta } from "@tandem-sim/schemas/node";
import pc from "picocolors";
import { identityOf } from "../file-identity.js";
import { filesIn } from "../input-files.js";
import { writeWhole } from "../output-file.js";
import { makeFolder } from "../output-folder.js";
import { checkOutputs } from "../output-paths.js";
import { json, result, warn } from "../terminal.js";
import { architectureOfProfile, degreesOnDisk, layersOfModel } from "./profile-folder.js";

interface ImportFlags {
  out: string;
  raw?: true;
  json?: true;
}

/** One tp's tables and, where they are fitted, their error. */
interface Converted {
  profile: GpuProfile;
  files: Record<string, string>;
  csvBytes: number;
  report: FitReport | undefined;
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

function sourceOf(meta: RawProfileMeta, fitted: boolean): string {
  const measured = `measured by LLMServingSim's profiler (MIT, casys-kaist)${meta.vllm_version ? ` with vLLM ${meta.vllm_version}` : ""}`;
  return `${measured} on an ${meta.gpu ?? meta.hardware}, ${fitted ? "fitted" : "kept whole"} by \`tandem profile import${fitted ? "" : " --raw"}\``;
}

function profileMeta(meta: RawProfileMeta, profiles: readonly GpuProfile[], out: string): CompactProfileMeta {
  const [first] = profiles as [GpuProfile];
  const { n, skewRate, kvBig, kp } = first.skew.axes;
  const $schema = schemaPath(out);
  return {
    ...($schema ? { $schema } : {}),
    form: first.form,
    hardware: meta.hardware,
    ...(meta.gpu ? { gpu: meta.gpu } : {}),
    model: meta.model,
    variant: meta.variant,
    architecture: meta.architecture,
    tp_degrees: profiles.map(({ tp }) => tp),
    source: sourceOf(meta, first.form === "compact"),
    skew: {
      alpha_default: Object.fromEntries(profiles.map(({ tp, skew }) => [tp, skew.alphaDefault])),
      axes: { n, skew_rate: skewRate, kv_big: kvBig, kp },
    },
  };
}

const errorCells = ({ median, p95, max, bias }: ErrorStats): string[] =>
  [median, p95, max].map((error) => percent(error, 2)).concat(`${bias < 0 ? "" : "+"}${percent(bias, 2)}`);

const iterationRow = (errors: FamilyErrors): string[] => [errors.name, ...errorCells(errors)];

function reportText({ profile, csvBytes, report }: Converted, layers: number): string {
  const title = pc.bold(
    `${profile.hardware} ${profile.model} ${profile.variant} tp${profile.tp}: ${bytes(csvBytes)} of CSV`,
  );
  if (!report) return title;
  return [
    title,
    "",
    plainTable([["whole iterations", "median", "p95", "max", "bias"], ...report.iterations.map(iterationRow)]),
    "",
    plainTable([
      ["single layers", "median", "p95", "max", "bias"],
      ...report.layers.map((errors) => [errors.name, ...errorCells(errors)]),
    ]),
    "",
    `Relative errors against the raw tables, on ${report.iterations[0]?.batches ?? 0} random batches per row that the fit has not seen, ` +
      `${layers} layers.`,
  ].join("\n");
}

const sizeOf = (files: ProfileFiles): number => Object.values(files).reduce((sum, text) => sum + text.length, 0);

/** What a compact profile may take, bytes of CSV; a bundle with more layers or buckets than usual gets fewer knots. */
const MOST_CSV_BYTES = 24_000;
const FEWEST_DENSE_KNOTS = 120;

function fitWithinSize(raw: GpuProfile, architecture: Architecture, layers: number): GpuProfile {
  const { total, least } = defaultFit.denseKnots;
  for (let knots = total; ; knots -= 20) {
    const profile = fitProfile(raw, architecture, layers, { ...defaultFit, denseKnots: { total: knots, least } });
    if (knots <= FEWEST_DENSE_KNOTS || sizeOf(profileCsv(profile)) <= MOST_CSV_BYTES) return profile;
  }
}

/** `gpu/<hardware>/<org>/<model>/<variant>` may all be new. */
const FOLDERS_OF_A_PROFILE = 5;

/** Writes a profile folder. `profile.json` comes last: until then the folder is no profile. */
export function importProfile(dir: string, flags: ImportFlags): void {
  const out = resolve(flags.out);
  if (identityOf(out) === identityOf(dir))
    throw new TandemError("E_USAGE", "is the bundle itself", { where: "--out", hint: "name another folder" });
  const meta = readBundleMeta(dir);
  const architecture = architectureOfProfile(meta, join(dir, "meta.yaml"));
  const { present, absent } = degreesOnDisk(dir, meta.tp_degrees);
  if (present.length === 0) {
    throw new TandemError("E_NOT_FOUND", "no tables in this bundle", {
      where: dir,
      hint: `expected ${absent.map((tp) => `tp${tp}`).join(" or ")}`,
    });
  }
  for (const tp of absent) warn(`${dir}: tp${tp} is listed in meta.yaml but not there; skipped`);
  const { layers, known } = layersOfModel(meta.model);
  if (!known && !flags.raw) warn(`no config of ${meta.model}: an iteration is taken to have ${layers} layers`);

  const converted = present.map((tp): Converted => {
    const raw = readGpuProfile(dir, tp);
    const profile = flags.raw ? raw : fitWithinSize(raw, architecture, layers);
    const files = profileCsv(profile);
    const csvBytes = sizeOf(files);
    return { profile, files, csvBytes, report: flags.raw ? undefined : fitReport(profile, raw, architecture, layers) };
  });
  const paths = converted.flatMap(({ profile, files }) =>
    Object.keys(files).map((name) => ["--out", join(out, `tp${profile.tp}`, name)] as const),
  );
  checkOutputs([...paths, ["--out", join(out, "profile.json")]], filesIn(dir));
  makeFolder(out, FOLDERS_OF_A_PROFILE);
  for (const { profile, files } of converted) {
    for (const [name, text] of Object.entries(files)) writeWhole(join(out, `tp${profile.tp}`, name), text);
  }
  const written = profileMeta(
    meta,
    converted.map(({ profile }) => profile),
    out,
  );
  writeWhole(join(out, "profile.json"), `${JSON.stringify(written, null, 2)}\n`);

  if (flags.json) {
    const tables = converted.map(({ profile, csvBytes, report }) => ({
      tp: profile.tp,
      csv_bytes: csvBytes,
      ...report,
    }));
    json({ out, form: written.form, layers, skipped_tp: absent, tp: tables });
  } else result(converted.map((one) => reportText(one, layers)).join("\n\n"));
}
