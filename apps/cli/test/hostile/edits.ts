/**
 * @module
 * What goes wrong with a file: one edit of its text, or of what lies at its path. `at` picks the place, `pick` the value, of
 * as many as there are, so that an edit fits any file.
 */
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

type EditText = (text: string, at: number, pick: number) => string;

const of = <T>(list: readonly T[], index: number): T | undefined => list[index % list.length];

/** Values in the file's own syntax, most of which a schema has to refuse. */
const hostileValues = [
  ...["0", "-0", "-1", "1", "0.5", "1e-308", "1e308", "1e400", "-1e400", "9007199254740993", "2147483648", "1e15"],
  ...["NaN", "Infinity", "-Infinity", "null", "true", '""', '"x"', "[]", "{}", "[[]]", '[null, "x", -1]'],
  ...['"__proto__"', '"constructor"', '"toString"', '{"__proto__": {"x": 1}}', '{"constructor": 1}'],
  ...['"../../../../etc/passwd"', '"/"', '"."', '"a\\u0000b"', '"\\ud800"', '"\u202e\u00e9\u{1f600}"', '"a,b\\"c\\n"'],
] as const;

const scales = [-1, 1e-9, 1e-3, 0.1, 3, 1e3, 1e9] as const;

const prototypeKeys = ["__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "valueOf"] as const;

/** Replaces the match that `at` picks. */
function replaceOne(text: string, pattern: RegExp, at: number, replace: (found: string) => string): string {
  const found = of([...text.matchAll(pattern)], at);
  if (!found) return text;
  return text.slice(0, found.index) + replace(found[0]) + text.slice(found.index + found[0].length);
}

const word = /[\w.+-]+/g;
const numeral = /(?<![\w.])-?\d+(\.\d+)?(e[+-]?\d+)?(?![\w.])/gi;
/** A scalar of JSON, CSV, INI or YAML. */
const scalar = /"(?:[^"\\\n]|\\.)*"|(?<![\w.])-?\d[\w.+-]*/g;

function ofLines(text: string, at: number, change: (line: string) => string[]): string {
  const lines = text.split("\n");
  const i = at % lines.length;
  return lines.flatMap((line, k) => (k === i ? change(line) : [line])).join("\n");
}

/** Every container or value of a JSON text with its path. */
function placesIn(value: unknown, path: string[] = []): string[][] {
  if (typeof value !== "object" || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, inner]) => placesIn(inner, [...path, key]))];
}

/** Deeper texts come of an edit, and are hostile enough. */
const isDeep = (text: string): boolean => /[[{]{100}|(\{"a":){100}/.test(text);

/** The value of a JSON text; undefined where it is none, or none to walk over. */
function jsonIn(text: string): unknown {
  try {
    return isDeep(text) ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Changes the member of a JSON text that `at` picks; what is no JSON stays as it is. */
function editMember(text: string, at: number, change: (owner: Record<string, unknown>, key: string) => void): string {
  const root = jsonIn(text);
  const path = of(
    placesIn(root).filter(({ length }) => length > 0),
    at,
  );
  if (!path) return text;
  const key = path.at(-1) ?? "";
  const owner = path.slice(0, -1).reduce((inner, part) => (inner as Record<string, unknown>)[part], root);
  change(owner as Record<string, unknown>, key);
  return JSON.stringify(root, null, 2);
}

const HOLE = '"\u2756"';

/** Edits of a file's text, by name. */
export const textEdits = {
  cut: (text, at) => text.slice(0, at % (text.length + 1)),
  empty: () => "",
  crlf: (text) => text.replaceAll("\n", "\r\n"),
  carriageReturns: (text) => text.replaceAll("\n", "\r"),
  bom: (text) => `\ufeff${text}`,
  twice: (text) => text + text,
  nul: (text, at) => `${text.slice(0, at % (text.length + 1))}\0${text.slice(at % (text.length + 1))}`,
  dropLine: (text, at) => ofLines(text, at, () => []),
  repeatLine: (text, at) => ofLines(text, at, (line) => [line, line]),
  longLine: (text, at) => ofLines(text, at, (line) => [line + "9".repeat(100_000)]),
  dropWord: (text, at) => replaceOne(text, word, at, () => ""),
  prototypeWord: (text, at, pick) => replaceOne(text, word, at, () => of(prototypeKeys, pick) ?? ""),
  value: (text, at, pick) => replaceOne(text, scalar, at, () => of(hostileValues, pick) ?? ""),
  bareValue: (text, at, pick) =>
    replaceOne(text, scalar, at, () => (of(hostileValues, pick) ?? "").replaceAll('"', "")),
  scale: (text, at, pick) => replaceOne(text, numeral, at, (found) => String(Number(found) * (of(scales, pick) ?? 1))),
  quoted: (text, at) => replaceOne(text, numeral, at, (found) => `"${found}"`),
  deep: (text, at) => replaceOne(text, scalar, at, () => "[".repeat(20_000) + "]".repeat(20_000)),
  unclosed: (text, at) => replaceOne(text, scalar, at, () => '{"a":'.repeat(20_000)),
  dropMember: (text, at) => editMember(text, at, (owner, key) => void delete owner[key]),
  member: (text, at, pick) =>
    editMember(text, at, (owner, key) => {
      owner[key] = JSON.parse(HOLE);
    }).replace(HOLE, () => of(hostileValues, pick) ?? ""),
  newMember: (text, at, pick) =>
    editMember(text, at, (owner) => {
      const value = JSON.parse(HOLE);
      if (Array.isArray(owner)) owner.push(value);
      else Object.defineProperty(owner, of(prototypeKeys, pick) ?? "", { value, enumerable: true });
    }).replace(HOLE, () => of(hostileValues, at) ?? ""),
  moreMembers: (text, at) =>
    editMember(text, at, (owner, key) => {
      owner[key] = [owner[key], owner[key]];
    }),
} satisfies Record<string, EditText>;

type EditPath = (path: string, text: string) => void;

/** What lies at the file's path instead, by name. */
export const pathEdits = {
  folder: (path) => mkdirSync(path),
  nothing: () => {},
  loop: (path) => symlinkSync(path, path),
  dangling: (path) => symlinkSync(`${path}.none`, path),
  packed: (path, text) => writeFileSync(path, gzipSync(text)),
  halfPacked: (path, text) => writeFileSync(path, gzipSync(text).subarray(0, 40)),
  utf16: (path, text) => writeFileSync(path, text, "utf16le"),
  latin1: (path, text) => writeFileSync(path, Buffer.from(`${text}\u00e9\u00ff`, "latin1")),
  noise: (path, text) =>
    writeFileSync(
      path,
      Uint8Array.from({ length: text.length }, (_, i) => (i * 7919 + 13) >> 3),
    ),
} satisfies Record<string, EditPath>;

export interface Edit {
  what: keyof typeof textEdits | keyof typeof pathEdits;
  at: number;
  pick: number;
}

const isPathEdit = (what: string): what is keyof typeof pathEdits => what in pathEdits;

/** The file with the edits, one after the other. */
export function writeEdited(path: string, original: string, edits: readonly Edit[]): void {
  let text = original;
  for (const { what, at, pick } of edits) {
    if (isPathEdit(what)) {
      rmSync(path, { force: true });
      pathEdits[what](path, text);
      return;
    }
    text = textEdits[what](text, at, pick);
  }
  writeFileSync(path, text);
}
