/**
 * @module
 * The timing of a PIM device, from a DRAM data sheet alone: how long a row, a column, a read-out and an input take where
 * all banks work in lock step. Times are ns.
 */
import { dramKind, type PimDevice, rankSizeMib, rowBytesPerDevice } from "@tandem-sim/schemas";

/** Controller time to collect one result burst, ns. The one constant that was fitted (to four published lines). */
export const HOST_READ_NS = 12;
/** Column writes of one input vector. */
export const INPUT_BURSTS = 32;

/** What follows from the data sheet before any model shape is known. */
export interface PimTiming {
  ranks: number;
  /** Banks that work in lock step: all banks of all ranks. */
  banks: number;
  devicesPerRank: number;
  channelBytes: number;
  /** GB/s of the channel's bus, for ordinary reads and writes. */
  busGBps: number;
  readLatencyNs: number;
  /** One column slot of all banks. */
  columnNs: number;
  /** From one row's last column to the next row's first, all banks. */
  rowNs: number;
  /** The same after column writes: write recovery stands where read-to-precharge stood. */
  rowAfterWriteNs: number;
  /** Reading one result burst out. */
  drainNs: number;
  /** Writing one input vector. */
  inputNs: number;
  refreshNs: number;
  refreshIntervalNs: number;
  rowBytesPerDevice: number;
  /** Bytes of one burst on the channel's bus. */
  burstBytes: number;
}

/**
 * Derives the timing of a device (models.md section 3, which is where the formulas are from).
 *
 * @example
 * const timing = derivePimTiming(readPimDevice("DDR4_8GB_3200_pim.ini"));
 * timing.banks; // 16
 */
export function derivePimTiming(device: PimDevice): PimTiming {
  const { dram_structure: structure, timing, system } = device;
  const kind = dramKind(structure.protocol);
  const ranks = Math.max(1, Math.floor(system.channel_size / rankSizeMib(device)));
  const banksPerRank = structure.bankgroups * structure.banks_per_group;
  const burst = structure.BL / kind.bitsPerClock;
  const prechargeGap = kind.spacesPrecharges ? (timing.tPPD ?? 1) : 1;
  const activateAll = lastActivation(structure, timing);
  const columnNs = Math.max(burst, timing.tCCD_S) * timing.tCK;
  const drainNs = (timing.CL + burst) * timing.tCK + HOST_READ_NS;
  const openAfter = (lastColumnToPrecharge: number): number =>
    (lastColumnToPrecharge + Math.max(timing.tRP, ranks * banksPerRank * prechargeGap) + activateAll + timing.tRCD) *
    timing.tCK;
  const rowCycleNs = (timing.tRAS + timing.tRP) * timing.tCK;
  return {
    ranks,
    banks: banksPerRank * ranks,
    devicesPerRank: system.bus_width / structure.device_width,
    channelBytes: ranks * rankSizeMib(device) * 2 ** 20,
    busGBps: ((system.bus_width / 8) * (device.other.data_rate ?? (1000 * kind.bitsPerClock) / timing.tCK)) / 1000,
    readLatencyNs: timing.CL * timing.tCK,
    columnNs,
    // The row cycle is over when the row has been open for one column and one read-out at least.
    rowNs: Math.max(openAfter(timing.tRTP), rowCycleNs - columnNs - drainNs),
    rowAfterWriteNs: Math.max(openAfter(Math.max(timing.tRTP, timing.CWL + burst + timing.tWR)), rowCycleNs - columnNs),
    drainNs,
    inputNs: (timing.tRTP + timing.tRP + timing.tRCD + INPUT_BURSTS * (timing.tCCD_S + timing.tCCD_L)) * timing.tCK,
    refreshNs: timing.tRFC * timing.tCK,
    refreshIntervalNs: timing.tREFI * timing.tCK,
    rowBytesPerDevice: rowBytesPerDevice(structure),
    burstBytes: (structure.BL * system.bus_width) / 8,
  };
}

/**
 * Cycles from the first to the last activation of a rank's banks, which open in order of address: tRRD_L within a bank
 * group, tRRD_S to the next one, four at most in tFAW.
 */
function lastActivation(
  { bankgroups, banks_per_group }: PimDevice["dram_structure"],
  { tRRD_S, tRRD_L, tFAW }: PimDevice["timing"],
): number {
  const at: number[] = [0];
  for (let bank = 1; bank < bankgroups * banks_per_group; bank++) {
    const gap = bank % banks_per_group === 0 ? tRRD_S : tRRD_L;
    at.push(Math.max(at[bank - 1] + gap, (at[bank - 4] ?? 0) + (bank < 4 ? 0 : tFAW)));
  }
  return at[at.length - 1];
}
