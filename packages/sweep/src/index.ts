/**
 * @module
 * Many runs as one question. Start with `sweep-file.ts` and `cells.ts` (what is run), then `journal.ts` (what is kept);
 * `capacity.ts` and `crossings.ts` search along one axis.
 */
export { type Between, bisection, byRatio, onGrid } from "./bisection.js";
export { type Capacity, type CapacitySearch, findCapacity, type LoadPoint } from "./capacity.js";
export { axesText, type Cell, cellsOf, cellText, type Settings, type SettingValue } from "./cells.js";
export { costUsd } from "./cost.js";
export { type ComparedPoint, type Crossing, type Crossings, findCrossings, secondWins } from "./crossings.js";
export { type Journal, journalText, line, parseJournal } from "./journal.js";
export { mergeShards, type ShardFile } from "./merge.js";
export { type Objective, objectivesOf, paretoFront } from "./pareto.js";
export { resultsCsv } from "./results-csv.js";
export { type FoundShard, parseShard, type Shard, shardFromEnvironment, shardOf, shardText } from "./shard.js";
export { checkSweep, parseSweep, type Sweep } from "./sweep-file.js";
