/**
 * @module
 * What a PIM device can do for a model, for scripts.
 */
import type { PimFacts } from "./pim-facts.js";
import type { PimSubject } from "./pim-result.js";

/** The facts under the names that `pim show --json` has. Times ns, power W, bandwidth GB/s. */
export function pimJson({ device, model }: PimSubject, facts: PimFacts): Record<string, unknown> {
  const { timing } = facts;
  return {
    name: device,
    model,
    attach: facts.attach,
    channels: facts.channels,
    channels_per_group: facts.channelsPerGroup,
    channel_groups: facts.groups,
    channel_gib: timing.channelBytes / 2 ** 30,
    banks: timing.banks,
    ranks: timing.ranks,
    bus_gbps: timing.busGBps,
    read_latency_ns: timing.readLatencyNs,
    latency: facts.latency.map((point, i) => ({
      context: point.context,
      latency_ns: point.totalNs,
      group_latency_ns: facts.groupLatencyNs[i],
      gpu_latency_ns: facts.gpuLatencyNs?.[i] ?? null,
      kv_bandwidth_gbps: facts.kvGBps[i],
      kv_energy_pj_per_byte: facts.kvPjPerByte[i],
      breakdown_ns: {
        activation: point.activationNs,
        compute: point.computeNs,
        read_out: point.readOutNs,
        input: point.inputNs,
        refresh: point.refreshNs,
      },
    })),
    power: { idle_w: facts.idleWatts, peak_w: facts.peakWatts },
    gemv_bandwidth_gbps: facts.gemvGBps,
    break_even: facts.breakEven.map(({ context, batch, untilBatch, pimNs, gpuNs }) => ({
      context,
      batch,
      until_batch: untilBatch,
      pim_ns: pimNs,
      gpu_ns: gpuNs,
    })),
  };
}
