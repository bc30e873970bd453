/**
 * @module
 * Energy of the commands of a PIM channel, and its power at rest, from the currents of a DRAM data sheet (models.md
 * section 3, "Power"). V x mA x ns is pJ, and so is mW x ns.
 */
import { dramKind, type PimDevice } from "@tandem-sim/schemas";
import { INPUT_BURSTS, type PimTiming } from "./timing.js";

/** A COMP column slot of 16 bytes draws this many times the current of an ordinary column read: NewtonSim's figure. */
const COMP_READ_RATIO = 4;
const COMP_BYTES = 16;

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
  const burst = structure.BL / dramKind(structure.protocol).bitsPerClock;
  /** pJ of `current` mA over `cycles` in every device of a rank. */
  const energy = (current: number, cycles: number): number =>
    power.VDD * current * cycles * tCK * timing.devicesPerRank;
  const readPj = energy(power.IDD4R - power.IDD3N, burst);
  const writePj = energy(power.IDD4W - power.IDD3N, burst);
  return {
    // IDD3N is standby with all banks active; where it exceeds IDD0 the difference hides what one activation takes.
    activatePj: Math.max(0, energy(power.IDD0, tRAS + tRP) - energy(power.IDD3N, tRAS) - energy(power.IDD2N, tRP)),
    computePj: ((COMP_READ_RATIO * timing.slotBytes) / COMP_BYTES) * readPj,
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
