/**
 * @module
 * vLLM V1's scheduler over paged KV memory. Start with `scheduler.ts`, then `kv-cache.ts` and `channel-groups.ts`.
 */
export { Batch, type HeldBy } from "./batch.js";
export { BlockPool } from "./block-pool.js";
export { CachedContents } from "./cached-contents.js";
export { type Candidate, ChannelGroups, type KvStripes } from "./channel-groups.js";
export { grown } from "./grown.js";
export { HostKvCache, type KvLoad, type KvMoves, type SwapRule } from "./host-kv-cache.js";
export { type BlockTable, KvCache, type KvMemory } from "./kv-cache.js";
export {
  type GroupLoads,
  type Placement,
  type PlacementCosts,
  type PlacementPolicy,
  type PlacementSource,
  placements,
} from "./placement/index.js";
export { type NewRequest, RequestTable } from "./request-table.js";
export { type KvPlacement, Scheduler, type SchedulerLimits } from "./scheduler.js";
export { WaitingQueue } from "./waiting-queue.js";
