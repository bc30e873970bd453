/**
 * @module
 * What a DRAMsim3 file's geometry means, which differs by kind of DRAM as it does in DRAMsim3.
 */

import type { PimDevice } from "./device.js";
import { dramKind } from "./dram-kinds.js";

type Structure = PimDevice["dram_structure"];

/** Bytes of one row of one device. As in DRAMsim3, a column is device_width bits; in GDDR files it is a whole burst. */
export function rowBytesPerDevice(structure: Structure): number {
  const beats = dramKind(structure.protocol).column === "burst" ? structure.BL : 1;
  return structure.columns * (structure.device_width / 8) * beats;
}

/** MiB of one rank: rows x row bytes x banks x devices. */
export function rankSizeMib({ dram_structure, system }: Pick<PimDevice, "dram_structure" | "system">): number {
  const { rows, bankgroups, banks_per_group, device_width } = dram_structure;
  const devices = system.bus_width / device_width;
  return (rowBytesPerDevice(dram_structure) * rows * bankgroups * banks_per_group * devices) / 2 ** 20;
}
