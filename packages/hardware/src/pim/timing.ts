/**
 * @module
 * The timing of a PIM device, from a DRAM data sheet alone: how long a row, a column, a read-out and an input take where
 * all banks work in lock step. Times are ns.
 */
import { dramKind, type PimDevice, rankSizeMib, rowBytesPerDevice } from "@tandem-sim/schemas";

/** Controller time to collect one result burst, ns. The one constant that was fitted (to four published lines). */
export const HOST_READ_NS = 12;
/** Bytes that the compute unit of one bank takes per column slot; the width of Newton's MAC trees. */
const SLOT_BYTES = 16;
/**
 * A controller that collects a result in so few clocks does not wait for CL: its read-outs are pipelined, and commands
 * are composite, as NeuPIMs' (Heo et al., ASPLOS 2024) and AiM's are. Other controllers take several times as long.
 */
const PIPELINED_CYCLES = 3;
/** Banks that one composite command activates: Newton's G_ACT. */
const GANG = 4;
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
  /** Bytes that each bank computes on in one column slot. */
  slotBytes: number;
  /** One column slot of all banks. */
  columnNs: number;
  /** One column write over the channel's bus. */
  writeNs: number;
  /** From one row's last column to the next row's first, all banks. */
  rowNs: number;
  /** The same after column writes: write recovery stands where read-to-precharge stood. */
  rowAfterWriteNs: number;
  /** Reading one result burst out. */
  drainNs: number;
  /** Writing one input vector. */
  inputNs: number;
  /** Whether the last columns of a row run while the next row opens in the other row buffer. */
  hidesLastColumns: boolean;
  /** What the controller reserves before a refresh beyond the time that opening a row takes, ns. */
  reserveNs: number;
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
  const { dram_structure: structure, timing, system, pim } = device;
  const kind = dramKind(structure.protocol);
  const ranks = Math.max(1, Math.floor(system.channel_size / rankSizeMib(device)));
  const banksPerRank = structure.bankgroups * structure.banks_per_group;
  const burst = structure.BL / kind.bitsPerClock;
  const prechargeGap = kind.spacesPrecharges ? (timing.tPPD ?? 1) : 1;
  const pipelined = pim.collect_ns !== undefined && pim.collect_ns <= PIPELINED_CYCLES * timing.tCK;
  const oneByOne = lastActivation(structure, timing);
  const activateAll = pipelined ? lastGang(banksPerRank, timing) : oneByOne;
  const writeNs = Math.max(burst, timing.tCCD_S) * timing.tCK;
  const columnNs = pim.slot_cycles === undefined ? writeNs : pim.slot_cycles * timing.tCK;
  const collectNs = pim.collect_ns ?? HOST_READ_NS;
  const drainNs = pipelined ? collectNs : (timing.CL + burst) * timing.tCK + collectNs;
  const prechargeAll = Math.max(timing.tRP, ranks * banksPerRank * prechargeGap);
  const openAfter = (lastColumnToPrecharge: number, activate: number): number =>
    (lastColumnToPrecharge + prechargeAll + activate + timing.tRCD) * timing.tCK;
  const rowCycleNs = (timing.tRAS + timing.tRP) * timing.tCK;
  const hidesLastColumns = pim.row_buffers === 2;
  const rowNs = Math.max(
    openAfter(timing.tRTP, activateAll),
    // The row cycle is over when the row has been open for one column, unless that is hidden, and one read-out at least.
    rowCycleNs - (hidesLastColumns ? 0 : columnNs) - drainNs,
  );
  return {
    ranks,
    banks: banksPerRank * ranks,
    devicesPerRank: system.bus_width / structure.device_width,
    channelBytes: ranks * rankSizeMib(device) * 2 ** 20,
    busGBps: ((system.bus_width / 8) * (device.other.data_rate ?? (1000 * kind.bitsPerClock) / timing.tCK)) / 1000,
    readLatencyNs: timing.CL * timing.tCK,
    slotBytes: pim.bytes_per_slot ?? SLOT_BYTES,
    columnNs,
    writeNs,
    rowNs,
    rowAfterWriteNs: Math.max(
      openAfter(Math.max(timing.tRTP, timing.CWL + burst + timing.tWR), oneByOne),
      rowCycleNs - writeNs,
    ),
    drainNs,
    inputNs: pim.input_ns ?? inputCycles(timing, hidesLastColumns) * timing.tCK,
    hidesLastColumns,
    reserveNs: pipelined ? reserveCycles(timing, ranks * banksPerRank, prechargeAll) * timing.tCK : 0,
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

/** The same where one command activates {@link GANG} banks: such commands keep tFAW between them. */
const lastGang = (banks: number, { tRRD_S, tFAW }: PimDevice["timing"]): number =>
  (Math.ceil(banks / GANG) - 1) * Math.max(tRRD_S, tFAW);

/**
 * Cycles of writing one input vector, out of a row of a bank. Of two row buffers the ordinary one holds that row: it opens
 * while the banks compute out of the other.
 */
const inputCycles = ({ tRTP, tRP, tRCD, tCCD_S, tCCD_L }: PimDevice["timing"], besideCompute: boolean): number =>
  (besideCompute ? 0 : tRTP + tRP + tRCD) + INPUT_BURSTS * (tCCD_S + tCCD_L);

/**
 * Cycles that a controller of composite commands holds free before a refresh beyond those of a row: it counts the
 * precharges one after the other, tRTP each (NeuPIMs' simulator, `EstimatePIMOperationLatency`), and finds them done where
 * the refresh has closed the banks.
 */
const reserveCycles = ({ tRTP }: PimDevice["timing"], banks: number, prechargeAll: number): number =>
  Math.max(0, banks * tRTP - 2 * (tRTP + prechargeAll));
