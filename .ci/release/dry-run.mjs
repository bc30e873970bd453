// `npm run release:dry-run`: makes versions and CHANGELOGs in a temporary clone of what is committed, and checks what came out.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { output } from "../packages/command.mjs";
import { published } from "../packages/pack.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const work = mkdtempSync(join(tmpdir(), "tandem-release-"));
const clone = join(work, "clone");

/** So that there is something to release however few changes are pending. */
const ownChange = "The release is tried out.";
const ownChangeset = `---\n"tandem-sim": patch\n---\n\n${ownChange}\n`;

/** Changesets that wait for a release, by file. @param {string} folder */
const pending = (folder) =>
  readdirSync(join(folder, ".changeset")).filter((file) => file.endsWith(".md") && file !== "README.md");

/** Names of the packages of a changeset. @param {string} text */
const packagesOf = (text) => [...(text.split("---")[1] ?? "").matchAll(/^"(.+)":/gm)].map(([, name]) => name);

/** The first line that a CHANGELOG takes over. @param {string} text */
const firstLine = (text) => text.split("---")[2]?.trim().split("\n")[0] ?? "";

/** @param {string} folder */
const versions = (folder) => new Set(published(folder).map(({ manifest }) => manifest.version));

/** @param {boolean} holds @param {string} what */
function claim(holds, what) {
  if (!holds) throw new Error(`a release would be wrong: ${what}`);
}

try {
  await output("git", ["clone", "--quiet", "--local", root, clone], root);
  writeFileSync(join(clone, ".changeset", "dry-run.md"), ownChangeset);
  const [before] = versions(clone);
  const changes = pending(clone).map((file) => readFileSync(join(clone, ".changeset", file), "utf8"));
  await output(process.execPath, [fileURLToPath(new URL("version.mjs", import.meta.url))], clone);

  const [after, ...others] = versions(clone);
  claim(others.length === 0, `packages of several versions, ${[after, ...others].join(", ")}`);
  claim(after !== before, `the version is still ${before}`);
  claim(pending(clone).length === 0, `pending afterwards: ${pending(clone).join(", ")}`);
  claim(
    readFileSync(join(clone, "CITATION.cff"), "utf8").includes(`\nversion: ${after}\n`),
    "another version is cited",
  );
  for (const { folder, manifest } of published(clone)) {
    const file = join(clone, folder, "CHANGELOG.md");
    claim(existsSync(file), `${manifest.name} has no CHANGELOG.md`);
    const log = readFileSync(file, "utf8");
    claim(log.includes(`\n## ${after}\n`), `${manifest.name}'s CHANGELOG.md does not say ${after}`);
    for (const change of changes.filter((text) => packagesOf(text).includes(manifest.name)))
      claim(log.includes(firstLine(change)), `${manifest.name}'s CHANGELOG.md lacks "${firstLine(change)}"`);
  }
  console.log(
    `${changes.length} changesets: ${before} -> ${after}, ${published(clone).length} packages with their CHANGELOGs`,
  );
} catch (error) {
  console.error(/** @type {Error} */ (error).message);
  process.exitCode = 1;
} finally {
  rmSync(work, { recursive: true, force: true });
}
