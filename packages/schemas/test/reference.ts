/**
 * @module
 * Published measurements and other simulators' outputs, which are not ours to bundle: where they are, and what happens to
 * the tests that need them where they are not.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe } from "vitest";

const { CI, TANDEM_REFERENCE, TANDEM_NO_REFERENCE } = process.env;
const root = TANDEM_REFERENCE ?? fileURLToPath(new URL("../../../../shared/reference", import.meta.url));
const present = existsSync(root);

/** A file or folder of the reference data. */
export const reference = (path: string): string => join(root, path);

/**
 * Tests on reference data. They are skipped where the whole folder is absent; a part of it that is missing is a failure.
 *
 * @throws {Error} in CI where they would be skipped for no stated reason
 */
export function describeReference(name: string, tests: () => void): void {
  if (!present && CI && !TANDEM_NO_REFERENCE) {
    throw new Error(
      `no reference data in ${root}: TANDEM_REFERENCE names it, or TANDEM_NO_REFERENCE says why there is none`,
    );
  }
  const why = TANDEM_NO_REFERENCE ?? "TANDEM_REFERENCE names it";
  describe.skipIf(!present)(present ? name : `${name} (skipped: no reference data in ${root}; ${why})`, tests);
}
