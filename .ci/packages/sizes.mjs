// The size of each package: a table in the documentation, held against what is packed.
import { existsSync, readFileSync, writeFileSync } from "node:fs";

/** A table that is off by more is not true any more. */
const TOLERANCE = 0.1;
/** Packages that are small change by more than that with a sentence. */
const SLACK_KB = 2;

const head = `# Size of the packages

What a download takes, packed. \`npm run packages -- --record\` writes this table, and \`npm run packages\` fails where it is off by more
than ${100 * TOLERANCE}%.

| package | kB |
| --- | --- |
`;

/** @param {number} bytes */
const kilobytes = (bytes) => Math.max(1, Math.round(bytes / 1000));

/**
 * @param {string} page
 * @param {readonly import("./pack.mjs").Packed[]} packages
 * @param {boolean} record whether the table is written anew
 * @returns {string[]} a line for each figure that does not hold
 */
export function checkSizes(page, packages, record) {
  const rows = packages.map(({ name, bytes }) => `| \`${name}\` | ${kilobytes(bytes)} |`);
  if (record) writeFileSync(page, `${head}${rows.join("\n")}\n`);
  const text = existsSync(page) ? readFileSync(page, "utf8") : "";
  return packages.flatMap(({ name, bytes }) => {
    const stated = Number(new RegExp(`^\\| \`${name}\` \\| (\\d+) \\|$`, "m").exec(text)?.[1] ?? Number.NaN);
    const found = kilobytes(bytes);
    if (Math.abs(found - stated) <= Math.max(SLACK_KB, TOLERANCE * found)) return [];
    return [`${name} takes ${found} kB, ${page} says ${stated}`];
  });
}
