import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const repository = fileURLToPath(new URL("../../../", import.meta.url));
const read = (file: string): string => readFileSync(join(repository, file), "utf8");

const packages = readdirSync(join(repository, "packages")).map((name) => `packages/${name}`);
const markdownIn = (folder: string): string[] =>
  readdirSync(join(repository, folder)).flatMap((entry) => (entry.endsWith(".md") ? [join(folder, entry)] : []));

const documents = [
  ...[".", "docs", "docs/examples", "docs/reference", "configs", "workloads", "apps/bench", "apps/cli"],
  ...packages,
].flatMap(markdownIn);

test.each(documents)("%s links to files that exist", (document) => {
  const links = [...read(document).matchAll(/\]\((?!https?:)([^)#]+)[^)]*\)/g)].map(([, link = ""]) => link);
  expect(links.filter((link) => !existsSync(join(repository, dirname(document), link)))).toEqual([]);
});

test("changesets link to files as their packages' CHANGELOGs will", () => {
  const links = markdownIn(".changeset").flatMap((changeset) =>
    [...read(changeset).matchAll(/\]\((?!https?:)([^)#]+)[^)]*\)/g)].map(([, link = ""]) => link),
  );
  expect(links.filter((link) => !existsSync(join(repository, packages[0] ?? "", link)))).toEqual([]);
});

/** The anchors of a page's headings, as GitHub makes them. */
const anchorsOf = (page: string): string[] =>
  [...page.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
      .replaceAll(" ", "-"),
  );

test("links to a heading lead to one", () => {
  const lost = documents.flatMap((document) =>
    [...read(document).matchAll(/\]\((?!https?:)([^)#]*)#([^)]+)\)/g)].flatMap(([link, path = "", anchor = ""]) => {
      const page = path === "" ? document : join(dirname(document), path);
      return page.endsWith(".md") && !anchorsOf(read(page)).includes(anchor) ? [`${document}: ${link}`] : [];
    }),
  );
  expect(lost).toEqual([]);
});

/** Files and folders in the first column of a README's table of sources. */
const sourcesNamed = (readme: string): string[] =>
  [...readme.matchAll(/^\| (`[^|]+) \|/gm)].flatMap(([, cell = ""]) =>
    [...cell.matchAll(/`([\w/-]+(?:\.ts|\/))`/g)].map(([, file = ""]) => file),
  );

test.each([...packages, "apps/bench"])(
  "the README of %s says what each of its sources owns, and names no other",
  (folder) => {
    const named = sourcesNamed(read(`${folder}/README.md`));
    const sources = readdirSync(join(repository, folder, "src"), { recursive: true, encoding: "utf8" }).filter((file) =>
      /(?<!\.test|^index|[\\/]index)\.ts$/.test(file),
    );
    const owns = (entry: string, file: string): boolean =>
      entry.endsWith("/") ? file.startsWith(entry) : file === entry;
    expect(sources.filter((file) => !named.some((entry) => owns(entry, file)))).toEqual([]);
    expect(named.filter((entry) => !sources.some((file) => owns(entry, file)))).toEqual([]);
  },
);
