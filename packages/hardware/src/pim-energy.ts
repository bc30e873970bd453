/**
 * @module
 * Energy of attention on one PIM channel, from the currents of a DRAM data sheet (models.md section 3, "Power"). V x mA x
 * ns is pJ, and so is mW x ns.
 */
import { bitsPerClock, type PimDevice } from "@tandem-sim/schemas";
import { ContextTable } from "./context-table.js";
import { INPUT_BURSTS, type PimShape, type PimTiming, pimAppend, pimAttention, pimTilePeriod } from "./pim-device.js";

/** A COMP column slot draws this many times the current of an ordinary column read: NewtonSim's figure. */
const COMP_READ_RATIO = 4;

/** What one command takes above the standby current of open banks, pJ, all devices of a rank. */
export interface PimCommandEnergy {
  /** ACT and its PRE, one bank. */
  activatePj: number;
  /** COMP, one column slot of all banks. */
  computePj: number;
  /** READRES, one result burst. */
  readResultPj: number;
  /** GWRITE, one input vector. */
  writeInputPj: number;
  /** An ordinary column write, as K and V are stored with. */
  writePj: number;
  /** REF, one rank. */
  refreshPj: number;
}

export function pimCommandEnergy(device: PimDevice, timing: PimTiming): PimCommandEnergy {
  const { power, dram_structure: structure } = device;
  const { tRAS, tRP, tRFC, tCK } = device.timing;
  const burst = structure.BL / bitsPerClock(structure);
  /** pJ of `current` mA over `cycles` in every device of a rank. */
  const energy = (current: number, cycles: number): number =>
    power.VDD * current * cycles * tCK * timing.devicesPerRank;
  const readPj = energy(power.IDD4R - power.IDD3N, burst);
  const writePj = energy(power.IDD4W - power.IDD3N, burst);
  return {
    // IDD3N is standby with all banks active; where it exceeds IDD0 the difference hides what one activation takes.
    activatePj: Math.max(0, energy(power.IDD0, tRAS + tRP) - energy(power.IDD3N, tRAS) - energy(power.IDD2N, tRP)),
    computePj: COMP_READ_RATIO * readPj,
    readResultPj: readPj,
    writeInputPj: INPUT_BURSTS * writePj,
    writePj,
    refreshPj: energy(power.IDD5AB - power.IDD3N, tRFC),
  };
}

/**
 * Power of a channel that computes nothing, W: `[other] idle_power` where the INI has it, else the standby current of all
 * ranks and their refresh.
 */
export function pimIdleWatts(device: PimDevice, timing: PimTiming): number {
  if (device.other.idle_power !== undefined) return device.other.idle_power / 1000;
  const backgroundMilliwatts = device.power.VDD * device.power.IDD3N * timing.devicesPerRank * timing.ranks;
  const refreshMilliwatts = (pimCommandEnergy(device, timing).refreshPj * timing.ranks) / timing.refreshIntervalNs;
  return (backgroundMilliwatts + refreshMilliwatts) / 1000;
}

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
): PimEnergy {
  const idleWatts = pimIdleWatts(device, timing);
  const peakMilliwatts = device.other.peak_power;
  const aboveIdle =
    peakMilliwatts === undefined
      ? fromCommands(device, timing, shape)
      : fromPeakPower(Math.max(0, peakMilliwatts - idleWatts * 1000), timing, shape);
  const attentionTable = (ofShape: PimShape): ContextTable =>
    new ContextTable((context) => Math.round(aboveIdle.attention(ofShape, context)));
  const decode = attentionTable(shape);
  const prefill = queriesPerRow === 1 ? decode : attentionTable({ ...shape, share: shape.share * queriesPerRow });
  const appendOnePj = Math.round(aboveIdle.append(0, 1));
  return {
    idleWatts,
    peakWatts: idleWatts + longAttentionMilliwatts(timing, shape, aboveIdle) / 1000,
    decodePj: (context) => decode.at(context),
    prefillPj: (context, tokens) => prefill.sum(context, tokens),
    appendPj: (context, tokens) => (tokens === 1 ? appendOnePj : Math.round(aboveIdle.append(context, tokens))),
  };
}

/** Average power above idle of one more token of a long context, mW. */
function longAttentionMilliwatts(timing: PimTiming, shape: PimShape, { attention }: EnergyAboveIdle): number {
  const period = pimTilePeriod(timing, shape);
  const ns = (context: number): number => pimAttention(timing, shape, context).totalNs;
  return (attention(shape, 2 * period) - attention(shape, period)) / (ns(2 * period) - ns(period));
}
