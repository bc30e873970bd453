/**
 * @module
 * A PIM device: a DRAMsim3 INI file, parsed and checked. Timings are clock cycles but for tCK (ns); currents mA,
 * powers mW, `channel_size` MiB.
 */
import { z } from "zod";
import { TandemError } from "./errors.js";
import { parseWith } from "./parse.js";
import { readIniSections } from "./pim-ini-text.js";
import { checkPlausible } from "./pim-plausibility.js";

export { bitsPerClock, rankSizeMib, rowBytesPerDevice } from "./pim-geometry.js";

const positive = z.number("expected a number").positive();
const whole = z.number("expected a whole number").int().positive();
const amount = z.number("expected a number").nonnegative();
const cycles = amount;

const Structure = z.looseObject({
  protocol: z.string().min(1),
  bankgroups: whole,
  banks_per_group: whole,
  rows: whole,
  columns: whole.describe("of device_width bits; GDDR: of device_width x BL bits"),
  device_width: whole.describe("bits"),
  BL: whole,
});

const Timing = z.looseObject({
  tCK: positive.describe("ns"),
  CL: cycles,
  CWL: cycles,
  tRCD: cycles,
  tRP: cycles,
  tRAS: cycles,
  tRFC: cycles,
  tREFI: positive,
  tRRD_S: cycles,
  tRRD_L: cycles,
  tFAW: cycles,
  tRTP: cycles,
  tWR: cycles,
  tCCD_S: cycles,
  tCCD_L: cycles,
  tPPD: cycles.optional(),
});

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
  data_rate: positive.optional().describe("MT/s; default: as many as the protocol moves per clock"),
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

const knownKeys = {
  dram_structure: Object.keys(Structure.shape),
  timing: Object.keys(Timing.shape),
  power: Object.keys(Power.shape),
  system: Object.keys(System.shape),
  other: Object.keys(Other.shape),
};

/** JEDEC's limit for DDR3 to DDR5 and LPDDR, which some DRAMsim3 files leave out: 7.5 ns, four clocks at least. */
const usualReadToPrecharge = (tCK: number): number => Math.max(4, Math.ceil(7.5 / tCK));

/**
 * Parses a DRAMsim3 INI. Files of DRAMsim3 itself work as they are: tRCDRD stands for tRCD, tRTP_L for tRTP, REFI for
 * tREFI, IDD5B for IDD5AB; one tRRD or tCCD stands for both; a missing tRTP is JEDEC's. No other figure is made up.
 *
 * @param text the file's content
 * @param source file name, for errors
 * @param name name of the device
 * @throws {TandemError} E_PARSE for what is no INI, E_SCHEMA for a missing key, a wrong unit or an impossible geometry
 */
export function parsePimIni(text: string, source: string, name: string): PimDevice {
  const sections = readIniSections(text, source, knownKeys, ["other"]);
  const { timing } = sections;
  if (timing.tRTP === undefined && Number(timing.tCK) > 0) timing.tRTP = usualReadToPrecharge(Number(timing.tCK));
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
function inIniTerms(error: unknown, source: string, sections: Record<string, Record<string, unknown>>): unknown {
  if (!(error instanceof TandemError)) return error;
  const match = /\$\.(\w+)\.(\w+)$/.exec(error.where ?? "");
  if (!match) return error;
  const [, section, key] = match as unknown as [string, string, string];
  const value = sections[section]?.[key];
  const schema = PimIni.shape[section as keyof typeof knownKeys];
  const what = value === undefined ? "key is missing" : `not usable: ${JSON.stringify(value)}`;
  const where = `${source}: [${section}] ${key}`;
  if (key === "protocol") return new TandemError("E_SCHEMA", what, { where, hint: "expected a name, e.g. DDR4" });
  const wholeOnly = section === "dram_structure" || key === "bus_width";
  const unit = (("unwrap" in schema ? schema.unwrap() : schema).shape as Record<string, z.ZodType>)[key]?.description;
  return new TandemError("E_SCHEMA", what, {
    where,
    hint: `expected a positive ${wholeOnly ? "whole " : ""}number${unitText(section, unit)}`,
  });
}

function unitText(section: string, described: string | undefined): string {
  if (described) return `, ${described}`;
  if (section === "timing") return " of clock cycles";
  return section === "power" ? ", mA" : "";
}
