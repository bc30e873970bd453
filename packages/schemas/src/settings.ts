/**
 * @module
 * Changes to a config before it is checked: `nodes.0.cpu_mem.mem_size=1024`. The config's schema judges the result.
 */
import { TandemError } from "./errors.js";
import { parseJson } from "./json-text.js";

/** One change: where, and what stands there afterwards. */
export interface Setting {
  /** As it was written, for errors. */
  text: string;
  path: readonly string[];
  value: unknown;
}

/** A JSON value, or else a text. */
function settingValue(text: string): unknown {
  try {
    return parseJson(text, "--set");
  } catch {
    return text;
  }
}

/**
 * @param text path of names and indices, `=`, a JSON value or a text without quotes
 * @throws {TandemError} E_USAGE
 * @example
 * parseSetting("nodes.0.cpu_mem.mem_size=1024").path; // ["nodes", "0", "cpu_mem", "mem_size"]
 */
export function parseSetting(text: string): Setting {
  const at = text.indexOf("=");
  const path = text.slice(0, at).split(".");
  if (at > 0 && path.every((part) => part !== "")) return { text, path, value: settingValue(text.slice(at + 1)) };
  throw new TandemError("E_USAGE", `expected path=value, found "${text}"`, {
    where: "--set",
    hint: "e.g. nodes.0.cpu_mem.mem_size=1024",
  });
}

/**
 * Changes as a plain object.
 *
 * @example
 * settingsOf({ "nodes.0.cpu_mem.mem_size": 1024 });
 */
export const settingsOf = (values: Readonly<Record<string, unknown>>): Setting[] =>
  Object.entries(values).map(([path, value]) => ({
    text: `${path}=${JSON.stringify(value)}`,
    path: path.split("."),
    value,
  }));

type Container = Record<string, unknown> | unknown[];

const isContainer = (value: unknown): value is Container => typeof value === "object" && value !== null;

/** Changes what stands at `path` below `container`. Objects on the way come into being, elements of arrays do not. */
function put(container: Container, [key = "", ...rest]: readonly string[], value: unknown, text: string): void {
  if (Array.isArray(container) && !(/^\d+$/.test(key) && Object.hasOwn(container, key))) {
    throw new TandemError("E_USAGE", `there is no "${key}" in a list of ${container.length}`, {
      where: `--set ${text}`,
    });
  }
  const owner = container as Record<string, unknown>;
  // Never a property of every object.
  const inside = Object.hasOwn(owner, key) ? owner[key] : undefined;
  if (rest.length === 0) {
    Object.defineProperty(owner, key, { value, writable: true, enumerable: true, configurable: true });
    return;
  }
  const next = isContainer(inside) ? inside : {};
  Object.defineProperty(owner, key, { value: next, writable: true, enumerable: true, configurable: true });
  put(next, rest, value, text);
}

/** The config with the changes made, one after the other. @throws {TandemError} E_USAGE for an element that is not there */
export function withSettings(config: unknown, settings: readonly Setting[]): unknown {
  if (settings.length === 0 || !isContainer(config)) return config;
  const changed = structuredClone(config);
  for (const { path, value, text } of settings) put(changed, path, value, text);
  return changed;
}
