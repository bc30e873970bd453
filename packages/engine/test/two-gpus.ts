/**
 * @module
 * The bundled cluster with several GPUs in its instance. Nobody has measured the profile: it is that of one GPU, with the
 * times of what GPUs share divided by their number.
 */
import { type GpuProfile, InstanceOptions, type LayerSamples } from "@tandem-sim/schemas";
import { loadClusterInputs } from "@tandem-sim/schemas/node";
import type { PlanInputs } from "../src/index.js";

/** Layers that every GPU runs whole. */
const whole = new Set(["embedding", "layernorm", "final_layernorm", "sampler"]);

/** A profile of `gpus` GPUs that is as good as it can be: twice the GPUs, half the time. */
function sharedProfile(profile: GpuProfile, gpus: number): GpuProfile {
  const part = ({ sizes, timeUs }: LayerSamples): LayerSamples => ({ sizes, timeUs: timeUs.map((us) => us / gpus) });
  const parts = (layers: Record<string, LayerSamples>): Record<string, LayerSamples> =>
    Object.fromEntries(
      Object.entries(layers).map(([layer, samples]) => [layer, whole.has(layer) ? samples : part(samples)]),
    );
  return {
    ...profile,
    tp: gpus,
    dense: parts(profile.dense),
    perSequence: parts(profile.perSequence),
    attention: { ...profile.attention, timeUs: profile.attention.timeUs.map((us) => us / gpus) },
    source: `not measured: ${profile.source}, over ${gpus}`,
  };
}

/** Through the host: two GPUs on PCIe without peer-to-peer access, as LLMServingSim has them. */
export const throughHost = { link_bw: 16, link_latency: 20_000 };

export function severalGpus(
  gpus: number,
  options: Partial<InstanceOptions> = {},
  link: { link_bw?: number; link_latency?: number } = throughHost,
): PlanInputs {
  const inputs = structuredClone(loadClusterInputs("single_node_pim_instance", InstanceOptions.parse(options)));
  Object.assign(inputs.cluster, link);
  for (const { instances } of inputs.cluster.nodes)
    for (const instance of instances) Object.assign(instance, { tp_size: gpus, num_npus: gpus });
  for (const { instances } of inputs.nodes)
    for (const instance of instances) {
      if (!instance.profile) throw new Error("the bundled GPU has a profile");
      instance.profile = sharedProfile(instance.profile, gpus);
    }
  return inputs;
}
