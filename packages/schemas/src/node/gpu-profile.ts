/**
 * @module
 * GPU profiles on disk.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import {
  type FoundProfileMeta,
  listedDegrees,
  type ProfileFolder,
  parseGpuProfile,
  parseProfileMeta,
} from "../gpu-profile/parse-profile.js";
import type { GpuProfile } from "../gpu-profile/profile.js";
import { readText } from "./files.js";
import { parsedProfile } from "./parsed-profile.js";

const folderOnDisk = (dir: string): ProfileFolder => ({
  source: dir,
  text: (path) => {
    const file = join(dir, path);
    return existsSync(file) ? readText(file) : undefined;
  },
});

/** What the folder says of itself. @throws {TandemError} as `parseProfileMeta` */
export const readProfileMeta = (dir: string): FoundProfileMeta => parseProfileMeta(folderOnDisk(dir));

/** One tp's tables of a profile folder. @throws {TandemError} as `parseGpuProfile` */
export const readGpuProfile = (dir: string, tp: number): GpuProfile =>
  parsedProfile(dir, tp) ?? parseGpuProfile(folderOnDisk(dir), tp);

/** The same from its tables alone. @throws {TandemError} as `parseGpuProfile` */
export const readProfileTables = (dir: string, tp: number): GpuProfile => parseGpuProfile(folderOnDisk(dir), tp);

/** The degrees of tensor parallelism that the folder lists, by whether their tables are there. */
export const degreesOnDisk = (dir: string): { present: number[]; absent: number[] } => {
  const folder = folderOnDisk(dir);
  return listedDegrees(folder, parseProfileMeta(folder).meta);
};
