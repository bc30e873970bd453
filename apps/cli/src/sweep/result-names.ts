/**
 * @module
 * What the files of a sweep are called in their folder.
 */
import type { Shard } from "@tandem-sim/sweep";

export const resultsName = "results.jsonl";
export const csvName = "results.csv";
export const shardName = ({ index, of }: Shard): string => `results.shard-${index}-of-${of}.jsonl`;

export const isShardName = (name: string): boolean => /^results\.shard-\d+-of-\d+\.jsonl$/.test(name);
