/**
 * @module
 * Where interleaving pays: one decode iteration over batch size and context, GPU-only, offloaded, interleaved.
 */
import { bundledInstance, playBatch } from "./static-batch.js";

/** Latencies of one iteration, ms. */
export interface CrossoverPoint {
  decodes: number;
  context: number;
  gpuOnlyMs: number;
  offloadMs: number;
  interleavedMs: number;
  /** A of the offloaded batch, transfers included, over its D. */
  attentionToDense: number;
}

export function crossover(
  batches: readonly number[] = [8, 32, 64, 128, 256],
  contexts: readonly number[] = [512, 1024, 2048, 4096],
): CrossoverPoint[] {
  const gpuOnly = bundledInstance("gpu-only");
  const offload = bundledInstance("offload");
  const interleave = bundledInstance("interleave");
  const ms = (instance: typeof gpuOnly, decodes: number, context: number): number =>
    playBatch(instance, decodes, context).played.latencyNs / 1e6;
  /** The GPU waits while attention runs, so what it does not work is A. */
  const attentionToDense = (decodes: number, context: number): number => {
    const { played, table } = playBatch(offload, decodes, context);
    const denseNs = played.coveredNs[table.graph.resources.findIndex(({ kind }) => kind === "gpu")];
    return played.latencyNs / denseNs - 1;
  };
  return batches.flatMap((decodes) =>
    contexts.map((context) => ({
      decodes,
      context,
      gpuOnlyMs: ms(gpuOnly, decodes, context),
      offloadMs: ms(offload, decodes, context),
      interleavedMs: ms(interleave, decodes, context),
      attentionToDense: attentionToDense(decodes, context),
    })),
  );
}
