/**
 * @module
 * The folder of text traces, which take the place of an earlier run's when the run has ended. A folder that holds nothing else
 * is replaced whole. Where other files stand beside them, or the folder cannot be renamed, traces move in one by one.
 */
import {
  accessSync,
  constants,
  existsSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { TandemError } from "@tandem-sim/schemas";
import { targetOf } from "./file-identity.js";
import { makeFolder, removeUnusedFolders } from "./output-folder.js";
import { temporaryName } from "./temporary-name.js";
import { finished, type Output, unfinished } from "./unfinished-outputs.js";

const traceName = /^instance_\d+_batch_\d+\.txt$/;

/** Traces that a folder has, by path. */
export const tracesIn = (folder: string | undefined): string[] =>
  folder !== undefined && existsSync(folder) && statSync(folder).isDirectory()
    ? readdirSync(folder)
        .filter((name) => traceName.test(name))
        .map((name) => join(folder, name))
    : [];

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** Whether another folder may take this one's name: nobody would miss what it holds, and it is no mount point. */
function isReplaceable(folder: string): boolean {
  if (!existsSync(folder)) return true;
  const around = dirname(folder);
  return (
    readdirSync(folder).every((name) => traceName.test(name)) &&
    folder !== realpathSync(process.cwd()) &&
    statSync(folder).dev === statSync(around).dev &&
    isWritable(around)
  );
}

export class TraceFolder implements Output {
  private readonly target: string;
  private readonly replaces: boolean;
  /** Where the traces are written; on the target's file system, so that they can be moved. */
  private readonly temporary: string;

  /** @throws {TandemError} E_OUTPUT where the folder cannot be made */
  constructor(private readonly path: string) {
    try {
      this.target = targetOf(path);
      this.replaces = isReplaceable(this.target);
      this.temporary = temporaryName(this.replaces ? this.target : join(this.target, ".traces"));
      makeFolder(this.temporary);
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
      if (this.replaces) this.replace();
      else this.moveIn();
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

  /** Two names change. Between them an earlier run's traces are whole beside the target, under a name that ends in `.old`. */
  private replace(): void {
    const earlier = `${this.temporary.slice(0, -".tmp".length)}.old`;
    const replaced = existsSync(this.target);
    if (replaced) renameSync(this.target, earlier);
    try {
      renameSync(this.temporary, this.target);
    } catch (error) {
      if (replaced) renameSync(earlier, this.target);
      throw error;
    }
    rmSync(earlier, { recursive: true, force: true });
  }

  private moveIn(): void {
    for (const stale of tracesIn(this.target)) rmSync(stale);
    for (const trace of readdirSync(this.temporary)) renameSync(join(this.temporary, trace), join(this.target, trace));
    rmSync(this.temporary, { recursive: true });
  }

  private failure(error: unknown): TandemError {
    if (error instanceof TandemError) return error;
    const { code, message } = error as NodeJS.ErrnoException;
    return new TandemError("E_OUTPUT", `cannot be written: ${code ?? message}`, { where: this.path });
  }
}
