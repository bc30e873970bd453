/**
 * @module
 * Energy of attention on one PIM channel above its idle power: from `[other] peak_power` where the INI has it, else from
 * the commands that the attention takes. mW x ns is pJ.
 */
import type { PimDevice } from "@tandem-sim/schemas";
import { pimAppend } from "./append.js";
import { type PimShape, pimAttention, pimTilePeriod } from "./attention.js";
import { pimCommandEnergy, pimIdleWatts } from "./command-energy.js";
import { type ContextTable, stepTable } from "./context-table.js";
import { PrefillTable } from "./prefill-table.js";
import type { PieceCosts } from "./stripes.js";
import type { PimTiming } from "./timing.js";
import { type GroupSharing, onEachChannel, wholeHeads } from "./token-parts.js";

/** Energy of one request's attention on each channel of its group ABOVE the channel's idle power, in whole pJ. */
export interface PimEnergy {
  /** Power of one channel at all times, W. */
  idleWatts: number;
  /** Power of one channel while it computes a long attention, W, idle power included. */
  peakWatts: number;
  /** As `PimCosts.decodeNs`. */
  decodePj(context: number): number;
  /** As `PimCosts.prefillNs`: the sum over the queries' causal contexts. */
  prefillPj(context: number, tokens: number): number;
  /** As `PimCosts.appendNs`. */
  appendPj(context: number, tokens: number): number;
  /** As `PimCosts.stepNs`. */
  stepPj: ContextTable;
  /** The same of a piece of striped KV. */
  pieces: PieceCosts;
}

/** Above idle power, pJ, of one attention and of one append. */
interface EnergyAboveIdle {
  attention(shape: PimShape, context: number): number;
  append(context: number, tokens: number): number;
}

function fromCommands(device: PimDevice, timing: PimTiming, shape: PimShape): EnergyAboveIdle {
  const command = pimCommandEnergy(device, timing);
  return {
    attention: (ofShape, context) => {
      const { rows, comps, drains, inputs } = pimAttention(timing, ofShape, context);
      return (
        rows * timing.banks * command.activatePj +
        comps * command.computePj +
        drains * command.readResultPj +
        inputs * command.writeInputPj
      );
    },
    append: (context, tokens) => {
      const { rows, writes } = pimAppend(timing, shape, context, tokens);
      return rows * timing.banks * command.activatePj + writes * command.writePj;
    },
  };
}

const fromPeakPower = (aboveIdleMilliwatts: number, timing: PimTiming, shape: PimShape): EnergyAboveIdle => ({
  attention: (ofShape, context) => aboveIdleMilliwatts * pimAttention(timing, ofShape, context).totalNs,
  append: (context, tokens) => aboveIdleMilliwatts * pimAppend(timing, shape, context, tokens).totalNs,
});

/**
 * Energies of a shape on a device. With `[other] peak_power` it is what the channel draws while it computes; without, it
 * follows from the commands that the attention takes.
 *
 * @param queriesPerRow as for `createPimCosts`
 * @param sharing likewise; energies are means over the channels that share a head
 *
 * @example
 * const energy = createPimEnergy(device, timing, { heads: 4, kvHeads: 1, headDim: 128, elementBytes: 2, share: 1 }, 1);
 * energy.decodePj(1024) / 1e6; // microjoules
 */
export function createPimEnergy(
  device: PimDevice,
  timing: PimTiming,
  shape: PimShape,
  queriesPerRow: number,
  sharing: GroupSharing = wholeHeads,
): PimEnergy {
  const idleWatts = pimIdleWatts(device, timing);
  const peakMilliwatts = device.other.peak_power;
  const aboveIdle =
    peakMilliwatts === undefined
      ? fromCommands(device, timing, shape)
      : fromPeakPower(Math.max(0, peakMilliwatts - idleWatts * 1000), timing, shape);
  const prefill = new PrefillTable(shape, queriesPerRow, (ofShape, context) =>
    Math.round(aboveIdle.attention(ofShape, context)),
  );
  const appendOnePj = Math.round(aboveIdle.append(0, 1));
  const append = (context: number, tokens: number): number =>
    tokens === 1 ? appendOnePj : Math.round(aboveIdle.append(context, tokens));
  const pieces = onEachChannel(prefill.withAppends(append), sharing, (context, tokens) =>
    Math.round(append(context, tokens) / sharing.tokenParts),
  );
  return {
    idleWatts,
    peakWatts: idleWatts + longAttentionMilliwatts(timing, shape, aboveIdle) / 1000,
    decodePj: pieces.decode,
    prefillPj: pieces.prefill,
    appendPj: pieces.append,
    stepPj: stepTable(pieces),
    pieces,
  };
}

/** Average power above idle of one more token of a long context, mW. */
function longAttentionMilliwatts(timing: PimTiming, shape: PimShape, { attention }: EnergyAboveIdle): number {
  const period = pimTilePeriod(timing, shape);
  const ns = (context: number): number => pimAttention(timing, shape, context).totalNs;
  return (attention(shape, 2 * period) - attention(shape, period)) / (ns(2 * period) - ns(period));
}
