/**
 * @module
 * The settings of a sweep's cell as the flags of `tandem run` that they are named after: its parsers and checks hold here too.
 */
import { type Mode, modeNames } from "@tandem-sim/engine";
import { suggestion, TandemError } from "@tandem-sim/schemas";
import type { Settings, SettingValue } from "@tandem-sim/sweep";
import { Command, CommanderError, type Option } from "commander";
import { kebabCase } from "../instance-flags.js";
import { flagsOfModes } from "../mode-flags.js";
import { addSimulationFlags, type SimulationFlags } from "../simulation-flags.js";

/** What a cell is run with: its flags, and the mode that they are served in, if one is named. */
export interface CellFlags {
  flags: SimulationFlags;
  mode: Mode | null;
}

/** A setting of its own, beside the flags. */
const MODE = "mode";
/** What settings of the cluster config begin with. */
const SET = "set.";

/** Flags of the command rather than of what is simulated. */
const notOfCells = new Set(["set", "dump-config", "log-interval", "log-level"]);

/** Flags that a mode sets itself. */
const ofModes = flagsOfModes.map(kebabCase);

const silent = (): Command => new Command().exitOverride().configureOutput({ writeErr: () => {} });

const all = addSimulationFlags(silent()).options;

const options: ReadonlyMap<string, Option> = new Map(
  all.flatMap((option) => (option.negate || notOfCells.has(option.name()) ? [] : [[option.name(), option] as const])),
);

/** Switches that are on by default, and have a flag to turn them off. */
const onByDefault = new Set(all.flatMap((option) => (option.negate ? [option.name().slice("no-".length)] : [])));

/** The flag that a setting stands for, as a user would write it: the start of its error's place. */
export const flagText = (name: string): string =>
  name.startsWith(SET) ? `--set ${name.slice(SET.length)}` : `--${name}`;

/** @throws {TandemError} E_SCHEMA for a name that is no flag of what is simulated */
function checkName(name: string): void {
  if (name === MODE || options.has(name) || (name.startsWith(SET) && name.length > SET.length)) return;
  const meant = suggestion(name, [...options.keys(), MODE]);
  throw new TandemError("E_SCHEMA", `"${name}" is no setting`, {
    where: flagText(name),
    hint: meant
      ? `did you mean "${meant}"?`
      : "mode, set.<path>, and flags of tandem run without dashes, but for those that write files or log",
  });
}

function argumentOf(name: string, value: SettingValue): string[] {
  if (name.startsWith(SET)) return [`--set=${name.slice(SET.length)}=${JSON.stringify(value)}`];
  const isSwitch = options.get(name)?.isBoolean() ?? false;
  if (typeof value === "boolean" ? isSwitch : !isSwitch && (typeof value === "number" || typeof value === "string")) {
    if (!isSwitch) return [`--${name}=${value}`];
    // A switch that is off has a flag only where it is on by default.
    return value ? [`--${name}`] : onByDefault.has(name) ? [`--no-${name}`] : [];
  }
  const expected = isSwitch ? "true or false" : "a number or a text";
  throw new TandemError("E_SCHEMA", `expected ${expected}, found ${JSON.stringify(value)}`, { where: flagText(name) });
}

function modeIn(settings: Settings): Mode | null {
  if (!Object.hasOwn(settings, MODE)) return null;
  const named = modeNames.find((name) => name === settings[MODE]);
  if (!named) {
    const meant = suggestion(String(settings[MODE]), modeNames);
    throw new TandemError("E_SCHEMA", `${JSON.stringify(settings[MODE])} is no mode`, {
      where: flagText(MODE),
      hint: meant ? `did you mean "${meant}"?` : modeNames.join(", "),
    });
  }
  const set = ofModes.find((name) => Object.hasOwn(settings, name));
  if (set === undefined) return named;
  throw new TandemError("E_SCHEMA", "a mode sets this itself", { where: flagText(set), hint: "leave one of them out" });
}

/**
 * Parses the settings as `tandem run` parses its flags.
 *
 * @throws {TandemError} with the flag as its place
 */
export function cellFlags(settings: Settings): CellFlags {
  for (const name of Object.keys(settings)) checkName(name);
  const mode = modeIn(settings);
  const given = Object.entries(settings).flatMap(([name, value]) => (name === MODE ? [] : argumentOf(name, value)));
  const command = addSimulationFlags(silent());
  try {
    command.parse(given, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    const [, flag = ""] = /option '(--[\w-]+)/.exec(error.message) ?? [];
    throw new TandemError("E_SCHEMA", error.message.replace(/^error: /, ""), { where: flag });
  }
  return { flags: command.opts<SimulationFlags>(), mode };
}
