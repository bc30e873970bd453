/**
 * @module
 * What a DRAMsim3 file's geometry means, which differs by protocol as it does in DRAMsim3.
 */
import type { PimDevice } from "./pim-device.js";

type Structure = PimDevice["dram_structure"];

const isGraphics = (structure: Pick<Structure, "protocol">): boolean => /^GDDR/i.test(structure.protocol);

/** Bytes of one row of one device. As in DRAMsim3, a column is device_width bits; in GDDR files it is a whole burst. */
export function rowBytesPerDevice(structure: Structure): number {
  return structure.columns * (structure.device_width / 8) * (isGraphics(structure) ? structure.BL : 1);
}

/** Bits that a pin moves per clock of tCK: two, but four in GDDR5 and eight from GDDR5X on, whose data clock is faster. */
export function bitsPerClock(structure: Pick<Structure, "protocol">): number {
  if (!isGraphics(structure)) return 2;
  return /^GDDR5$/i.test(structure.protocol) ? 4 : 8;
}

/** MiB of one rank: rows x row bytes x banks x devices. */
export function rankSizeMib({ dram_structure, system }: Pick<PimDevice, "dram_structure" | "system">): number {
  const { rows, bankgroups, banks_per_group, device_width } = dram_structure;
  const devices = system.bus_width / device_width;
  return (rowBytesPerDevice(dram_structure) * rows * bankgroups * banks_per_group * devices) / 2 ** 20;
}
