/**
 * @module
 * No input gets past the command: whatever a file holds or a flag says, it is a whole result, or one line that names the place.
 */
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { tandem, temporaryFolder } from "../tandem.js";
import { anyCase, type Case, caseText, layOut } from "./cases.js";
import { escaped } from "./verdict.js";

const asked = (name: string, otherwise: number): number => Number(process.env[name] ?? otherwise);
const cases = asked("HOSTILE_CASES", 2000);
const seed = asked("HOSTILE_SEED", 1);
const only = process.env.HOSTILE_CASE;

const times: Record<string, number[]> = {};
const SLOW_MS = 5000;

/** What escaped of a case; undefined where nothing did. */
async function tried(one: Case): Promise<string | undefined> {
  const folder = join(temporaryFolder(), "work");
  mkdirSync(folder);
  const started = performance.now();
  try {
    const args = layOut(folder, one);
    const finished = await tandem(args, folder);
    if (only !== undefined) console.error(args, finished);
    const ms = performance.now() - started;
    if (process.env.HOSTILE_TIMES) {
      const k = args
        .slice(0, 2)
        .join(" ")
        .replace(/[./].*/, "");
      const t = (times[k] ??= [0, 0]);
      t[0]++;
      t[1] += ms;
    }
    if (ms > SLOW_MS) return `took ${Math.round(ms)} ms: ${args.join(" ")}`;
    const why = escaped(args, finished, join(folder, "out"));
    return why && `${why}\n    tandem ${args.join(" ").slice(0, 300)}`;
  } catch (error) {
    return `threw ${(error as Error).stack}`;
  } finally {
    if (only === undefined) rmSync(join(folder, ".."), { recursive: true });
  }
}

test(`${cases} edited files and flags give a whole result or one line that names the place`, {
  timeout: 1e9,
}, async () => {
  const cpu = process.cpuUsage();
  const escapes: string[] = [];
  const drawn = fc.sample(anyCase, { seed, numRuns: cases });
  for (const [i, one] of drawn.entries()) {
    if (only !== undefined && i !== Number(only)) continue;
    const why = await tried(one);
    if (why !== undefined) escapes.push(`--seed ${seed} --case ${i} (${caseText(one)}): ${why}`);
  }
  if (process.env.HOSTILE_TIMES) console.error(`cpu ${process.cpuUsage(cpu).user / 1e6}`);
  if (process.env.HOSTILE_TIMES)
    console.error(
      Object.entries(times)
        .map(([k, [n, ms]]) => `${k} ${n} ${((ms as number) / n!).toFixed(1)}`)
        .join("\n"),
    );
  expect(escapes.join("\n")).toBe("");
});
