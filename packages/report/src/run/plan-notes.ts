/**
 * @module
 * What is worth knowing of a plan: what each instance has room for, and where a run leaves what was measured.
 */
import type { InstancePlan, SimulationPlan } from "@tandem-sim/engine";
import type { ProfileAxis } from "@tandem-sim/hardware";
import type { Summary } from "@tandem-sim/schemas";
import { constantsText } from "../calibration/calibration-result.js";
import { bytes, percent } from "../number-format.js";

/** What an instance has room for. */
export function capacityNote(plan: InstancePlan): string {
  const { id, hardware, modelName, weightBytes, gpuBlocks, pim, hostKv, options } = plan;
  const gpu = `instance ${id}: ${modelName} on ${hardware}, weights ${bytes(weightBytes)}, ${gpuBlocks} KV blocks of ${options.blockSize} tokens on the GPU`;
  if (hostKv) return `${gpu}, ${hostKv.blocks} in host memory, link ${hostKv.link.bw} GB/s for each GPU`;
  if (!pim) return gpu;
  const { stripes } = pim.layout;
  const striped = stripes ? `, requests in stripes of ${stripes.stripeTokens} tokens over all of them` : "";
  const link = pim.linkGBps === null ? "in the GPU's memory" : `link ${pim.linkGBps} GB/s`;
  return `${gpu}, phase ${options.attnOffloadPhase}: ${pim.layout.groups} groups of ${pim.layout.channelsPerGroup} ${pim.device.name} channels with ${pim.layout.blocksPerGroup} blocks each${striped}, ${link}`;
}

/**
 * Where the GPU times of a plan come from and how far to trust them.
 *
 * @param summaries of the runs on it, of which the least certain counts
 */
export function gpuNotes({ instances }: SimulationPlan, summaries: readonly Summary[]): string[] {
  const origins = instances.map(({ hardware, modelName, gpuTimes, calibration }) => {
    const corrected = calibration ? `, corrected by a recorded run: ${constantsText(calibration) || "nothing"}` : "";
    return `${modelName} on ${hardware}, ${originNames[gpuTimes]}${corrected}`;
  });
  const [first, ...others] = summaries.map(({ gpu_time }) => gpu_time);
  if (!first) return [];
  const ofWhat = instances.some(({ gpuTimes }) => gpuTimes === "simulated") ? " of that simulator" : "";
  const worst = others.reduce((a, b) => (b.typical_error > a.typical_error ? b : a), first);
  return [
    `GPU times: ${[...new Set(origins)].join("; ")}. Typically within ${percent(worst.typical_error, 1)}${ofWhat}${beyondText(worst)}.`,
  ];
}

/** "; 12% of the GPU time lies beyond what was measured (...)" */
function beyondText({ phases, farthest }: Summary["gpu_time"]): string {
  if (!farthest) return "";
  const beyond = Object.values(phases).reduce((sum, phase) => sum + phase.share * phase.beyond, 0);
  const axis = axisNames[farthest.axis as ProfileAxis];
  return `; ${percent(beyond)} of the GPU time lies beyond what was measured (${axis}, up to ${farthest.factor.toFixed(1)} times)`;
}

const originNames = {
  measured: "measured",
  calibrated: "computed from its spec sheet and calibrated to measurements of that GPU",
  "partly calibrated": "computed from its spec sheet with efficiencies that others state",
  "spec sheet": "computed from its spec sheet with the defaults of its memory family",
  simulated: "computed from its spec sheet by formulas that follow a simulator: nobody has measured it",
} as const;

const axisNames: Record<ProfileAxis, string> = {
  tokens: "tokens in a batch",
  sequences: "requests in a batch",
  prefillChunk: "prefill tokens in a batch",
  kvPrefill: "cached tokens of prefills",
  nDecode: "decodes in a batch",
  nDecodeMixed: "decodes beside a prefill",
  kvDecode: "context of a decode",
};

/** Furthest that a run went beyond a GPU profile's measured range, by axis. */
export class Extrapolation {
  private readonly beyond = new Map<ProfileAxis, { value: number; limit: number }>();

  add(axis: ProfileAxis, value: number, limit: number): void {
    this.beyond.set(axis, { value: Math.max(value, this.beyond.get(axis)?.value ?? 0), limit });
  }

  /** A sentence for each axis. */
  warnings(): string[] {
    return [...this.beyond].map(
      ([axis, { value, limit }]) =>
        `beyond the GPU profile: ${axisNames[axis]} up to ${value}, measured up to ${limit}`,
    );
  }
}
