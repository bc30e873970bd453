/**
 * @module
 * Output files that appear whole or not at all: written under a temporary name beside the target, then renamed.
 * Devices and FIFOs are written directly, `-` is stdout; a symlink's target is replaced, not the link.
 */
import { closeSync, existsSync, openSync, renameSync, rmSync, statSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { TandemError } from "@tandem-sim/schemas";
import { targetOf } from "./file-identity.js";
import { makeFolder, removeUnusedFolders } from "./output-folder.js";
import { temporaryName } from "./temporary-name.js";
import { finished, type Output, unfinished } from "./unfinished-outputs.js";

const STDOUT = 1;

/** Chunks below this size are gathered before they go to the system. */
const BUFFER_CHARS = 1 << 16;

/** One output file in progress. */
export class WholeFile implements Output {
  private readonly target: string;
  /** Name that it is written under, undefined where it is written directly. */
  private readonly temporary: string | undefined;
  private readonly descriptor: number;
  private buffered: string[] = [];
  private bufferedChars = 0;

  /** @throws {TandemError} E_OUTPUT where the file cannot be created */
  constructor(private readonly path: string) {
    if (path === "-") {
      this.target = path;
      this.descriptor = STDOUT;
      return;
    }
    try {
      this.target = targetOf(path);
      const before = existsSync(this.target) ? statSync(this.target) : undefined;
      if (before?.isDirectory()) throw new Error("it is a folder");
      makeFolder(dirname(this.target));
      if (!before || before.isFile()) this.temporary = temporaryName(this.target);
      this.descriptor = openSync(this.temporary ?? this.target, "w", before?.mode);
    } catch (error) {
      removeUnusedFolders();
      throw this.failure(error);
    }
    unfinished(this);
  }

  write(text: string): void {
    this.buffered.push(text);
    this.bufferedChars += text.length;
    if (this.bufferedChars >= BUFFER_CHARS) this.flush();
  }

  /** As `write`, of text that is encoded already; large pieces do best. */
  writeBytes(bytes: Uint8Array): void {
    this.flush();
    this.writeAll(bytes);
  }

  /** Makes the file appear. */
  commit(): void {
    this.flush();
    if (this.path === "-") return;
    try {
      closeSync(this.descriptor);
      if (this.temporary) renameSync(this.temporary, this.target);
    } catch (error) {
      throw this.failure(error);
    }
    finished(this);
  }

  /** Leaves no trace. */
  abort(): void {
    if (!finished(this)) return;
    try {
      closeSync(this.descriptor);
    } catch {
      // Closed by a commit that then failed to rename.
    }
    if (this.temporary) rmSync(this.temporary, { force: true });
    removeUnusedFolders();
  }

  private flush(): void {
    if (this.bufferedChars === 0) return;
    const bytes = new TextEncoder().encode(this.buffered.join(""));
    this.buffered = [];
    this.bufferedChars = 0;
    this.writeAll(bytes);
  }

  private writeAll(bytes: Uint8Array): void {
    try {
      for (let written = 0; written < bytes.length; ) written += this.writeSome(bytes, written);
    } catch (error) {
      throw this.failure(error);
    }
  }

  /** A pipe whose reader is slow says EAGAIN: try again. One whose reader has left takes no more: that is fine. */
  private writeSome(bytes: Uint8Array, from: number): number {
    try {
      return writeSync(this.descriptor, bytes, from);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "EAGAIN") return 0;
      if (code === "EPIPE" && this.descriptor === STDOUT) return bytes.length - from;
      throw error;
    }
  }

  private failure(error: unknown): TandemError {
    if (error instanceof TandemError) return error;
    const { code, message } = error as NodeJS.ErrnoException;
    return new TandemError("E_OUTPUT", `cannot be written: ${code ?? message}`, { where: this.path });
  }
}

/** Writes a whole file at once. */
export function writeWhole(path: string, content: string | Iterable<string>): void {
  const file = new WholeFile(path);
  try {
    for (const part of typeof content === "string" ? [content] : content) file.write(part);
    file.commit();
  } catch (error) {
    file.abort();
    throw error;
  }
}
