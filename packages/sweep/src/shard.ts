/**
 * @module
 * A share of a sweep's cells, for one of several machines: every n-th cell, so that each gets some of the slow ones.
 */
import { TandemError } from "@tandem-sim/schemas";

/** Shard `index` of `of`, from 1. */
export interface Shard {
  index: number;
  of: number;
}

/** `2/4` */
export const shardText = ({ index, of }: Shard): string => `${index}/${of}`;

const isShard = ({ index, of }: Shard): boolean =>
  Number.isSafeInteger(index) && Number.isSafeInteger(of) && index >= 1 && index <= of;

/** @throws {TandemError} E_USAGE */
export function parseShard(text: string): Shard {
  const [, index, of] = /^(\d+)\/(\d+)$/.exec(text) ?? [];
  const shard = { index: Number(index), of: Number(of) };
  if (isShard(shard)) return shard;
  throw new TandemError("E_USAGE", `expected i/n with i from 1 to n, found "${text}"`, {
    where: "--shard",
    hint: "e.g. 2/4",
  });
}

/** The shard with the cell of this number. */
export const shardOf = (cell: number, of: number): number => (cell % of) + 1;

/** A shard, and what says so. */
export interface FoundShard {
  shard: Shard;
  from: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Of an array job. Its ids may begin anywhere, and go in steps. */
function slurmShard(environment: Environment): FoundShard | null {
  const id = environment.SLURM_ARRAY_TASK_ID;
  if (id === undefined) return null;
  const number = (name: string, fallback: number): number => Number(environment[name] ?? fallback);
  const of = number("SLURM_ARRAY_TASK_COUNT", Number.NaN);
  const index = (Number(id) - number("SLURM_ARRAY_TASK_MIN", 0)) / number("SLURM_ARRAY_TASK_STEP", 1) + 1;
  if (isShard({ index, of })) return { shard: { index, of }, from: "SLURM_ARRAY_TASK_ID" };
  throw new TandemError("E_USAGE", `task ${id} of this array is no shard`, {
    where: "SLURM_ARRAY_TASK_ID",
    hint: "number the tasks evenly, as --array=1-4 does, or give --shard i/n",
  });
}

/** Of an Indexed Job, whose pods know their index from 0 but not how many they are. */
function kubernetesShard(environment: Environment, given: number | undefined): FoundShard | null {
  const id = environment.JOB_COMPLETION_INDEX;
  if (id === undefined) return null;
  const count = environment.JOB_COMPLETION_COUNT;
  const of = given ?? Number(count);
  if (given === undefined && count === undefined) {
    throw new TandemError("E_USAGE", "how many pods there are is not known", {
      where: "JOB_COMPLETION_INDEX",
      hint: "give --shards n, the completions of the Job",
    });
  }
  const shard = { index: Number(id) + 1, of };
  if (isShard(shard)) return { shard, from: "JOB_COMPLETION_INDEX" };
  throw new TandemError("E_USAGE", `index ${id} is none of ${of}`, {
    where: "JOB_COMPLETION_INDEX",
    hint: "--shards is the completions of the Job",
  });
}

/**
 * What Slurm or Kubernetes says of this process; null where neither does.
 *
 * @param shards how many, where the environment leaves it out
 * @throws {TandemError} E_USAGE for an index without a count, or beyond it
 */
export const shardFromEnvironment = (environment: Environment, shards?: number): FoundShard | null =>
  slurmShard(environment) ?? kubernetesShard(environment, shards);
