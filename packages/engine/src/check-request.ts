/**
 * @module
 * Requests that an instance could never serve, refused with the numbers before anything runs.
 */
import { TandemError } from "@tandem-sim/schemas";
import type { RequestChunk } from "@tandem-sim/workload";
import type { SimulationPlan } from "./plan.js";

/**
 * Checks that a request can be served at all.
 *
 * @throws {TandemError} E_CAPACITY with the numbers
 */
export function checkRequest(
  plan: SimulationPlan,
  id: number,
  inputTokens: number,
  outputTokens: number,
  source: string,
): void {
  for (const instance of plan.instances) {
    const refuse = (message: string, hint: string): never => {
      throw new TandemError("E_CAPACITY", `request ${id} (${inputTokens} + ${outputTokens} tokens) ${message}`, {
        where: source,
        hint,
      });
    };
    const { options, pim } = instance;
    if (inputTokens + outputTokens > instance.maxModelLen) {
      refuse(`is longer than instance ${instance.id} serves`, `max-model-len is ${instance.maxModelLen}`);
    }
    if (!options.enableChunkedPrefill && options.maxNumBatchedTokens > 0 && inputTokens > options.maxNumBatchedTokens) {
      refuse(
        "can never be scheduled: its prompt may not be cut",
        `raise --max-num-batched-tokens (${options.maxNumBatchedTokens}) or leave chunked prefill on`,
      );
    }
    // The last token is never attended to, so its K and V are never stored.
    const blocks = Math.ceil((inputTokens + outputTokens - 1) / options.blockSize);
    if (!pim?.attendsOnPim(true) && blocks > instance.gpuBlocks) {
      refuse(`needs ${blocks} KV blocks`, `the GPU of instance ${instance.id} has ${instance.gpuBlocks}`);
    }
    if (pim && blocks > pim.layout.blocksPerGroup) {
      refuse(
        `needs ${blocks} KV blocks`,
        `a group of ${pim.layout.channelsPerGroup} PIM channels of instance ${instance.id} has ${pim.layout.blocksPerGroup}`,
      );
    }
  }
}

/**
 * Checks every request of a workload, so that a bad one is known before anything runs.
 *
 * @throws {TandemError} E_CAPACITY for the first one that can never be served
 */
export function checkWorkload(plan: SimulationPlan, chunks: readonly RequestChunk[], source: string): void {
  let id = 0;
  for (const chunk of chunks) {
    for (let i = 0; i < chunk.count; i++)
      checkRequest(plan, id++, chunk.inputTokens[i]!, chunk.outputTokens[i]!, source);
  }
}
