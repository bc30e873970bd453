// The scripts of package.json on a machine that has Node and npm only: fetches the pinned pnpm, installs, then builds, checks
// types or packages, makes the site, or runs the main job, the tests or the benchmark. What has not changed since the last time is skipped.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { constants } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
/** @type {NodeJS.ProcessEnv} */
const env = { ...process.env, TURBO_TELEMETRY_DISABLED: "1", DO_NOT_TRACK: "1" };

/** @param {string} message @param {number} code @returns {never} */
function fail(message, code) {
  console.error(message);
  process.exit(code);
}

function requireNode() {
  const wanted = manifest.engines.node.replace(">=", "");
  const [major, minor] = wanted.split(".").map(Number);
  const [haveMajor, haveMinor] = process.versions.node.split(".").map(Number);
  if (haveMajor > major || (haveMajor === major && haveMinor >= minor)) return;
  fail(`Tandem needs Node ${wanted} or newer and this is ${process.version}: get it from https://nodejs.org`, 1);
}

/**
 * Runs a command to its end.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {{ quiet?: boolean }} [how] quiet: shows the output only if the command fails
 * @returns {Promise<number>} its exit code
 */
function run(command, args, { quiet = false } = {}) {
  return new Promise((resolve) => {
    // Windows starts npx.cmd through a shell only, and a shell takes one line.
    const shell = process.platform === "win32" && command === "npx";
    const stdio = quiet ? ["ignore", "pipe", "pipe"] : ["ignore", "inherit", "inherit"];
    const options = /** @type {import("node:child_process").SpawnOptions} */ ({ cwd: root, env, stdio, shell });
    const child = shell ? spawn([command, ...args].join(" "), options) : spawn(command, args, options);
    /** @type {Buffer[]} */
    const output = [];
    for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk) => output.push(chunk));
    child.on("error", (error) => fail(`cannot start ${command}: ${error.message}`, 1));
    child.on("close", (code, signal) => {
      const exit = code ?? 128 + (signal ? constants.signals[signal] : 0);
      if (exit !== 0 && output.length > 0) process.stderr.write(`\n${Buffer.concat(output)}`);
      resolve(exit);
    });
  });
}

/**
 * One line with the time of a step; ends the process with the step's exit code if it fails.
 *
 * @param {string} label
 * @param {() => Promise<number>} work
 */
async function step(label, work) {
  process.stdout.write(`${label} ... `);
  const start = Date.now();
  const code = await work();
  if (code !== 0) fail(`${label} failed`, code);
  console.log(`${((Date.now() - start) / 1000).toFixed(1)} s`);
}

/** @param {string[]} args */
const pnpm = (...args) => run("npx", ["--yes", manifest.packageManager, ...args], { quiet: true });

/** Turbo calls pnpm for each package, and finds it because pnpm calls turbo. @param {string} task */
const turbo = (task) => pnpm("--silent", "exec", "turbo", "run", task, "--output-logs=errors-only");

/** What an install depends on: lockfile, every manifest, and the platform that binaries are for. */
function installState() {
  const files = ["pnpm-lock.yaml", "pnpm-workspace.yaml", ".npmrc", "package.json"];
  for (const folder of ["packages", "apps", "."]) {
    for (const entry of readdirSync(join(root, folder)).sort()) files.push(join(folder, entry, "package.json"));
  }
  const hash = createHash("sha256").update(`${process.platform} ${process.arch} ${process.versions.modules}\n`);
  for (const file of files) {
    const path = join(root, file);
    if (existsSync(path)) hash.update(`${file}\n`).update(readFileSync(path));
  }
  return hash.digest("hex");
}

async function install() {
  const stamp = join(root, "node_modules", ".tandem-install");
  const state = installState();
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === state) return;
  await step(`install with ${manifest.packageManager}`, () =>
    pnpm("install", "--frozen-lockfile", "--config.confirmModulesPurge=false", "--filter=!tandem-docs"),
  );
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, state);
}

const build = () => step("build", () => turbo("build"));

/** What a command needs: types are most of the time that a build takes. */
async function buildToRun() {
  env.TANDEM_BUILD = "js";
  await build();
}

async function typecheck() {
  await step("types of every package", () => turbo("typecheck"));
  await step("types of the scripts", () =>
    run(process.execPath, [join("node_modules", "typescript", "bin", "tsc"), "-p", "."]),
  );
}

/** @param {string[]} extra flags added to the main job */
async function start(extra) {
  await buildToRun();
  const csv = "outputs/pim_sub_batch_run.csv";
  const job = [
    ["run"],
    ["--cluster-config", "configs/cluster/single_node_pim_instance.json"],
    ["--dtype", "float16", "--block-size", "16"],
    ["--enable-attn-offloading"],
    ["--enable-sub-batch-interleaving"],
    ["--dataset", "workloads/example_trace.jsonl"],
    ["--output", csv],
    ["--log-level", "WARNING"],
    extra,
  ].filter((line) => line.length > 0);
  console.log(`\nnpx tandem ${job.map((line) => line.join(" ")).join(" \\\n  ")}\n`);
  const tandem = async (/** @type {string[]} */ args) => {
    const code = await run(process.execPath, [join("apps", "cli", "bin", "tandem.js"), ...args]);
    if (code !== 0) process.exit(code);
  };
  await tandem(job.flat());
  const compare = [
    ["compare", "--dataset", "batch_256", "--max-num-seqs", "256", "--attn-offload-phase", "decode"],
    ["--set", "nodes.0.cpu_mem.mem_size=1024"],
  ];
  console.log(`
${csv}: one row per request in order of completion, times in ns.
  TTFT            arrival to first token        TPOT  mean time per token after it; ITL lists each
  queuing_delay   arrival to first step         latency, end_time  to the last token

Ten short requests are the worst case for interleaving. Large batches on as much PIM bandwidth as the GPU has:

npx tandem ${compare.map((line) => line.join(" ")).join(" \\\n  ")}
`);
  await tandem(compare.flat());
  console.log(`
Next, for example:
  npm run bench                                 all loads in every mode, one report
  npm start -- --trace-dir outputs/traces       the same job, with a text trace of each iteration
  npx tandem run --help                         every flag; without --enable-... the GPU works alone`);
}

/** @param {string[]} extra arguments of vitest */
async function test(extra) {
  await buildToRun();
  process.exit(await run(process.execPath, [join("node_modules", "vitest", "vitest.mjs"), "run", ...extra]));
}

/** @param {string[]} extra arguments of the benchmark */
async function bench(extra) {
  await buildToRun();
  process.exit(await run(process.execPath, [join("apps", "bench", "dist", "main.js"), ...extra]));
}

/**
 * Tests of the command that draw their cases, with more of them than the suite has.
 *
 * @param {string} file
 * @returns {(extra: string[]) => Promise<void>}
 */
const drawn = (file) => async (extra) => {
  for (const [i, flag] of extra.entries()) {
    const name = { "--cases": "TANDEM_CASES", "--seed": "TANDEM_SEED", "--case": "TANDEM_CASE" }[flag];
    if (i % 2 === 0 && name === undefined) fail(`unknown flag ${flag}: --cases N, --seed N, --case N`, 2);
    if (name !== undefined) env[name] = extra[i + 1];
  }
  env.TANDEM_CASES ??= file.includes("hostile") ? "20000" : "100";
  await test([`apps/cli/test/${file}`]);
};

const hostile = drawn("hostile/hostile.test.ts");
const interrupts = drawn("interrupts.test.ts");

/** @param {string[]} extra arguments of the check */
async function packages(extra) {
  await build();
  process.exit(await run(process.execPath, [join(".ci", "packages", "check.mjs"), ...extra]));
}

/** What an extension has to be is held by examples. */
async function extending() {
  process.exit(await run(process.execPath, [join(".ci", "extending.mjs")]));
}

/** What makes the site is large, and nothing else needs it: it is installed when it is asked for. */
async function docs() {
  await step("install the site's tools", () => pnpm("install", "--frozen-lockfile", "--filter=tandem-docs"));
  await step("API pages", () => pnpm("--silent", "--filter=tandem-docs", "run", "api"));
  await step("site", () => pnpm("--silent", "--filter=tandem-docs", "run", "site"));
  console.log("docs/.vitepress/dist/index.html; npx --prefix docs vitepress preview docs serves it");
}

const commands = { start, test, bench, packages, docs, build, typecheck, hostile, interrupts, extending };
const [command, ...rest] = process.argv.slice(2);
const action = commands[/** @type {keyof typeof commands} */ (command)];
requireNode();
if (!action) fail(`usage: node .ci/launch.mjs ${Object.keys(commands).join("|")} [arguments of what it starts]`, 2);
await install();
await action(rest[0] === "--" ? rest.slice(1) : rest);
