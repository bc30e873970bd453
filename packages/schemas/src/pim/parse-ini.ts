/**
 * @module
 * Parses a DRAMsim3 INI into a {@link PimDevice}, or says what is wrong with it in the file's own terms.
 */
import * as z from "zod";
import { TandemError } from "../errors.js";
import { parseWith } from "../parse.js";
import { type PimDevice, PimIni, pimIniKeys } from "./device.js";
import { readIniSections } from "./ini-text.js";
import { checkPlausible } from "./plausibility.js";

/** JEDEC's limit for DDR3 to DDR5 and LPDDR, which some DRAMsim3 files leave out: 7.5 ns, four clocks at least. */
const usualReadToPrecharge = (tCK: number): number => Math.max(4, Math.ceil(7.5 / tCK));

/**
 * Parses a DRAMsim3 INI. Files of DRAMsim3 itself work as they are: tRCDRD stands for tRCD, tRTP_L for tRTP, REFI for
 * tREFI, IDD5B for IDD5AB; one tRRD or tCCD stands for both; a missing tRTP is JEDEC's. No other figure is made up. How
 * it computes is in a section of ours, `[pim]`, which may be absent. Keys of other simulators are listed as unknown.
 *
 * @param text the file's content
 * @param source file name, for errors
 * @param name name of the device
 * @throws {TandemError} E_PARSE for what is no INI, E_SCHEMA for a missing key, a wrong unit or an impossible geometry
 */
export function parsePimIni(text: string, source: string, name: string): PimDevice {
  const { sections, unknownKeys } = readIniSections(text, source, pimIniKeys, ["other", "pim"]);
  const { timing } = sections;
  if (timing.tRTP === undefined && Number(timing.tCK) > 0) timing.tRTP = usualReadToPrecharge(Number(timing.tCK));
  let device: PimDevice;
  try {
    device = { ...parseWith(PimIni, sections, source), name, unknownKeys };
  } catch (error) {
    throw inIniTerms(error, source, sections);
  }
  checkPlausible(device, source);
  return device;
}

/** `$.timing.tCK` -> `[timing] tCK`; and "missing" where zod says that undefined is no number. */
function inIniTerms(error: unknown, source: string, sections: Record<string, Record<string, unknown>>): unknown {
  if (!(error instanceof TandemError)) return error;
  const [, section, key] = /\$\.(\w+)\.(\w+)$/.exec(error.where ?? "") ?? [];
  if (section === undefined || key === undefined) return error;
  const value = sections[section]?.[key];
  const what = value === undefined ? "key is missing" : `not usable: ${JSON.stringify(value)}`;
  const where = `${source}: [${section}] ${key}`;
  if (key === "protocol") return new TandemError("E_SCHEMA", what, { where, hint: "expected a name, e.g. DDR4" });
  const wholeOnly = section === "dram_structure" || ["bus_width", "bytes_per_slot", "row_buffers"].includes(key);
  return new TandemError("E_SCHEMA", what, {
    where,
    hint: `expected a positive ${wholeOnly ? "whole " : ""}number${unitText(section, unitOf(section, key))}`,
  });
}

/** The unit that the schema gives a key. */
function unitOf(section: string, key: string): string | undefined {
  const shapes: Record<string, z.ZodObject> = {
    ...PimIni.shape,
    other: PimIni.shape.other.unwrap(),
    pim: PimIni.shape.pim.unwrap(),
  };
  const schema: unknown = shapes[section]?.shape[key];
  return schema instanceof z.ZodType ? schema.description : undefined;
}

function unitText(section: string, described: string | undefined): string {
  if (described) return `, ${described}`;
  if (section === "timing") return " of clock cycles";
  return section === "power" ? ", mA" : "";
}
