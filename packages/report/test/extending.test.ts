import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const repository = fileURLToPath(new URL("../../../", import.meta.url));
const folder = "docs/extending";
const patches = readdirSync(join(repository, folder));
const page = readFileSync(join(repository, `${folder}.md`), "utf8");

test.each(patches)("%s applies to the sources as they are", (patch) => {
  expect(() =>
    execFileSync("git", ["apply", "--check", `${folder}/${patch}`], { cwd: repository, stdio: "pipe" }),
  ).not.toThrow();
});

test("docs/extending.md says of each patch how many files and lines it takes", () => {
  const rows = [...page.matchAll(/^\| .* \| \[(.+)\]\(.+\) \| (\d+) \| (\d+) \|$/gm)];
  const stated = rows.map(([, patch, files, lines]) => [patch, Number(files), Number(lines)]);
  const counted = patches.map((patch) => {
    const lines = readFileSync(join(repository, folder, patch), "utf8").split("\n");
    const files = lines.filter((line) => line.startsWith("+++ ")).length;
    return [patch, files, lines.filter((line) => line.startsWith("+")).length - files];
  });
  expect(stated.sort()).toEqual(counted.sort());
});
