// `npm run mutants -- PACKAGE|FILE...`: changes sources one place at a time (Stryker) and lists the changes that no test of
// their package notices. FILE is a source of one package and may end in lines, :10-40. Slow; not in CI.
import { existsSync } from "node:fs";
import { constants, setPriority } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Stryker } from "@stryker-mutator/core";

const root = fileURLToPath(new URL("..", import.meta.url));
const targets = process.argv
  .slice(2)
  .map((arg) => (existsSync(join(root, "packages", arg)) ? `packages/${arg}/src/**/*.ts` : arg));
const folders = [...new Set(targets.map((target) => /^packages\/[^/]+(?=\/)/.exec(target)?.[0]))];
const [folder] = folders;
if (folders.length !== 1 || !folder) {
  console.error(
    "usage: npm run mutants -- PACKAGE | FILE..., of one package: power, packages/power/src/node-meter.ts:90-120",
  );
  process.exit(2);
}

// A copy below the package finds what it imports where the package does.
process.chdir(join(root, folder));
setPriority(constants.priority.PRIORITY_LOW);
const results = await new Stryker({
  mutate: [...targets.map((target) => target.slice(folder.length + 1)), "!**/*.test.ts", "!**/index.ts"],
  testRunner: "vitest",
  plugins: ["@stryker-mutator/vitest-runner"],
  vitest: { configFile: join(root, ".ci/vitest.mutants.ts"), related: false },
  // Messages are for people, and their tests look at a part of them.
  mutator: { excludedMutations: ["StringLiteral"] },
  coverageAnalysis: "perTest",
  concurrency: 1,
  reporters: ["clear-text"],
  clearTextReporter: { allowColor: false, reportTests: false, logTests: false },
  tempDirName: ".stryker-tmp",
}).runMutationTest();
process.exitCode = results.length > 0 ? 0 : 1;
