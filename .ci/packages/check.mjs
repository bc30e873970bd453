// `npm run packages`: whether strangers can use what would be published. Wants everything built; `--record` writes the sizes anew.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { output } from "./command.mjs";
import { callGlobally, consume } from "./consumer.mjs";
import { pack } from "./pack.mjs";
import { complaints } from "./package-lint.mjs";
import { checkSizes } from "./sizes.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const work = mkdtempSync(join(tmpdir(), "tandem-packages-"));

/**
 * One line with what a step found and its time.
 *
 * @template T
 * @param {string} label
 * @param {() => Promise<T>} what
 * @param {(result: T) => string} told
 */
async function step(label, what, told) {
  const start = Date.now();
  const result = await what();
  console.log(`${label}: ${told(result)} (${((Date.now() - start) / 1000).toFixed(1)} s)`);
  return result;
}

/** @param {readonly string[]} found */
function failOn(found) {
  if (found.length > 0) throw new Error(found.join("\n"));
}

try {
  const packages = await step(
    "pack",
    () => pack(root, work),
    (all) => `${all.length} packages`,
  );
  failOn(checkSizes(join(root, "docs/package-sizes.md"), packages, process.argv.includes("--record")));
  await step(
    "knip",
    () => output("npx", ["knip"], root),
    () => "nothing unused",
  );
  const found = await step(
    "publint and are-the-types-wrong",
    () => Promise.all(packages.map(complaints)),
    (all) => `${all.flat().length} complaints`,
  );
  failOn(found.flat());
  const said = (/** @type {string} */ text) => text;
  await Promise.all([
    step("npm", () => consume(root, "npm", join(work, "npm"), packages), said),
    step("pnpm", () => consume(root, "pnpm", join(work, "pnpm"), packages), said),
  ]);
  await step("npm install --global", () => callGlobally(join(work, "global"), join(work, "elsewhere"), packages), said);
} catch (error) {
  console.error(/** @type {Error} */ (error).message);
  process.exitCode = 1;
} finally {
  rmSync(work, { recursive: true, force: true });
}
