/**
 * @module
 * No input gets past the command: whatever a file holds or a flag says, what comes of it is a whole result, or one line that
 * names the place. `npm run hostile` tries more of them.
 */
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { drawn } from "../drawn.js";
import { tandem, temporaryFolder } from "../tandem.js";
import { anyCase, type Case, caseText, layOut } from "./cases.js";
import { escaped } from "./verdict.js";

const { cases, seed, only } = drawn(300);

/** Longer is a hang for whoever waits. The longest fits a profile on a machine that does other things too. */
const LONGEST_MS = 30_000;

/** What escaped of a case; undefined where nothing did. */
async function tried(one: Case): Promise<string | undefined> {
  const around = temporaryFolder();
  const folder = join(around, "work");
  mkdirSync(folder);
  const started = performance.now();
  const args = layOut(folder, one);
  const finished = await tandem(args, folder);
  const ms = performance.now() - started;
  const why = ms > LONGEST_MS ? `took ${Math.round(ms)} ms` : escaped(args, finished, join(folder, "out"));
  if (only !== undefined) console.log(folder, args, finished);
  else rmSync(around, { recursive: true });
  return why && `${why}\n  tandem ${args.join(" ").slice(0, 300)}`;
}

test(`${cases} edited files and flags give a whole result or one line that names the place`, {
  timeout: 1e8,
}, async () => {
  const escapes: string[] = [];
  for (const [i, one] of fc.sample(anyCase, { seed, numRuns: cases }).entries()) {
    if (only !== undefined && i !== only) continue;
    const why = await tried(one);
    if (why) escapes.push(`npm run hostile -- --cases ${cases} --seed ${seed} --case ${i} (${caseText(one)}): ${why}`);
  }
  expect(escapes.join("\n")).toBe("");
});
