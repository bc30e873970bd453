// How fast a sweep is: 500 cells of 300-request runs on two threads, and against one thread; and what two processes of one
// thread each reach side by side, which is as much as two cores give. Needs the built command and two quiet cores: it prints
// the load of the machine with its figures.
//
//   node apps/bench/scripts/sweep-speed.mjs [--cells 500] [--dataset mixed]
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const command = fileURLToPath(new URL("../../cli/bin/tandem.js", import.meta.url));
const { values } = parseArgs({
  options: { cells: { type: "string", default: "500" }, dataset: { type: "string", default: "mixed" } },
});
const steps = Math.max(1, Math.round(Number(values.cells) / 100));
const folder = mkdtempSync(join(tmpdir(), "tandem-sweep-"));
const file = join(folder, "sweep.yaml");
const axes = {
  mode: ["gpu-only", "offload", "interleave", "auto"],
  "max-num-seqs": [32, 64, 96, 128, 256],
  "max-num-batched-tokens": [512, 1024, 2048, 4096, 8192],
  "set.nodes.0.cpu_mem.mem_size": [512, 640, 768, 896, 1024].slice(0, steps),
};
writeFileSync(file, JSON.stringify({ base: { dataset: values.dataset, "attn-offload-phase": "decode" }, axes }));

/** Seconds of wall and of CPU. */
function sweep(jobs) {
  const out = join(folder, `jobs-${jobs}`);
  const before = cpuOfChildren();
  const startedMs = performance.now();
  const { status } = spawnSync(process.execPath, [command, "sweep", file, "--out", out, "--jobs", String(jobs)], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  if (status !== 0) throw new Error(`exit ${status}`);
  return {
    wallS: (performance.now() - startedMs) / 1000,
    cpuS: cpuOfChildren() - before,
    results: readFileSync(join(out, "results.jsonl"), "utf8"),
  };
}

/** Of children that have ended; user and system, from Linux' own account of this process. */
function cpuOfChildren() {
  const fields = readFileSync("/proc/self/stat", "utf8").split(") ")[1].split(" ");
  return (Number(fields[13]) + Number(fields[14])) / 100;
}

const text = ({ wallS, cpuS }) => `${wallS.toFixed(1)} s, ${cpuS.toFixed(1)} s of CPU`;
/** Seconds until two sweeps of one thread each are done. */
async function sideBySide() {
  const startedMs = performance.now();
  const children = ["left", "right"].map((name) =>
    spawn(process.execPath, [command, "sweep", file, "--out", join(folder, name), "--jobs", "1"], { stdio: "ignore" }),
  );
  await Promise.all(children.map((child) => once(child, "close")));
  return (performance.now() - startedMs) / 1000;
}

const two = sweep(2);
const one = sweep(1);
const bothS = await sideBySide();
rmSync(folder, { recursive: true });
const cells = two.results.trim().split("\n").length;
console.log(`${cells} cells of 300 requests, ${availableParallelism()} cores, load ${loadavg()[0].toFixed(1)}`);
console.log(`--jobs 2: ${text(two)}; --jobs 1: ${text(one)}; ratio ${(one.wallS / two.wallS).toFixed(2)}`);
console.log(
  `busy: ${(two.cpuS / two.wallS).toFixed(2)} cores with --jobs 2, ${(one.cpuS / one.wallS).toFixed(2)} with --jobs 1`,
);
console.log(`two sweeps side by side: ${bothS.toFixed(1)} s, ratio ${((2 * one.wallS) / bothS).toFixed(2)}`);
console.log(`the same bytes: ${one.results === two.results}`);
