// The packages as they would be published: packed, and read.
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { output } from "./command.mjs";

/**
 * @typedef {object} Packed
 * @property {string} name
 * @property {string} folder in the repository
 * @property {string} tarball
 * @property {number} bytes packed
 */

/** Manifests of all that is published. @param {string} root */
export function published(root) {
  const folders = ["packages", "apps"].flatMap((parent) =>
    readdirSync(join(root, parent)).map((name) => `${parent}/${name}`),
  );
  return ["configs", "workloads", ...folders].flatMap((folder) => {
    const file = join(root, folder, "package.json");
    if (!existsSync(file)) return [];
    const manifest = JSON.parse(readFileSync(file, "utf8"));
    return manifest.private ? [] : [{ folder, manifest }];
  });
}

/**
 * Packs what is built, as publishing does: versions in place of `workspace:`, `publishConfig` in place of sources.
 *
 * @param {string} root
 * @param {string} destination
 * @returns {Promise<Packed[]>}
 */
export async function pack(root, destination) {
  const { packageManager } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const packages = published(root);
  const filters = packages.map(({ manifest }) => `--filter=${manifest.name}`);
  await output("npx", ["--yes", packageManager, "-r", ...filters, "pack", "--pack-destination", destination], root);
  return packages.map(({ folder, manifest: { name, version } }) => {
    const tarball = join(destination, `${name.replace("@", "").replace("/", "-")}-${version}.tgz`);
    return { name, folder, tarball, bytes: statSync(tarball).size };
  });
}
