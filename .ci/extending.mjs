// `npm run extending`: applies each patch of docs/extending to a copy of what is tracked, and checks there what its commit
// would be checked for: format, types and tests of the packages that it touches, lists and pages of the others.
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { output } from "./packages/command.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const { packageManager } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const patches = join(root, "docs", "extending");
const copy = mkdtempSync(join(tmpdir(), "tandem-extending-"));

/** Beside those of the packages that a patch touches: tests that know what is bundled, listed or written down. */
const always = [
  "packages/schemas",
  "packages/report/test",
  "packages/engine/test/spec-sheet.test.ts",
  "apps/cli/test/flag-page.test.ts",
];

/** Files that a patch adds or changes. @param {string} patch */
const filesOf = (patch) => [...patch.matchAll(/^\+\+\+ b\/(.+)$/gm)].map(([, file = ""]) => file);

/** @param {string} tool @param {string[]} args @param {string} [folder] */
const node = (tool, args, folder = copy) => output(process.execPath, [join(copy, tool), ...args], folder);

/** @param {string} name of a patch */
async function check(name) {
  const path = join(patches, name);
  const files = filesOf(readFileSync(path, "utf8"));
  const packages = [...new Set(files.flatMap((file) => /^(?:packages|apps)\/[^/]+/.exec(file)?.[0] ?? []))];
  const start = Date.now();
  await output("git", ["apply", path], copy);
  await node("node_modules/@biomejs/biome/bin/biome", ["ci", ...files]);
  await node("node_modules/dependency-cruiser/bin/dependency-cruise.mjs", ["packages", "apps", "configs", "workloads"]);
  for (const folder of packages) await node(".ci/typecheck.mjs", [], join(copy, folder));
  const tests = await node("node_modules/vitest/vitest.mjs", [
    "run",
    ...always,
    ...packages.filter((one) => one.startsWith("packages/")),
    // It asks whether patches can be applied, and this one has been.
    "--exclude=packages/report/test/extending.test.ts",
  ]);
  await output("git", ["apply", "--reverse", path], copy);
  const passed = /Tests .*?(\d+) passed/.exec(tests)?.[1];
  console.log(
    `${name}: ${files.length} files, types of ${packages.join(", ") || "none"}, ${passed} tests (${((Date.now() - start) / 1000).toFixed(1)} s)`,
  );
}

try {
  const tracked = (await output("git", ["ls-files", "-z"], root)).split("\0").filter((file) => file !== "");
  for (const file of tracked) {
    mkdirSync(dirname(join(copy, file)), { recursive: true });
    cpSync(join(root, file), join(copy, file), { verbatimSymlinks: true });
  }
  await output(
    "npx",
    ["--yes", packageManager, "install", "--frozen-lockfile", "--prefer-offline", "--filter=!tandem-docs"],
    copy,
  );
  for (const name of readdirSync(patches).filter((file) => file.endsWith(".patch"))) await check(name);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  rmSync(copy, { recursive: true, force: true });
}
