/**
 * @module
 * What would not work on another system than the one that it was written on: found in the text of sources and scripts.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const repository = fileURLToPath(new URL("../../../", import.meta.url));
const folders = ["apps", "packages"].flatMap((group) =>
  readdirSync(join(repository, group)).map((name) => `${group}/${name}`),
);
const read = (path: string): string => readFileSync(join(repository, path), "utf8");

const manifests = [".", ...folders]
  .map((folder) => `${folder}/package.json`)
  .filter((path) => existsSync(join(repository, path)));

/** Words of a Unix shell that cmd.exe lacks, and quoting and variables that it reads otherwise. */
const shellism =
  /(?:^|&& )\s*(?:rm|cp|mv|mkdir -p|cat|export|sh|bash|\.\/\S+)\s|\$[A-Z{(]|'|(?:^|&& )[A-Z_]+=|[^&]&[^&]|;/;

/** Every shell takes these for one word. */
const withoutQuoted = (script: string): string => script.replace(/"[^"$]*"/g, "");

test.each(manifests)("the scripts of %s run in any shell", (path) => {
  const { scripts = {} } = JSON.parse(read(path)) as { scripts?: Record<string, string> };
  expect(Object.values(scripts).filter((script) => shellism.test(withoutQuoted(script)))).toEqual([]);
});

test.each(["rm -rf dist", "tsup && cp a b", "TANDEM_BUILD=js tsup", "echo $HOME", "node 'a b.js'", "a; b", "./run x"])(
  "%s is known for what it is",
  (script) => expect(script).toMatch(shellism),
);

describe("sources", () => {
  const sources = folders
    .filter((folder) => existsSync(join(repository, folder, "src")))
    .flatMap((folder) =>
      readdirSync(join(repository, folder, "src"), { recursive: true, encoding: "utf8" }).map((name) =>
        join(folder, "src", name),
      ),
    )
    .filter((path) => path.endsWith(".ts") && !path.endsWith(".test.ts"));
  const containing = (pattern: RegExp): string[] =>
    sources.flatMap((path) =>
      read(path)
        .split("\n")
        .flatMap((line, i) => (pattern.test(line) ? [`${path}:${i + 1}: ${line.trim()}`] : [])),
    );

  test("make paths of URLs by fileURLToPath: a drive's letter stands behind a slash in one", () => {
    expect(containing(/new URL\([^)]*\)\.pathname/)).toEqual([]);
  });

  test("take no path apart at slashes", () => {
    expect(containing(/(?:[pP]ath|[fF]ile|[dD]ir|[fF]older)\.(?:split|lastIndexOf)\("\/"\)/)).toEqual([]);
  });

  test("join paths of the file system by node:path", () => {
    // Places in a profile folder, for messages and browsers, are no paths of the file system.
    const joined = containing(
      /(?:readText|readJson|existsSync|mkdirSync|openSync|statSync|writeWhole)\(`[^`]*\/[^`]*`/,
    );
    expect(joined).toEqual([]);
  });

  test("have LF at the ends of lines, on every system", () => {
    expect(read(".gitattributes")).toMatch(/^\* text=auto eol=lf$/m);
    expect(sources.filter((path) => read(path).includes("\r"))).toEqual([]);
  });
});
