import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const repository = fileURLToPath(new URL("../../../", import.meta.url));
const read = (file: string): string => readFileSync(join(repository, file), "utf8");
const page = read("docs/architecture.md");

/** The scope of all packages but the facade, which is named after it. */
const SCOPE = "@tandem-sim/";
const FACADE = "tandem-sim";

interface Manifest {
  name?: string;
  dependencies?: Record<string, string>;
  /** Among them what is bundled. */
  devDependencies?: Record<string, string>;
}

/** Packages of the workspace by short name, and which of them each imports. */
const imports: ReadonlyMap<string, readonly string[]> = new Map(
  ["packages", "apps", "."].flatMap((folder) =>
    readdirSync(join(repository, folder)).flatMap((entry): [string, string[]][] => {
      const file = join(folder, entry, "package.json");
      if (!existsSync(join(repository, file))) return [];
      const { name = "", dependencies = {}, devDependencies = {} }: Manifest = JSON.parse(read(file));
      const short = (full: string): string[] => {
        if (full === FACADE) return [FACADE];
        return full.startsWith(SCOPE) ? [full.slice(SCOPE.length)] : [];
      };
      return short(name).map((own) => [own, Object.keys({ ...dependencies, ...devDependencies }).flatMap(short)]);
    }),
  ),
);

const importsOf = (name: string): readonly string[] => imports.get(name) ?? [];

/** All that a package may call, itself excluded. */
const below = (name: string): Set<string> => new Set(importsOf(name).flatMap((other) => [other, ...below(other)]));

/** First cells of the table under a heading, or of a file's only one. */
const firstCells = (text: string): string[] =>
  [...text.matchAll(/^\| (.+?) \|/gm)].map(([, cell = ""]) => cell).slice(2);

const namesIn = (cell: string): string[] =>
  [...cell.matchAll(/\[`(?:@tandem-sim\/)?([\w-]+)`\]/g)].map(([, name = ""]) => name);

describe("the picture of packages", () => {
  test("has an arrow for every import that others do not imply, and no other", () => {
    const drawn = [...page.matchAll(/^ {2}([\w-]+) --> ([\w-]+)$/gm)].map(([, from, to]) => `${from} --> ${to}`);
    const needed = [...imports.keys()].flatMap((from) => {
      const implied = new Set(importsOf(from).flatMap((other) => [...below(other)]));
      return importsOf(from).flatMap((to) => (implied.has(to) ? [] : [`${from} --> ${to}`]));
    });
    expect(drawn.sort()).toEqual(needed.sort());
  });

  test.each([
    ["docs/architecture.md", page.slice(0, page.indexOf("\n## ")), [...imports.keys()]],
    [
      "README.md",
      read("README.md").split("\n## Packages\n")[1] ?? "",
      [...imports.keys()].filter((name) => !["configs", "workloads", "bench"].includes(name)),
    ],
  ])("%s lists every package once, each below what it imports", (_file, text, all) => {
    const listed = firstCells(text).flatMap(namesIn);
    expect([...listed].sort()).toEqual([...all].sort());
    listed.forEach((name, at) => {
      expect(
        importsOf(name).filter((other) => listed.indexOf(other) > at),
        name,
      ).toEqual([]);
    });
  });
});

/** A function that a step of a walk names: `name`, or `Owner.member`. */
interface Call {
  step: string;
  caller: string;
  name: string;
  file: string;
}

const walks = page.split(/^## (?=A )/m).slice(1);
const calls: Call[] = walks.flatMap((walk) =>
  [...walk.matchAll(/^\| (\d+) \| (\w+) \| (.+) \|$/gm)].flatMap(([, step = "", caller = "", rest = ""]) =>
    [...rest.matchAll(/\[`([\w.]+)`\]\(\.\.\/(\S+?)\)/g)].map(([, name = "", file = ""]) => ({
      step: `${walk.split(",")[0]} ${step}`,
      caller,
      name,
      file,
    })),
  ),
);

const definition = (name: string): RegExp =>
  new RegExp(`^(?:export )?(?:async )?(?:function\\*?|class|const|interface) ${name}\\b`, "m");
const member = (name: string): RegExp => new RegExp(`^ {2}(?:private |async |get )*${name}\\??\\(`, "m");

describe("the walks", () => {
  test("have steps", () => {
    expect(walks).toHaveLength(2);
    expect(calls.length).toBeGreaterThan(30);
  });

  test.each(calls)("$step: $name is in $file", ({ name, file }) => {
    const source = read(file);
    const [owner = "", ...members] = name.split(".");
    const at = source.search(definition(owner));
    expect(at, owner).toBeGreaterThanOrEqual(0);
    for (const one of members) expect(source.slice(at), name).toMatch(member(one));
  });

  test.each(calls)("$step: $caller calls $name in itself or below", ({ caller, file }) => {
    const [, callee = ""] = file.split("/");
    expect([caller, ...below(caller)]).toContain(callee);
  });
});
