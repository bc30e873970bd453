import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const packages = new URL("../../", import.meta.url);
const names = readdirSync(packages).filter((name) => existsSync(new URL(`${name}/package.json`, packages)));

interface Manifest {
  exports: Record<string, { types: string }>;
  publishConfig: { exports: Record<string, { types: string }> };
}

test.each(names)("the types of %s are in the checkout before anything is built, and in dist once published", (name) => {
  const folder = new URL(`${name}/`, packages);
  const manifest: Manifest = JSON.parse(readFileSync(new URL("package.json", folder), "utf8"));
  for (const { types } of Object.values(manifest.exports)) {
    expect(existsSync(fileURLToPath(new URL(types, folder))), types).toBe(true);
    expect(types).toMatch(/^\.\/src\//);
  }
  for (const { types } of Object.values(manifest.publishConfig.exports)) expect(types).toMatch(/^\.\/dist\/.*\.d\.ts$/);
});
