/**
 * @module
 * Folders of outputs. One that is missing is made if the folder around it exists: more missing folders are a slip of the
 * pen. It goes again if nothing has been written there.
 */
import { existsSync, mkdirSync, rmdirSync } from "node:fs";
import { dirname } from "node:path";
import { TandemError } from "@tandem-sim/schemas";

/** Made by this program, the innermost last. */
const made: string[] = [];

/**
 * Makes a folder.
 *
 * @param levels folders that may be missing
 * @throws {TandemError} E_OUTPUT where more are missing, or the system refuses
 */
export function makeFolder(path: string, levels = 1): void {
  if (existsSync(path)) return;
  const around = dirname(path);
  if (levels > 1) makeFolder(around, levels - 1);
  else if (!existsSync(around)) {
    throw new TandemError("E_OUTPUT", "no such folder", {
      where: around,
      hint: "of the folders that an output goes to only the last one is made",
    });
  }
  try {
    // Undefined where somebody else was faster, such as another shard of a sweep.
    if (mkdirSync(path, { recursive: true }) !== undefined) made.push(path);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new TandemError("E_OUTPUT", `cannot be made: ${code ?? message}`, { where: path });
  }
}

/** Removes the folders that are empty. */
export function removeUnusedFolders(): void {
  for (const folder of made.splice(0).reverse()) {
    try {
      rmdirSync(folder);
    } catch {
      // Still in use; another output may leave it later.
      if (existsSync(folder)) made.unshift(folder);
    }
  }
}
