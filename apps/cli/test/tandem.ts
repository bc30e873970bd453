/**
 * @module
 * Runs the built command, as a user does.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const repository = fileURLToPath(new URL("../../../", import.meta.url));
const command = join(repository, "apps/cli/bin/tandem.js");

export interface Finished {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs `tandem` with these arguments in the repository's folder. */
export function tandem(args: readonly string[], env: Record<string, string> = {}): Finished {
  const { status, stdout, stderr } = spawnSync(process.execPath, [command, ...args], {
    cwd: repository,
    encoding: "utf8",
    maxBuffer: 2 ** 28,
    env: { ...process.env, NO_COLOR: "1", ...env },
  });
  return { code: status, stdout, stderr };
}

/** A new folder for a test's files. */
export const temporaryFolder = (): string => mkdtempSync(join(tmpdir(), "tandem-"));
