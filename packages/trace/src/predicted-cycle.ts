/**
 * @module
 * The cycle of an interleaved layer, predicted: the busiest resource, or the longer half's round trip.
 */
import { busiestGroupNs, type HalfProgram, type Program } from "./program.js";

const denseNs = (half: HalfProgram): number => half.preNs + half.gpuAttentionNs + half.postNs;

/** One half's way through a layer when nobody is in its way. GPU attention runs beside the PIM stage. */
export const roundTripNs = (half: HalfProgram): number =>
  half.preNs +
  half.postNs +
  Math.max(half.gpuAttentionNs, half.downNs > 0 ? half.upNs + busiestGroupNs(half) + half.downNs : 0);

/**
 * models.md section 5: max over D1 + D2, up1 + up2, dn1 + dn2, every group's A1g + A2g, and each half's round trip. Ns
 * of one layer in the steady state; the exact schedule is the engine's.
 */
export function predictedCycleNs(program: Program): number {
  const [first, second] = program.half;
  if (program.halves === 1) return Math.max(roundTripNs(first), busiestGroupNs(first));
  let cycle = Math.max(
    denseNs(first) + denseNs(second),
    first.upNs + second.upNs,
    first.downNs + first.fetchNs + second.downNs + second.fetchNs,
    roundTripNs(first),
    roundTripNs(second),
  );
  for (let g = 0; g < program.groups; g++) {
    const load = first.groupNs[g]! + second.groupNs[g]!;
    if (load > cycle) cycle = load;
  }
  return cycle;
}
