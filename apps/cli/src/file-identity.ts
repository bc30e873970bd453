/**
 * @module
 * Which file a path means, however it is spelled: through links of both kinds, and for files that are yet to be made.
 */
import { existsSync, lstatSync, readlinkSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";

/** Where a path leads: a symlink's target, whether that exists or not. */
export function targetOf(path: string): string {
  if (existsSync(path)) return realpathSync(path);
  if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink()) {
    const target = resolve(dirname(path), readlinkSync(path));
    // One that leads back to itself has no target: realpath says so.
    return lstatSync(target, { throwIfNoEntry: false })?.isSymbolicLink() ? realpathSync(path) : target;
  }
  return resolve(path);
}

/** The real folder, as far as it exists, and the rest of the path. */
function absolute(path: string): string {
  if (existsSync(path)) return realpathSync(path);
  const folder = dirname(path);
  return folder === path ? path : join(absolute(folder), basename(path));
}

/**
 * The same text for the same file or folder. Null for devices and pipes, which many may write to, and for what cannot be
 * looked at: opening it says why.
 */
export function identityOf(path: string): string | null {
  try {
    const target = targetOf(path);
    const found = statSync(target, { bigint: true, throwIfNoEntry: false });
    if (!found) return absolute(target);
    return found.isFile() || found.isDirectory() ? `${found.dev}:${found.ino}` : null;
  } catch {
    return null;
  }
}
