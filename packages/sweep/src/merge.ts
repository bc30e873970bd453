/**
 * @module
 * The shards of a sweep put together, or what is wrong with them.
 */
import { type ShardHeader, type SweepRecord, TandemError } from "@tandem-sim/schemas";
import { type Journal, parseJournal } from "./journal.js";
import { shardOf, shardText } from "./shard.js";

/** A file of results. */
export interface ShardFile {
  name: string;
  text: string;
}

interface ReadShard extends Journal {
  name: string;
  header: ShardHeader;
}

/** A few of many numbers. */
const few = (numbers: readonly number[]): string =>
  numbers.length > 5 ? `${numbers.slice(0, 5).join(", ")} and ${numbers.length - 5} more` : numbers.join(", ");

function readShard({ name, text }: ShardFile): ReadShard {
  const journal = parseJournal(text, name);
  if (journal.header) return { ...journal, name, header: journal.header };
  throw new TandemError("E_SCHEMA", "is no shard: its first line is no header", {
    where: name,
    hint: "tandem sweep --shard i/n writes them",
  });
}

/** Of one sweep, by one version. */
function checkSame(first: ReadShard, other: ReadShard): void {
  const [ours, theirs] = [first.header, other.header];
  const refuse = (message: string): never => {
    throw new TandemError("E_SCHEMA", message, { where: other.name });
  };
  if (ours.version !== theirs.version) {
    refuse(`is by version ${theirs.version}, ${first.name} by ${ours.version}`);
  }
  if (ours.manifest !== theirs.manifest || ours.cells !== theirs.cells) {
    refuse(`is of another sweep than ${first.name}`);
  }
  if (ours.of !== theirs.of) refuse(`is one of ${theirs.of} shards, ${first.name} is one of ${ours.of}`);
}

/** Each shard once, and all of them. */
function checkShards(shards: readonly ReadShard[], of: number): void {
  const named = new Map<number, string>();
  for (const { name, header } of shards) {
    const before = named.get(header.shard);
    if (before !== undefined) {
      const twice = shardText({ index: header.shard, of });
      throw new TandemError("E_SCHEMA", `shard ${twice} is here twice, in ${before} too`, { where: name });
    }
    named.set(header.shard, name);
  }
  const missing = Array.from({ length: of }, (_, i) => i + 1).filter((index) => !named.has(index));
  if (missing.length === 0) return;
  throw new TandemError("E_SCHEMA", `shard ${few(missing)} of ${of} is missing`, {
    hint: `found ${[...named.values()].join(", ")}`,
  });
}

/** A shard has all of its cells, each once, and no other. */
function checkCells({ name, header, records }: ReadShard): void {
  const { shard, of, cells } = header;
  const seen = new Set<number>();
  for (const { cell } of records) {
    const wrong = cell >= cells || shardOf(cell, of) !== shard;
    if (wrong || seen.has(cell)) {
      const message = wrong
        ? `cell ${cell} is not of shard ${shardText({ index: shard, of })}`
        : `cell ${cell} is here twice`;
      throw new TandemError("E_SCHEMA", message, { where: name });
    }
    seen.add(cell);
  }
  const missing = Array.from({ length: cells }, (_, i) => i).filter(
    (cell) => shardOf(cell, of) === shard && !seen.has(cell),
  );
  if (missing.length === 0) return;
  throw new TandemError("E_SCHEMA", `is not complete: cell ${few(missing)} is missing`, {
    where: name,
    hint: `run the sweep with --shard ${shardText({ index: shard, of })} again: what is there is kept`,
  });
}

/**
 * All cells, in grid order.
 *
 * @throws {TandemError} E_SCHEMA, naming the file or shard, for shards that are missing, doubled, not complete, or of
 *   another sweep or version
 */
export function mergeShards(files: readonly ShardFile[]): { header: ShardHeader; records: SweepRecord[] } {
  const shards = files.map(readShard);
  const [first] = shards;
  if (!first) throw new TandemError("E_SCHEMA", "there are no shards");
  for (const shard of shards) checkSame(first, shard);
  checkShards(shards, first.header.of);
  for (const shard of shards) checkCells(shard);
  const records = shards.flatMap((shard) => shard.records).sort((a, b) => a.cell - b.cell);
  return { header: first.header, records };
}
