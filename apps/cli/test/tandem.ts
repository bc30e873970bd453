/**
 * @module
 * Runs the command: in this process, or as a user does where a claim is about the process.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { vi } from "vitest";
import { tandem as inProcess } from "../src/program.js";
import { setLogLevel } from "../src/terminal.js";

export const repository = fileURLToPath(new URL("../../../", import.meta.url));
/** The built command. */
export const command = join(repository, "apps/cli/bin/tandem.js");

export interface Finished {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs `tandem` with these arguments from the sources, in a folder, the repository's if none is given. */
export async function tandem(args: readonly string[], folder = repository): Promise<Finished> {
  const finished: Finished = { code: null, stdout: "", stderr: "" };
  const spies = (["stdout", "stderr"] as const).map((stream) =>
    vi.spyOn(process[stream], "write").mockImplementation((text) => {
      finished[stream] += text;
      return true;
    }),
  );
  process.chdir(folder);
  setLogLevel("WARNING");
  try {
    finished.code = await inProcess(args);
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
  return finished;
}

/** The built command in a process of its own, in the repository's folder. */
export function tandemProcess(args: readonly string[]): Finished {
  const { status, stdout, stderr } = spawnSync(process.execPath, [command, ...args], {
    cwd: repository,
    encoding: "utf8",
    maxBuffer: 2 ** 28,
    env: { ...process.env, NO_COLOR: "1" },
  });
  return { code: status, stdout, stderr };
}

/** A new folder for a test's files. */
export const temporaryFolder = (): string => mkdtempSync(join(tmpdir(), "tandem-"));
