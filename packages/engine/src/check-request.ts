/**
 * @module
 * Requests that no instance could ever serve, refused with the numbers before anything runs.
 */
import { gpuHoldsPrompts, type PimSystem, tokensOfPiece } from "@tandem-sim/hardware";
import { TandemError } from "@tandem-sim/schemas";
import { type RequestChunk, requestPlace } from "@tandem-sim/workload";
import type { InstancePlan, SimulationPlan } from "./plan.js";

interface Refusal {
  message: string;
  hint: string;
}

/** Of the blocks of a request, those on the group that has most of them: where it starts. */
const blocksOnGroup = ({ layout: { stripes } }: PimSystem, blocks: number, blockSize: number): number =>
  stripes ? tokensOfPiece(stripes, blocks * blockSize, 0) / blockSize : blocks;

/** Why an instance can never serve a request of this size; null where it can. */
function refusal(instance: InstancePlan, inputTokens: number, outputTokens: number): Refusal | null {
  const { id, options, pim, gpuBlocks, maxModelLen } = instance;
  if (inputTokens + outputTokens > maxModelLen) {
    return { message: `is longer than instance ${id} serves`, hint: `max-model-len is ${maxModelLen}` };
  }
  if (!options.enableChunkedPrefill && options.maxNumBatchedTokens > 0 && inputTokens > options.maxNumBatchedTokens) {
    return {
      message: "can never be scheduled: its prompt may not be cut",
      hint: `raise --max-num-batched-tokens (${options.maxNumBatchedTokens}) or leave chunked prefill on`,
    };
  }
  // The last token is never attended to, so its K and V are never stored.
  const blocks = Math.ceil((inputTokens + outputTokens - 1) / options.blockSize);
  // With decodes on PIM the GPU holds prompts only.
  const onGpu = !pim ? blocks : gpuHoldsPrompts(pim) ? Math.ceil(inputTokens / options.blockSize) : 0;
  if (onGpu > gpuBlocks) {
    return { message: `needs ${onGpu} KV blocks`, hint: `the GPU of instance ${id} has ${gpuBlocks}` };
  }
  const onGroup = pim ? blocksOnGroup(pim, blocks, options.blockSize) : 0;
  if (pim && onGroup > pim.layout.blocksPerGroup) {
    const { channelsPerGroup, blocksPerGroup } = pim.layout;
    return {
      message: `needs ${blocks} KV blocks${onGroup < blocks ? `, ${onGroup} of them where it starts` : ""}`,
      hint: `a group of ${channelsPerGroup} PIM channels of instance ${id} has ${blocksPerGroup}`,
    };
  }
  return null;
}

/** Whether an instance can serve a request of this size. */
export const canServe = (instance: InstancePlan, inputTokens: number, outputTokens: number): boolean =>
  refusal(instance, inputTokens, outputTokens) === null;

/**
 * Checks that some instance can serve a request of a chunk.
 *
 * @param id its number in the workload
 * @param source the workload's name
 * @throws {TandemError} E_CAPACITY with its place and the numbers
 */
export function checkRequest(
  { instances }: SimulationPlan,
  id: number,
  chunk: RequestChunk,
  row: number,
  source: string,
): void {
  const inputTokens = chunk.inputTokens[row];
  const outputTokens = chunk.outputTokens[row];
  let why: Refusal | null = null;
  for (const instance of instances) {
    why = refusal(instance, inputTokens, outputTokens);
    if (!why) return;
  }
  if (!why) return;
  const none = instances.length > 1 ? ", and fits no other instance either" : "";
  throw new TandemError("E_CAPACITY", `request ${id} (${inputTokens} + ${outputTokens} tokens) ${why.message}${none}`, {
    where: requestPlace(source, chunk, row),
    hint: why.hint,
  });
}

/**
 * Checks every request of a workload, so that a bad one is known before anything runs.
 *
 * @throws {TandemError} E_CAPACITY for the first one that can never be served
 */
export function checkWorkload(plan: SimulationPlan, chunks: readonly RequestChunk[], source: string): void {
  let id = 0;
  for (const chunk of chunks) for (let row = 0; row < chunk.count; row++) checkRequest(plan, id++, chunk, row, source);
}

/** Half of what whole ns in a double reach: 52 days. Runs go on behind the last arrival. */
const LAST_ARRIVAL_NS = 2 ** 52;

/**
 * Checks that time can be counted up to the last request.
 *
 * @param lastNs when the last request arrives
 * @param where what gave it its arrival
 * @throws {TandemError} E_USAGE
 */
export function checkArrivals(lastNs: number, where: string): void {
  if (lastNs <= LAST_ARRIVAL_NS) return;
  throw new TandemError("E_USAGE", `the last request would arrive after ${(lastNs / 1e9).toPrecision(3)} s`, {
    where,
    hint: `times up to ${LAST_ARRIVAL_NS / 1e9} s can be simulated`,
  });
}
