/**
 * @module
 * Refuses devices that cannot be: a unit taken for another (ns for ps, mA for A, MiB for GiB), a geometry that does not
 * add up. Bounds are wide: what any DRAM since DDR3 has, with room, and still tighter than a factor of 1000.
 */
import { TandemError } from "../errors.js";
import type { PimDevice } from "./device.js";
import { rankSizeMib, rowBytesPerDevice } from "./geometry.js";

/** Shortest and longest plausible time of a timing in clock cycles, ns. 0 cycles switches a constraint off. */
const plausibleNs = {
  CL: [3, 100],
  CWL: [1, 100],
  tRCD: [3, 100],
  tRP: [3, 100],
  tRAS: [10, 300],
  tRFC: [10, 5000],
  tREFI: [100, 200_000],
  tRRD_S: [0.4, 60],
  tRRD_L: [0.4, 60],
  tFAW: [2, 500],
  tRTP: [0.4, 60],
  tWR: [2, 200],
  tCCD_S: [0.2, 60],
  tCCD_L: [0.2, 60],
  tPPD: [0.1, 60],
} satisfies Partial<Record<keyof PimDevice["timing"], [number, number]>>;
const mayBeZero = new Set(["CWL", "tRRD_S", "tRRD_L", "tFAW", "tRTP", "tCCD_S", "tCCD_L", "tPPD"]);

const MAX_RANKS = 64;
const MAX_BURST = 64;
/** Currents of one device, mA. */
const plausibleMilliamperes = [0.2, 5000] as const;
/** Power of one channel, mW. */
const plausibleMilliwatts = [1, 200_000] as const;
/** How far `idle_power` and `peak_power` may be from the standby power that the currents give. */
const powerRatio = { idle_power: [0.02, 50], peak_power: [0.2, 500] } as const;

type Refuse = (key: string, message: string, hint: string) => never;

const outside = (value: number, [low, high]: readonly [number, number]): boolean => value < low || value > high;

function checkTimings({ timing }: PimDevice, refuse: Refuse): void {
  if (outside(timing.tCK, [0.05, 20])) {
    refuse("[timing] tCK", `${timing.tCK} ns is no DRAM clock period`, "tCK is in ns, e.g. 0.63 for DDR4-3200");
  }
  for (const [key, bounds] of Object.entries(plausibleNs)) {
    const cycles = timing[key];
    if (typeof cycles !== "number" || (cycles === 0 && mayBeZero.has(key))) continue;
    const ns = cycles * timing.tCK;
    if (outside(ns, bounds)) {
      refuse(
        `[timing] ${key}`,
        `${cycles} cycles of ${timing.tCK} ns are ${Number(ns.toPrecision(4))} ns, which is not plausible`,
        `timings are in clock cycles; ${key} is ${bounds[0]} to ${bounds[1]} ns long`,
      );
    }
  }
  if (timing.tRFC >= timing.tREFI) {
    refuse(
      "[timing] tRFC",
      `${timing.tRFC} cycles of refresh do not fit into tREFI = ${timing.tREFI}`,
      "both are in clock cycles",
    );
  }
  if (timing.tRAS < timing.tRCD) {
    refuse(
      "[timing] tRAS",
      `${timing.tRAS} cycles are less than tRCD = ${timing.tRCD}`,
      "a row is open for tRCD at least",
    );
  }
}

function checkGeometry(device: PimDevice, refuse: Refuse): void {
  const { dram_structure: structure, system } = device;
  if (structure.BL > MAX_BURST) {
    refuse(
      "[dram_structure] BL",
      `a burst of ${structure.BL} beats is not plausible`,
      "BL is in beats, e.g. 8 for DDR4",
    );
  }
  if (structure.device_width % 4 !== 0) {
    refuse(
      "[dram_structure] device_width",
      `${structure.device_width} bits are no device`,
      "device_width is in bits, e.g. 8",
    );
  }
  if (system.bus_width % structure.device_width !== 0) {
    refuse(
      "[system] bus_width",
      `${system.bus_width} bits are not a multiple of device_width = ${structure.device_width}`,
      "a rank is bus_width / device_width devices",
    );
  }
  const rankMib = rankSizeMib(device);
  const hint = "a rank is columns x device_width/8 x rows x banks x devices; channel_size is in MiB";
  if (system.channel_size < rankMib) {
    refuse("[system] channel_size", `${system.channel_size} MiB hold no rank of ${rankMib} MiB`, hint);
  }
  if (system.channel_size > MAX_RANKS * rankMib) {
    const ranks = Math.floor(system.channel_size / rankMib);
    refuse("[system] channel_size", `${system.channel_size} MiB would be ${ranks} ranks of ${rankMib} MiB`, hint);
  }
}

function checkPower({ power, other, system, dram_structure: structure, timing }: PimDevice, refuse: Refuse): void {
  if (outside(power.VDD, [0.3, 5])) {
    refuse("[power] VDD", `${power.VDD} V is no DRAM supply voltage`, "VDD is in volts, e.g. 1.2");
  }
  for (const key of ["IDD0", "IDD2N", "IDD3N", "IDD4W", "IDD4R", "IDD5AB"] as const) {
    if (power[key] !== 0 && outside(power[key], plausibleMilliamperes)) {
      refuse(`[power] ${key}`, `${power[key]} mA is not plausible`, "currents are in mA");
    }
  }
  // Not IDD0: it averages over a row cycle with the bank closed, and DDR5 data sheets have it below IDD3N.
  for (const key of ["IDD4W", "IDD4R", "IDD5AB"] as const) {
    if (power[key] < power.IDD3N) {
      refuse(
        `[power] ${key}`,
        `${power[key]} mA is below the standby current IDD3N = ${power.IDD3N}`,
        "currents are in mA",
      );
    }
  }
  if (power.IDD2N > power.IDD0) {
    refuse("[power] IDD2N", `${power.IDD2N} mA of standby is above IDD0 = ${power.IDD0}`, "currents are in mA");
  }
  const clockRate = 2000 / timing.tCK;
  if (other.data_rate !== undefined && outside(other.data_rate / clockRate, [0.05, 20])) {
    refuse("[other] data_rate", `${other.data_rate} does not go with tCK = ${timing.tCK} ns`, "data_rate is in MT/s");
  }
  const ranks = Math.floor(system.channel_size / rankSizeMib({ system, dram_structure: structure }));
  const standby = power.VDD * power.IDD3N * (system.bus_width / structure.device_width) * ranks;
  for (const key of ["idle_power", "peak_power"] as const) {
    const milliwatts = other[key];
    if (milliwatts === undefined || milliwatts === 0) continue;
    if (outside(milliwatts, plausibleMilliwatts) || (standby > 0 && outside(milliwatts / standby, powerRatio[key]))) {
      refuse(
        `[other] ${key}`,
        `${milliwatts} mW for one channel is not plausible`,
        `powers are in mW; its standby current alone makes ${standby.toFixed(0)}`,
      );
    }
  }
  if (other.idle_power !== undefined && other.peak_power !== undefined && other.peak_power < other.idle_power) {
    refuse(
      "[other] peak_power",
      `${other.peak_power} mW is below idle_power = ${other.idle_power} mW`,
      "powers are in mW",
    );
  }
}

/** Bytes of a compute unit's port: from one element of the widest kind to more than any bank delivers. */
const plausibleSlotBytes = [4, 1024] as const;
/** Shortest and longest plausible time of a key of [pim], ns. */
const plausiblePimNs = { slot: [0.2, 100], collect_ns: [0, 1000], input_ns: [0, 10_000] } as const;

function checkPim({ pim, timing, dram_structure: structure }: PimDevice, refuse: Refuse): void {
  const { bytes_per_slot: bytes, slot_cycles: cycles } = pim;
  const rowBytes = rowBytesPerDevice(structure);
  if (bytes !== undefined && (outside(bytes, plausibleSlotBytes) || bytes % 4 !== 0 || rowBytes % bytes !== 0)) {
    refuse(
      "[pim] bytes_per_slot",
      `${bytes} bytes do not divide a row of ${rowBytes} into slots`,
      "a multiple of 4, in bytes, e.g. 32",
    );
  }
  if (cycles !== undefined && outside(cycles * timing.tCK, plausiblePimNs.slot)) {
    refuse("[pim] slot_cycles", `${cycles} cycles of ${timing.tCK} ns are not plausible`, "in clock cycles, e.g. 4");
  }
  for (const key of ["collect_ns", "input_ns"] as const) {
    const ns = pim[key];
    if (ns !== undefined && outside(ns, plausiblePimNs[key])) {
      refuse(`[pim] ${key}`, `${ns} ns are not plausible`, `in ns, up to ${plausiblePimNs[key][1]}`);
    }
  }
}

/** @throws {TandemError} E_SCHEMA for the first figure that cannot be */
export function checkPlausible(device: PimDevice, source: string): void {
  const refuse: Refuse = (key, message, hint) => {
    throw new TandemError("E_SCHEMA", message, { where: `${source}: ${key}`, hint });
  };
  checkTimings(device, refuse);
  checkGeometry(device, refuse);
  checkPower(device, refuse);
  checkPim(device, refuse);
}
