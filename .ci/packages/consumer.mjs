// What a stranger does with the packed packages, in an empty folder: install, run the examples, check types; or install the
// command for all folders and call it from another.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { output } from "./command.mjs";

/** @typedef {import("./pack.mjs").Packed} Packed */

/** The first example of a README; empty where there is none that runs in Node. @param {string} readme */
const exampleIn = (readme) => /```js\n([\s\S]+?)```/.exec(readme)?.[1] ?? "";

/** Writes the examples of the READMEs and of the documentation. @param {string} root @param {readonly Packed[]} packages */
function examples(root, packages) {
  const readmes = packages.map(({ name, folder }) => ({
    file: `readme-${name.replace(/[@/]/g, "")}.mjs`,
    text: exampleIn(readFileSync(join(root, folder, "README.md"), "utf8")),
  }));
  const documented = readdirSync(join(root, "docs/examples"))
    .filter((file) => file.endsWith(".mjs"))
    .map((file) => ({ file, text: readFileSync(join(root, "docs/examples", file), "utf8") }));
  return [...readmes, ...documented].filter(({ text }) => text !== "");
}

/** Of the two ways of resolving that packages of ES modules serve. */
const resolutions = { nodenext: "nodenext", bundler: "esnext" };

/** @param {string} root whose TypeScript and types of Node are taken @param {string} resolution */
const tsconfig = (root, resolution) => ({
  compilerOptions: {
    module: resolutions[/** @type {keyof typeof resolutions} */ (resolution)],
    moduleResolution: resolution,
    target: "es2022",
    lib: ["es2023"],
    types: ["node"],
    typeRoots: [join(root, "node_modules/@types")],
    allowJs: true,
    checkJs: true,
    noEmit: true,
    // The declarations that come with the packages are checked too.
    skipLibCheck: false,
  },
  include: ["*.mjs"],
  exclude: ["all.mjs"],
});

/**
 * @param {string} root
 * @param {"npm" | "pnpm"} manager
 * @param {string} folder that is empty
 * @param {readonly Packed[]} packages
 * @returns {Promise<string>} what was done
 */
export async function consume(root, manager, folder, packages) {
  mkdirSync(folder);
  const dependencies = Object.fromEntries(packages.map(({ name, tarball }) => [name, `file:${tarball}`]));
  const manifest = { private: true, type: "module", dependencies, pnpm: { overrides: dependencies } };
  writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
  const { packageManager } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  if (manager === "npm") await output("npm", ["install", "--no-audit", "--no-fund", "--prefer-offline"], folder);
  else await output("npx", ["--yes", packageManager, "install", "--prefer-offline", "--ignore-workspace"], folder);
  const files = examples(root, packages);
  for (const { file, text } of files) writeFileSync(join(folder, file), text);
  // In one process: each by itself would load the same packages again.
  writeFileSync(join(folder, "all.mjs"), files.map(({ file }) => `await import("./${file}");\n`).join(""));
  await output(process.execPath, ["all.mjs"], folder);
  for (const resolution of Object.keys(resolutions)) {
    writeFileSync(join(folder, `${resolution}.json`), JSON.stringify(tsconfig(root, resolution)));
    await output(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", `${resolution}.json`], folder);
  }
  return `${files.length} examples run, types hold under ${Object.keys(resolutions).join(" and ")}`;
}

/** How often the start of the command is timed. */
const STARTS = 5;

/**
 * @param {string} prefix where npm installs for all folders
 * @param {string} folder another one, from which the command is called
 * @param {readonly Packed[]} packages
 * @returns {Promise<string>} what was done, and how soon the command starts
 */
export async function callGlobally(prefix, folder, packages) {
  mkdirSync(folder);
  const needed = packages.filter(({ name }) => /\/(cli|configs|workloads)$/.test(name));
  const tarballs = needed.map(({ tarball }) => tarball);
  await output("npm", ["install", "--global", "--no-audit", "--no-fund", "--prefix", prefix, ...tarballs], folder);
  const command = process.platform === "win32" ? join(prefix, "tandem.cmd") : join(prefix, "bin", "tandem");
  await output(command, ["run", "--dataset", "example_trace", "--gpu", "H100", "--output", "requests.csv"], folder);
  const rows = readFileSync(join(folder, "requests.csv"), "utf8").trim().split("\n").length;
  if (rows !== 11) throw new Error(`the global command wrote ${rows} lines, not a head and 10 requests`);
  const ms = [];
  for (let i = 0; i < STARTS; i++) {
    const start = performance.now();
    await output(command, ["--version"], folder);
    ms.push(performance.now() - start);
  }
  return `a bundled load served from another folder; it starts in ${Math.round(Math.min(...ms))} ms (least of ${STARTS})`;
}
