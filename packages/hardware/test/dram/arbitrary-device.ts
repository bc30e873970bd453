/**
 * @module
 * Random devices whose timings a DRAM could have: drawn in ns within what JEDEC parts span, then rounded to clock cycles.
 */
import { type PimDevice, parsePimIni } from "@tandem-sim/schemas";
import fc from "fast-check";
import type { PimShape } from "../../src/pim/attention.js";
import { derivePimTiming } from "../../src/pim/timing.js";

const tenths = (low: number, high: number): fc.Arbitrary<number> =>
  fc.integer({ min: low * 10, max: high * 10 }).map((value) => value / 10);

/** ns, but for the geometry. */
const dataSheet = fc.record({
  protocol: fc.constantFrom("DDR4", "DDR5", "LPDDR4", "HBM2"),
  tCK: fc.constantFrom(0.3125, 0.416, 0.5, 0.625, 0.75, 0.833, 1, 1.25),
  bankgroups: fc.constantFrom(1, 2, 4, 8),
  banksPerGroup: fc.constantFrom(2, 4),
  deviceWidth: fc.constantFrom(8, 16, 32, 64),
  devices: fc.constantFrom(1, 2, 4, 8),
  rowBytes: fc.constantFrom(1024, 2048, 4096),
  ranks: fc.constantFrom(1, 2),
  BL: fc.constantFrom(4, 8, 16),
  CL: tenths(10, 20),
  CWL: tenths(4, 16),
  tRCD: tenths(10, 20),
  tRP: tenths(10, 22),
  tRAS: tenths(28, 45),
  tRRD_S: tenths(2.5, 6),
  extraRRD_L: tenths(0, 3),
  tFAW: tenths(12, 40),
  tRTP: tenths(4, 8),
  tWR: tenths(12, 30),
  extraCCD: fc.constantFrom(1, 1.5, 2),
  tPPD: fc.constantFrom(1, 2, 4),
  tRFC: tenths(150, 420),
  tREFI: fc.constantFrom(3900, 7800),
});

function iniText(sheet: typeof dataSheet extends fc.Arbitrary<infer T> ? T : never): string {
  const cycles = (ns: number): number => Math.ceil(ns / sheet.tCK - 1e-9);
  const columns = (sheet.rowBytes * 8) / sheet.deviceWidth;
  const rows = 32768;
  const rankMib = (sheet.rowBytes * rows * sheet.bankgroups * sheet.banksPerGroup * sheet.devices) / 2 ** 20;
  const tCCD_S = Math.max(1, sheet.BL / 2);
  const tRCD = cycles(sheet.tRCD);
  return `
[dram_structure]
protocol = ${sheet.protocol}
bankgroups = ${sheet.bankgroups}
banks_per_group = ${sheet.banksPerGroup}
rows = ${rows}
columns = ${columns}
device_width = ${sheet.deviceWidth}
BL = ${sheet.BL}
[system]
channel_size = ${rankMib * sheet.ranks}
bus_width = ${sheet.deviceWidth * sheet.devices}
[timing]
tCK = ${sheet.tCK}
CL = ${cycles(sheet.CL)}
CWL = ${cycles(sheet.CWL)}
tRCD = ${tRCD}
tRP = ${cycles(sheet.tRP)}
tRAS = ${Math.max(tRCD + cycles(sheet.tRTP), cycles(sheet.tRAS))}
tRFC = ${cycles(sheet.tRFC)}
tREFI = ${Math.floor(sheet.tREFI / sheet.tCK)}
tRRD_S = ${cycles(sheet.tRRD_S)}
tRRD_L = ${cycles(sheet.tRRD_S + sheet.extraRRD_L)}
tFAW = ${Math.max(4 * cycles(sheet.tRRD_S), cycles(sheet.tFAW))}
tRTP = ${cycles(sheet.tRTP)}
tWR = ${cycles(sheet.tWR)}
tCCD_S = ${tCCD_S}
tCCD_L = ${Math.ceil(tCCD_S * sheet.extraCCD)}
tPPD = ${sheet.tPPD}
[power]
VDD = 1.1
IDD0 = 60
IDD2N = 30
IDD3N = 40
IDD4W = 200
IDD4R = 220
IDD5AB = 250
`;
}

/** A column takes 1 to 5 ns on parts from HBM3 to DDR4-1600. */
const columnNs = ({ BL, tCK }: { BL: number; tCK: number }): number => (BL / 2) * tCK;

export const arbitraryDevice: fc.Arbitrary<PimDevice> = dataSheet
  .filter((sheet) => columnNs(sheet) >= 1 && columnNs(sheet) <= 5)
  .map((sheet) => parsePimIni(iniText(sheet), "drawn.ini", "drawn"));

/**
 * Where the closed form claims to hold: parts of eight banks or more, as all since DDR3, on which the longest pass over a
 * row takes at most a quarter of the time between two refreshes. With longer passes refresh decides the time, and how a
 * controller breaks passes up decides what refresh costs.
 */
export function refreshIsMinor(device: PimDevice, { headDim, elementBytes }: PimShape): boolean {
  const timing = derivePimTiming(device);
  const tiles = timing.rowBytesPerDevice / elementBytes / headDim;
  const passNs =
    timing.rowNs + (timing.rowBytesPerDevice / timing.slotBytes) * timing.columnNs + tiles * timing.drainNs;
  const gapNs = timing.refreshIntervalNs / timing.ranks - timing.refreshNs;
  return timing.banks / timing.ranks >= 8 && passNs < gapNs / 4;
}
