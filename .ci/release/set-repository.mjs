// Before a release: writes into every manifest the repository that it is published from, which npm holds against the provenance
// statement. A fork publishes under its own address without a change of the sources.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { published } from "../packages/pack.mjs";

const { GITHUB_SERVER_URL = "https://github.com", GITHUB_REPOSITORY } = process.env;
if (!GITHUB_REPOSITORY) throw new Error("GITHUB_REPOSITORY is not set: the workflow sets it to owner/name");
const root = fileURLToPath(new URL("../..", import.meta.url));
for (const { folder } of published(root)) {
  const file = join(root, folder, "package.json");
  const manifest = JSON.parse(readFileSync(file, "utf8"));
  const repository = { type: "git", url: `git+${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}.git`, directory: folder };
  writeFileSync(file, `${JSON.stringify({ ...manifest, repository }, null, 2)}\n`);
}
