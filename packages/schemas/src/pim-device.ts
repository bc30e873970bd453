/**
 * @module
 * A PIM device: a DRAMsim3 INI file, parsed and checked. Timings are clock cycles but for tCK (ns); currents mA,
 * powers mW, `channel_size` MiB.
 */
import { parse as parseIni } from "ini";
import { z } from "zod";
import { TandemError } from "./errors.js";
import { parseWith } from "./parse.js";

const positive = z.coerce.number("expected a number").positive();
const whole = z.coerce.number("expected a whole number").int().positive();
const amount = z.coerce.number("expected a number").nonnegative();
const cycles = amount;

/** Reads the first of `names` that the section has: HBM files split tRCD and tRTP by direction or bank group. */
const firstOf = (names: readonly [string, ...string[]]) => (section: unknown) => {
  if (typeof section !== "object" || section === null) return section;
  const values = section as Record<string, unknown>;
  const [canonical] = names;
  const found = names.find((name) => values[name] !== undefined);
  return found === undefined ? values : { ...values, [canonical]: values[found] };
};

const Structure = z.looseObject({
  protocol: z.string().min(1),
  bankgroups: whole,
  banks_per_group: whole,
  rows: whole,
  columns: whole,
  device_width: whole,
  BL: whole,
});

const Timing = z.preprocess(
  (section) => firstOf(["tRCD", "tRCDRD"])(firstOf(["tRTP", "tRTP_L"])(section)),
  z.looseObject({
    tCK: positive.describe("ns"),
    CL: cycles,
    CWL: cycles,
    tRCD: cycles,
    tRP: cycles,
    tRAS: cycles,
    tRFC: cycles,
    tREFI: positive,
    tRRD_L: cycles,
    tFAW: cycles,
    tRTP: cycles,
    tWR: cycles,
    tCCD_S: cycles,
    tCCD_L: cycles,
    tPPD: cycles.optional(),
  }),
);

const Power = z.looseObject({
  VDD: positive.describe("V"),
  IDD0: amount,
  IDD2N: amount,
  IDD3N: amount,
  IDD4W: amount,
  IDD4R: amount,
  IDD5AB: amount,
});

const System = z.looseObject({
  channel_size: positive.describe("MiB"),
  bus_width: whole.describe("bits"),
});

const Other = z.looseObject({
  data_rate: positive.optional().describe("MT/s; default: two per clock"),
  idle_power: amount.optional().describe("mW per channel"),
  peak_power: amount.optional().describe("mW per channel"),
});

/** The sections of a DRAMsim3 INI that Tandem reads; further keys are read over. */
export const PimIni = z.object({
  dram_structure: Structure,
  timing: Timing,
  power: Power,
  system: System,
  other: Other.default({}),
});

/** A checked device, with the name it was loaded under. */
export type PimDevice = z.infer<typeof PimIni> & { name: string };

/** Places where one unit stands for another: a nanosecond as a picosecond, a MiB as a GiB. */
function checkPlausible(device: PimDevice, source: string): void {
  const refuse = (key: string, message: string, hint: string): never => {
    throw new TandemError("E_SCHEMA", message, { where: `${source}: ${key}`, hint });
  };
  const { timing, dram_structure: structure, system, power, other } = device;
  if (timing.tCK < 0.05 || timing.tCK > 20) {
    refuse("[timing] tCK", `${timing.tCK} ns is no DRAM clock period`, "tCK is in ns, e.g. 0.63 for DDR4-3200");
  }
  const refreshNs = timing.tREFI * timing.tCK;
  if (refreshNs < 100 || refreshNs > 200_000) {
    refuse(
      "[timing] tREFI",
      `one refresh every ${refreshNs.toFixed(0)} ns is not plausible`,
      "tREFI is in clock cycles",
    );
  }
  if (timing.tRFC >= timing.tREFI) {
    refuse(
      "[timing] tRFC",
      `${timing.tRFC} cycles of refresh do not fit into tREFI = ${timing.tREFI}`,
      "both are in clock cycles",
    );
  }
  const rowCycleNs = (timing.tRAS + timing.tRP) * timing.tCK;
  if (rowCycleNs < 5 || rowCycleNs > 1000) {
    refuse(
      "[timing] tRAS",
      `a row cycle of ${rowCycleNs.toFixed(1)} ns is not plausible`,
      "tRAS and tRP are in clock cycles",
    );
  }
  if (power.VDD < 0.3 || power.VDD > 5) {
    refuse("[power] VDD", `${power.VDD} V is no DRAM supply voltage`, "VDD is in volts, e.g. 1.2");
  }
  if (power.IDD3N > 0 && (power.IDD3N < 1 || power.IDD3N > 5000)) {
    refuse("[power] IDD3N", `${power.IDD3N} mA is not plausible`, "currents are in mA");
  }
  if (power.IDD0 < power.IDD3N || power.IDD4R < power.IDD3N || power.IDD5AB < power.IDD3N) {
    refuse("[power] IDD3N", "IDD0, IDD4R and IDD5AB may not be below the standby current IDD3N", "currents are in mA");
  }
  if (system.bus_width % structure.device_width !== 0) {
    refuse(
      "[system] bus_width",
      `${system.bus_width} bits are not a multiple of device_width = ${structure.device_width}`,
      "a rank is bus_width / device_width devices",
    );
  }
  const clockRate = 2000 / timing.tCK;
  if (other.data_rate !== undefined && (other.data_rate > clockRate * 20 || other.data_rate < clockRate / 20)) {
    refuse("[other] data_rate", `${other.data_rate} does not go with tCK = ${timing.tCK} ns`, "data_rate is in MT/s");
  }
  for (const [key, milliwatts] of [
    ["idle_power", other.idle_power],
    ["peak_power", other.peak_power],
  ] as const) {
    if (milliwatts !== undefined && milliwatts > 0 && (milliwatts < 1 || milliwatts > 200_000)) {
      refuse(`[other] ${key}`, `${milliwatts} mW for one channel is not plausible`, "powers are in mW");
    }
  }
  if (other.idle_power !== undefined && other.peak_power !== undefined && other.peak_power < other.idle_power) {
    refuse(
      "[other] peak_power",
      `${other.peak_power} mW is below idle_power = ${other.idle_power} mW`,
      "powers are in mW",
    );
  }
  const rankMib = rankSizeMib(device);
  if (system.channel_size < rankMib) {
    refuse(
      "[system] channel_size",
      `${system.channel_size} MiB hold no rank of ${rankMib} MiB`,
      "a rank is columns x device_width/8 x rows x banks x devices; channel_size is in MiB",
    );
  }
}

/** MiB of one rank: rows x row bytes x banks x devices. */
export function rankSizeMib(device: PimDevice): number {
  const { columns, device_width, rows, bankgroups, banks_per_group } = device.dram_structure;
  const devices = device.system.bus_width / device_width;
  return (columns * (device_width / 8) * rows * bankgroups * banks_per_group * devices) / 2 ** 20;
}

/** DRAMsim3 files put comments behind `[section]`, which the `ini` package does not read as a header. */
const withoutHeaderComments = (text: string): string => text.replace(/^([ \t]*\[[^\]\n]*\])[ \t]*[#;].*$/gm, "$1");

/**
 * Parses a DRAMsim3 INI.
 *
 * @param text the file's content
 * @param source file name, for errors
 * @param name name of the device
 * @throws {TandemError} E_SCHEMA for a missing key, a wrong unit or an impossible geometry
 */
export function parsePimIni(text: string, source: string, name: string): PimDevice {
  const sections = parseIni(withoutHeaderComments(text)) as Record<string, unknown>;
  for (const section of ["dram_structure", "timing", "power", "system"] as const) {
    const keys = sections[section];
    if (typeof keys !== "object" || keys === null) {
      throw new TandemError("E_SCHEMA", `section [${section}] is missing`, {
        where: source,
        hint: "a DRAMsim3 INI has [dram_structure], [timing], [power] and [system]",
      });
    }
  }
  let device: PimDevice;
  try {
    device = { ...parseWith(PimIni, sections, source), name };
  } catch (error) {
    throw inIniTerms(error, source, sections);
  }
  checkPlausible(device, source);
  return device;
}

/** `$.timing.tCK` -> `[timing] tCK`; and "missing" where zod says that undefined is no number. */
function inIniTerms(error: unknown, source: string, sections: Record<string, unknown>): unknown {
  if (!(error instanceof TandemError)) return error;
  const match = /\$\.(\w+)\.(\w+)$/.exec(error.where ?? "");
  if (!match) return error;
  const [, section, key] = match as unknown as [string, string, string];
  const value = (sections[section] as Record<string, unknown> | undefined)?.[key];
  return new TandemError(
    "E_SCHEMA",
    value === undefined ? "key is missing" : `not a usable value: ${JSON.stringify(value)}`,
    { where: `${source}: [${section}] ${key}`, hint: value === undefined ? "add it" : "expected a positive number" },
  );
}
