/**
 * @module
 * The lines of a text file, plain or gzip by its first bytes, one block in memory at a time.
 */
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream";
import { StringDecoder } from "node:string_decoder";
import { TandemError } from "@tandem-sim/schemas";

const BLOCK_BYTES = 1 << 18;

/** A prompt of two million token ids. What is longer is no workload, or a few bytes that were packed to fill the memory. */
const LONGEST_LINE = 1 << 24;

/** RFC 1952, section 2.3.1. */
const isGzip = (start: Uint8Array | undefined): boolean => start?.[0] === 0x1f && start[1] === 0x8b;

/** Blocks of a file's text, unpacked where they are packed. */
async function* blocksOf(path: string): AsyncGenerator<Buffer> {
  const file = createReadStream(path, { highWaterMark: BLOCK_BYTES });
  const blocks: AsyncIterator<Buffer> = file[Symbol.asyncIterator]();
  const first = await blocks.next();
  async function* all(): AsyncGenerator<Buffer> {
    try {
      for (let block = first; !block.done; block = await blocks.next()) yield block.value;
    } finally {
      file.destroy();
    }
  }
  if (!isGzip(first.value)) {
    yield* all();
    return;
  }
  // Loading it takes as long as a small run: only where it is wanted.
  const { createGunzip } = await import("node:zlib");
  const unpacked = createGunzip({ chunkSize: BLOCK_BYTES });
  // Errors of either reach who reads what is unpacked.
  pipeline(all, unpacked, () => {});
  yield* unpacked;
}

/** What reading says, in the user's words. */
function unreadable(path: string, line: number, error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException;
  // Not of the file system: a bug, and not to be hidden.
  if (code === undefined) return error;
  if (code.startsWith("Z_")) {
    const what = code === "Z_BUF_ERROR" ? "the gzip file ends in the middle" : "damaged gzip data";
    return new TandemError("E_PARSE", what, { where: `${path}:${line}`, hint: code });
  }
  return new TandemError("E_NOT_FOUND", code === "EISDIR" ? "is a folder, not a file" : "cannot be read", {
    where: path,
    hint: code,
  });
}

const tooLong = (where: string): TandemError =>
  new TandemError("E_PARSE", `a line of more than ${LONGEST_LINE} characters`, { where, hint: "one request per line" });

/**
 * Lines of a file without their ends, as many at a time as a block completes.
 *
 * @throws {TandemError} E_NOT_FOUND for what cannot be read, E_PARSE for damaged gzip data and for a line that is too long
 */
export async function* readLines(path: string): AsyncGenerator<string[]> {
  // A TextDecoder gives the same text in twice the time.
  const decoder = new StringDecoder("utf8");
  let unfinished = "";
  let lineNumber = 1;
  try {
    for await (const block of blocksOf(path)) {
      const lines = decoder.write(block).split("\n");
      lines[0] = unfinished + lines[0];
      unfinished = lines.pop() ?? "";
      if (lines.length > 0) yield lines;
      lineNumber += lines.length;
      if (unfinished.length > LONGEST_LINE) throw tooLong(`${path}:${lineNumber}`);
    }
  } catch (error) {
    throw error instanceof TandemError ? error : unreadable(path, lineNumber, error);
  }
  unfinished += decoder.end();
  if (unfinished) yield [unfinished];
}
