/**
 * @module
 * Output files that appear whole or not at all: written under a temporary name beside the target, then renamed.
 * Devices and FIFOs are written directly, `-` is stdout; a symlink's target is replaced, not the link.
 */
import {
  closeSync,
  existsSync,
  lstatSync,
  mkdirSync,
  openSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { dirname, resolve } from "node:path";
import { TandemError } from "@tandem-sim/schemas";

const open = new Set<WholeFile>();

const STDOUT = 1;

/** Chunks below this size are gathered before they go to the system. */
const BUFFER_CHARS = 1 << 16;

/** Where a path leads: a symlink's target, whether that exists or not. */
function targetOf(path: string): string {
  if (existsSync(path)) return realpathSync(path);
  if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink()) {
    const target = resolve(dirname(path), readlinkSync(path));
    // One that leads back to itself has no target: realpath says so.
    return lstatSync(target, { throwIfNoEntry: false })?.isSymbolicLink() ? realpathSync(path) : target;
  }
  return resolve(path);
}

/** Makes a folder and those above it. Node's recursive mkdir never returns on file systems that refuse new folders. */
export function makeFolder(path: string): void {
  if (existsSync(path)) return;
  makeFolder(dirname(path));
  mkdirSync(path);
}

/** One output file in progress. */
export class WholeFile {
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
      if (!before || before.isFile()) this.temporary = `${this.target}.${process.pid}.tmp`;
      this.descriptor = openSync(this.temporary ?? this.target, "w", before?.mode);
    } catch (error) {
      throw this.failure(error);
    }
    open.add(this);
  }

  write(text: string): void {
    this.buffered.push(text);
    this.bufferedChars += text.length;
    if (this.bufferedChars >= BUFFER_CHARS) this.flush();
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
    open.delete(this);
  }

  /** Leaves no trace. */
  abort(): void {
    if (!open.delete(this)) return;
    try {
      closeSync(this.descriptor);
    } catch {
      // Closed by a commit that then failed to rename.
    }
    if (this.temporary) rmSync(this.temporary, { force: true });
  }

  private flush(): void {
    const bytes = new TextEncoder().encode(this.buffered.join(""));
    this.buffered = [];
    this.bufferedChars = 0;
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

/** Removes what is half-written when the program is interrupted. */
export function abortOpenFiles(): void {
  for (const file of open) file.abort();
}
