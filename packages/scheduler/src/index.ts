/**
 * @module
 * vLLM V1's scheduler over paged KV memory. Start with `scheduler.ts`, then `kv-cache.ts` and `channel-groups.ts`.
 */
export { Batch, type HeldBy } from "./batch.js";
export { BlockPool } from "./block-pool.js";
export { ChannelGroups, type PlacementCosts } from "./channel-groups.js";
export { grown } from "./grown.js";
export { HostKvCache, type KvLoad, type KvMoves, type SwapRule } from "./host-kv-cache.js";
export { type BlockTable, KvCache } from "./kv-cache.js";
export { type NewRequest, RequestTable } from "./request-table.js";
export { type KvPlacement, Scheduler, type SchedulerLimits } from "./scheduler.js";
export { WaitingQueue } from "./waiting-queue.js";
