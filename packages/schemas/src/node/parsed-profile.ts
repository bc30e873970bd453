/**
 * @module
 * A GPU profile as it was parsed, in JSON beside its tables: to parse those takes longer than a small run. It counts only for
 * the very files that it was parsed from.
 */
import { createHash } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { GpuProfile } from "../gpu-profile/profile.js";
import { readJson, readText } from "./files.js";

/** Its name in the folder of a degree of tensor parallelism, `tp<N>/`. */
const name = "parsed.json";

/** A profile without what JSON has no form for. */
type PlainProfile = Omit<GpuProfile, "skew"> & {
  skew: Omit<GpuProfile["skew"], "alpha"> & { alpha: [bucket: string, alpha: number][] };
};

interface ParsedProfile {
  /** Of all files that the profile is from, and of itself. */
  sha256: string;
  profile: PlainProfile;
}

function digestOf(dir: string, tp: number, profile: unknown): string {
  const degree = `tp${tp}`;
  const tables = readdirSync(join(dir, degree)).filter((file) => file !== name);
  const hash = createHash("sha256");
  for (const file of ["profile.json", ...tables.sort().map((table) => `${degree}/${table}`)]) {
    hash.update(`${file}\n${readText(join(dir, file))}`);
  }
  return hash.update(JSON.stringify(profile) ?? "").digest("hex");
}

/** The profile as its folder holds it parsed; undefined where there is no such file, or one that is not as it was written. */
export function parsedProfile(dir: string, tp: number): GpuProfile | undefined {
  const file = join(dir, `tp${tp}`, name);
  if (!existsSync(file)) return undefined;
  const parsed = readJson(file) as Partial<ParsedProfile> | null;
  if (!parsed?.profile || parsed.sha256 !== digestOf(dir, tp, parsed.profile)) return undefined;
  const { profile } = parsed;
  return { ...profile, skew: { ...profile.skew, alpha: new Map(profile.skew.alpha) } };
}

/** The text of that file, for a profile of Tandem's layout that was just parsed from its tables. */
export function parsedProfileText(dir: string, profile: GpuProfile): string {
  const plain: PlainProfile = { ...profile, skew: { ...profile.skew, alpha: [...profile.skew.alpha] } };
  const parsed: ParsedProfile = { sha256: digestOf(dir, profile.tp, plain), profile: plain };
  return `${JSON.stringify(parsed)}\n`;
}
