/**
 * @module
 * What the difference between GPU-only and an offloaded mode consists of, by running with one cause added at a time. The
 * steps add up to the whole, exactly; another order would share out differently what two causes do together.
 */
import { createPlan, inMode, type PlanInputs } from "@tandem-sim/engine";
import type { Composition, causes, Summary } from "@tandem-sim/schemas";
import { withOptions, withRoomOfPim } from "./axes.js";
import type { Serve } from "./mode-outcome.js";

type Cause = (typeof causes)[number];
type Figures = Composition["from"];

const figuresOf = ({ makespan_ns, ttft_ms, queuing_ms, tpot_ms }: Summary): Figures => ({
  makespan_ns,
  ttft_ms: ttft_ms.mean,
  queuing_ms: queuing_ms.mean,
  tpot_ms: tpot_ms.mean,
});

const difference = (to: Figures, from: Figures): Figures => ({
  makespan_ns: to.makespan_ns - from.makespan_ns,
  ttft_ms: to.ttft_ms - from.ttft_ms,
  queuing_ms: to.queuing_ms - from.queuing_ms,
  tpot_ms: to.tpot_ms - from.tpot_ms,
});

/**
 * GPU-only, then with separate kernels for prefill and decode attention, then with the KV room of PIM, then with attention
 * on PIM, then in sub-batches.
 *
 * @param to an offloaded mode that served the load
 * @returns null where GPU-only or plain offload does not serve it
 */
export async function composition(
  inputs: PlanInputs,
  served: ReadonlyMap<string, Summary>,
  to: string,
  serve: Serve,
): Promise<Composition | null> {
  const [gpuOnly, offload, last] = ["gpu-only", "offload", to].map((mode) => served.get(mode));
  if (!gpuOnly || !offload || !last) return null;
  const apart = withOptions(inMode(inputs, "gpu-only"), { gpuMixedAttention: "separate" });
  const roomy = withRoomOfPim(apart, createPlan(inMode(inputs, "offload")).instances);
  const changes = [
    ["two attention kernels", apart],
    ["KV room of PIM", roomy],
  ] as const;
  const chain: [Cause, Summary][] = [];
  const outcomes = await Promise.all(
    changes.map(async ([cause, changed]) => [cause, await serve(changed, `gpu-only with ${cause}`)] as const),
  );
  for (const [cause, outcome] of outcomes) {
    if (!("summary" in outcome)) return null;
    chain.push([cause, outcome.summary]);
  }
  chain.push(["attention on PIM", offload]);
  if (to !== "offload") chain.push(["overlap", last]);
  let before = figuresOf(gpuOnly);
  const steps = chain.map(([cause, summary]) => {
    const figures = figuresOf(summary);
    const step = { cause, ...difference(figures, before) };
    before = figures;
    return step;
  });
  return { to, from: figuresOf(gpuOnly), steps };
}
