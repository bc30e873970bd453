/**
 * @module
 * A run that is interrupted leaves every output as it was before, or whole as it is afterwards. `npm run interrupts` tries more
 * moments.
 */
import { spawn } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { createRandom } from "@tandem-sim/workload";
import { expect, test } from "vitest";
import { drawn } from "./drawn.js";
import { command, repository, tandemProcess, temporaryFolder } from "./tandem.js";

const { cases: moments, seed } = drawn(6);

/** Signals and the exit codes that shells know them by; a process that nobody can ask says none. */
const signals = { SIGINT: 130, SIGTERM: 143, SIGKILL: null } as const;
type Signal = keyof typeof signals;

/** Few channels make small traces. */
const fewChannels = ["--set", "nodes.0.cpu_mem.mem_size=64"];

const run = (folder: string, requests: number): string[] => [
  ...["run", "--num-reqs", String(requests), ...fewChannels, "--no-verdict", "--log-level", "ERROR"],
  ...["--enable-attn-offloading", "--enable-sub-batch-interleaving", "--trace-limit", "8"],
  ...[
    "--output",
    join(folder, "r.csv"),
    "--summary",
    join(folder, "s.json"),
    "--timeline",
    join(folder, "t.json"),
    "--timeline-window",
    "0:0.05",
  ],
  ...["--power-series", join(folder, "p.csv"), "--trace-dir", join(folder, "traces")],
];

const compare = (folder: string, requests: number): string[] => [
  ...["compare", "--num-reqs", String(requests), "--no-what-if", "--jobs", "1"],
  ...["--log-level", "ERROR", "--report", join(folder, "report.html")],
];

type Outputs = Record<string, string>;

/** What each output holds, but for what the host makes of it; traces are one output. */
function outputsIn(folder: string): Outputs {
  const read = (name: string): string =>
    statSync(join(folder, name)).isDirectory()
      ? readdirSync(join(folder, name))
          .sort()
          .map((file) => `${file}\n${readFileSync(join(folder, name, file), "utf8")}`)
          .join("")
      : readFileSync(join(folder, name), "utf8").replace(/"host": \{[^}]*\}/, "");
  return Object.fromEntries(readdirSync(folder).map((name) => [name, read(name)]));
}

/** Starts a command and sends it a signal after a while, unless it has ended by then. */
function interrupted(args: readonly string[], signal: Signal, afterMs: number) {
  const child = spawn(process.execPath, [command, ...args], { cwd: repository, stdio: "ignore" });
  const timer = setTimeout(() => child.kill(signal), afterMs);
  return new Promise<{ code: number | null; signal: string | null }>((resolve) => {
    child.once("close", (code, by) => {
      clearTimeout(timer);
      resolve({ code, signal: by });
    });
  });
}

/** A command's outputs before and after it, and how long it takes. */
function reference(argsOf: typeof run) {
  const folders = { before: temporaryFolder(), after: temporaryFolder() };
  tandemProcess(argsOf(folders.before, 1));
  const started = performance.now();
  tandemProcess(argsOf(folders.after, 3));
  const ms = performance.now() - started;
  return { argsOf, folder: folders.before, before: outputsIn(folders.before), after: outputsIn(folders.after), ms };
}

test.skipIf(process.platform === "win32")(
  `at ${moments} moments of a command, every output is the one before or the one after it`,
  { timeout: 1e8 },
  async () => {
    const random = createRandom(seed, "moments");
    const ofRun = reference(run);
    // Its own reference takes a while: where there are many moments.
    const ofCompare = moments > 6 ? reference(compare) : ofRun;
    for (let moment = 0; moment < moments; moment++) {
      const { argsOf, folder, before, after, ms } = moment % 4 === 3 ? ofCompare : ofRun;
      const signal = (Object.keys(signals) as Signal[])[moment % 3] as Signal;
      const afterMs = ms * 1.1 * random.uniform();
      const work = join(temporaryFolder(), "outputs");
      mkdirSync(work);
      cpSync(folder, work, { recursive: true });
      const end = await interrupted(argsOf(work, 3), signal, afterMs);
      const what = `seed ${seed}, moment ${moment}: ${signal} after ${Math.round(afterMs)} ms`;
      // Until the command has started, the system ends it.
      const codes = end.signal === signal ? [null] : [0, signals[signal]];
      expect(codes, what).toContain(end.code);

      const found = outputsIn(work);
      const left = Object.keys(found).filter((name) => !(name in before));
      const known = signal === "SIGKILL" ? /\.(tmp|old)$/ : /^$/;
      expect(
        left.filter((name) => !known.test(name)),
        what,
      ).toEqual([]);
      for (const [name, earlier] of Object.entries(before)) {
        // Killed between two renames, what was there before stands beside its place.
        const text = found[name] ?? found[left.find((other) => other.startsWith(name) && other.endsWith(".old")) ?? ""];
        expect(text === earlier || text === after[name], `${what}: ${name}`).toBe(true);
      }
      if (end.code === 0) expect(found, what).toMatchObject(after);
      if (signal === "SIGKILL" && left.length > 0) {
        expect(tandemProcess(argsOf(work, 3)).code, what).toBe(0);
        expect(outputsIn(work), `${what}, run again`).toMatchObject(after);
      }
    }
  },
);
