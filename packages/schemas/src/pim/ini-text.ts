/**
 * @module
 * The text of a DRAMsim3 INI as DRAMsim3 itself reads it: section and key names in any case, `;` and `#` comments anywhere,
 * and the spellings that its own files use for one thing.
 */
import { parse as parseIni } from "ini";
import { TandemError } from "../errors.js";
import { dramsim3Keys } from "./dramsim3-keys.js";

type Section = Record<string, number | string>;

/** Other names of a key, best first. A part without bank groups has one tRRD and one tCCD. */
const spellings: Readonly<Record<string, readonly string[]>> = {
  tRCD: ["tRCDRD"],
  tRTP: ["tRTP_L", "tRTP_S"],
  tREFI: ["REFI"],
  tRRD_S: ["tRRD", "tRRD_L"],
  tRRD_L: ["tRRD", "tRRD_S"],
  tCCD_S: ["tCCD", "tCCD_L"],
  tCCD_L: ["tCCD", "tCCD_S"],
  IDD5AB: ["IDD5B", "IDD5"],
};

/** The `ini` package reads a header only where it starts its line and ends it; DRAMsim3's files put comments behind. */
const withBareHeaders = (text: string): string => text.replace(/^[ \t]*(\[[^\]\n]*\])[ \t\r]*([#;].*)?$/gm, "$1");

/** Binary files hold NUL, or many bytes that decode to U+FFFD; a few of those are a comment in another encoding. */
const isBinary = (text: string): boolean => text.includes("\0") || text.split("\uFFFD").length > 1 + text.length / 20;

const isDecimal = (text: string): boolean => /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text);

/** A number where the text is one. What has no value at all, `tRFC =`, counts as absent. */
function numberOrText(value: unknown): number | string | undefined {
  if (value === undefined || value === true || value === "") return undefined;
  const text = String(value).trim();
  return isDecimal(text) ? Number(text) : text;
}

function lowerCased(entries: object): Map<string, unknown> {
  return new Map(Object.entries(entries).map(([key, value]) => [key.trim().toLowerCase(), value]));
}

function readSection(found: Map<string, unknown>, keys: readonly string[]): Section {
  const section: Section = {};
  for (const key of keys) {
    const values = [key, ...(spellings[key] ?? [])].map((name) => numberOrText(found.get(name.toLowerCase())));
    const value = values.find((candidate) => candidate !== undefined);
    if (value !== undefined) section[key] = value;
  }
  return section;
}

/** Keys of a section, as the file spells them, that nobody knows: a section that DRAMsim3 lacks counts whole. */
function unknownIn(section: string, entries: object, known: readonly string[]): string[] {
  const names = [...known, ...known.flatMap((key) => spellings[key] ?? []), ...(dramsim3Keys[section] ?? [])];
  const lower = new Set(names.map((name) => name.toLowerCase()));
  return Object.keys(entries)
    .map((key) => key.trim())
    .filter((key) => !lower.has(key.toLowerCase()))
    .map((key) => `[${section}] ${key}`);
}

/** What was read, and what nobody knows. */
interface IniSections<Name extends string> {
  sections: Record<Name, Section>;
  unknownKeys: string[];
}

/**
 * The sections of a DRAMsim3 INI, with the keys that `known` lists for each. The rest that DRAMsim3 knows is read over;
 * what it does not know either is listed.
 *
 * @param source file name, for errors
 * @throws {TandemError} E_PARSE where the text is no INI file at all, E_SCHEMA for a missing section
 */
export function readIniSections<Name extends string>(
  text: string,
  source: string,
  known: Readonly<Record<Name, readonly string[]>>,
  optional: readonly NoInfer<Name>[],
): IniSections<Name> {
  const refuse = (message: string): never => {
    throw new TandemError("E_PARSE", message, { where: source, hint: "expected a DRAMsim3 INI" });
  };
  if (text.trim() === "") refuse("the file is empty");
  if (isBinary(text)) refuse("this is not a text file");
  const sections = lowerCased(parseIni(withBareHeaders(text.replace(/^\uFEFF/, ""))));
  const names = Object.keys(known) as Name[];
  const isSection = (name: Name): boolean => typeof sections.get(name) === "object";
  const required = names.filter((name) => !optional.includes(name));
  if (!required.some(isSection)) refuse("none of its sections is here");
  for (const name of required.filter((candidate) => !isSection(candidate))) {
    throw new TandemError("E_SCHEMA", `section [${name}] is missing`, {
      where: source,
      hint: `a DRAMsim3 INI has ${required.map((section) => `[${section}]`).join(", ")}`,
    });
  }
  const read = (name: Name): Section => readSection(lowerCased((sections.get(name) ?? {}) as object), known[name]);
  return {
    sections: Object.fromEntries(names.map((name) => [name, read(name)])) as Record<Name, Section>,
    unknownKeys: [...sections].flatMap(([name, entries]) =>
      typeof entries === "object" && entries !== null
        ? unknownIn(name, entries, (known as Readonly<Record<string, readonly string[]>>)[name] ?? [])
        : [],
    ),
  };
}
