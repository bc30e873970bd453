/**
 * @module
 * The folder of text traces. Traces are written into a folder of their own and take the place of an earlier run's when the
 * run has ended; other files in the folder stay.
 */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { TandemError } from "@tandem-sim/schemas";
import { targetOf } from "./file-identity.js";
import { makeFolder, removeUnusedFolders } from "./output-folder.js";
import { finished, type Output, unfinished } from "./unfinished-outputs.js";

const traceName = /^instance_\d+_batch_\d+\.txt$/;

/** Traces that a folder has, by path. */
export const tracesIn = (folder: string | undefined): string[] =>
  folder !== undefined && existsSync(folder) && statSync(folder).isDirectory()
    ? readdirSync(folder)
        .filter((name) => traceName.test(name))
        .map((name) => join(folder, name))
    : [];

export class TraceFolder implements Output {
  private readonly target: string;
  /** Where the traces are written; on the target's file system, so that they can be moved. */
  private readonly temporary: string;

  /** @throws {TandemError} E_OUTPUT where the folder cannot be made */
  constructor(private readonly path: string) {
    try {
      this.target = targetOf(path);
      makeFolder(this.target);
      this.temporary = join(this.target, `.traces-${process.pid}.tmp`);
      mkdirSync(this.temporary);
    } catch (error) {
      removeUnusedFolders();
      throw this.failure(error);
    }
    unfinished(this);
  }

  /** The trace of an instance's iteration. */
  write(instance: number, iteration: number, text: string): void {
    try {
      writeFileSync(join(this.temporary, `instance_${instance}_batch_${iteration}.txt`), text);
    } catch (error) {
      throw this.failure(error);
    }
  }

  commit(): void {
    try {
      for (const stale of tracesIn(this.target)) rmSync(stale);
      for (const trace of readdirSync(this.temporary))
        renameSync(join(this.temporary, trace), join(this.target, trace));
      rmSync(this.temporary, { recursive: true });
    } catch (error) {
      throw this.failure(error);
    }
    finished(this);
  }

  abort(): void {
    if (!finished(this)) return;
    rmSync(this.temporary, { recursive: true, force: true });
    removeUnusedFolders();
  }

  private failure(error: unknown): TandemError {
    if (error instanceof TandemError) return error;
    const { code, message } = error as NodeJS.ErrnoException;
    return new TandemError("E_OUTPUT", `cannot be written: ${code ?? message}`, { where: this.path });
  }
}
