// What is wrong with packed packages: publint on manifests and files, are-the-types-wrong on the types of each entry.
import { readFileSync } from "node:fs";
import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
import { publint } from "publint";
import { formatMessage } from "publint/utils";

/** Ways of resolving that packages of ES modules with `exports` do not serve. */
const notServed = ["node10", "node16-cjs"];

/**
 * @param {import("./pack.mjs").Packed} packed
 * @returns {Promise<string[]>} a line for each complaint
 */
export async function complaints({ name, tarball }) {
  const data = new Uint8Array(readFileSync(tarball));
  const { messages, pkg } = await publint({ pack: { tarball: data.buffer }, strict: true });
  const types = await checkPackage(createPackageFromTarballData(data));
  const problems = types.types
    ? types.problems.filter((one) => !("resolutionKind" in one && notServed.includes(one.resolutionKind)))
    : [];
  return [
    ...messages.map((message) => `${name}: publint: ${formatMessage(message, pkg)}`),
    ...problems.map((problem) => `${name}: types: ${JSON.stringify(problem)}`),
  ];
}
