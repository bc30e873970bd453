// `npm run release:version`: the pending changesets become versions and CHANGELOGs, and what is to be cited is that version.
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { published } from "../packages/pack.mjs";

const root = process.cwd();
const changeset = createRequire(import.meta.url).resolve("@changesets/cli/bin.js");
const { status } = spawnSync(process.execPath, [changeset, "version"], { cwd: root, stdio: "inherit" });
if (status !== 0) process.exit(status ?? 1);
const [first] = published(root);
const citation = join(root, "CITATION.cff");
const text = readFileSync(citation, "utf8");
writeFileSync(citation, text.replace(/^version: .*$/m, `version: ${first?.manifest.version}`));
