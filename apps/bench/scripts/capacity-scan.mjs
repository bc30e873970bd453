// Holds `tandem capacity` on decode_heavy against a scan of all rates, in every mode. Needs the built command; a few minutes.
//
//   node apps/bench/scripts/capacity-scan.mjs
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const command = fileURLToPath(new URL("../../cli/bin/tandem.js", import.meta.url));
const TOLERANCE = 0.02;
const SHARE = 0.99;
const slo = "ttft=1000,tpot=40";

/** What the command writes to stdout. */
function tandem(...args) {
  const { status, stdout } = spawnSync(process.execPath, [command, ...args], {
    encoding: "utf8",
    maxBuffer: 2 ** 28,
    stdio: ["ignore", "pipe", "ignore"],
  });
  if (status !== 0) throw new Error(`exit ${status}: ${args.join(" ")}`);
  return stdout;
}

const load = ["--dataset", "decode_heavy", "--attn-offload-phase", "decode", "--slo", slo];
const search = ["--arrivals", "recorded", "--share", SHARE, "--tolerance", TOLERANCE, "--json"].map(String);
const { modes, requests } = JSON.parse(tandem("capacity", ...load, ...search));

/** The scan is a sweep: it shares no code with the search. */
const folder = mkdtempSync(join(tmpdir(), "tandem-scan-"));
const file = join(folder, "scan.yaml");
const pairs = Object.entries(modes).flatMap(([mode, { requests_s }]) => {
  const spaced = (from, to, step) =>
    Array.from({ length: Math.ceil(Math.log(to / from) / Math.log(1 + step)) }, (_, i) => from * (1 + step) ** i);
  // Wide, and in small steps where rates that pass and rates that fail may alternate.
  const multiples = [...spaced(0.5, 2, TOLERANCE), ...spaced(0.94, 1.06, TOLERANCE / 8)];
  return multiples.map((multiple) => ({ mode, rate: requests_s * multiple }));
});
const base = { dataset: "decode_heavy", "attn-offload-phase": "decode", slo };
const axes = { mode: pairs.map(({ mode }) => mode), "request-rate": pairs.map(({ rate }) => rate) };
writeFileSync(file, JSON.stringify({ base, axes, zip: Object.keys(axes), keep: ["goodput.requests"] }));
tandem("sweep", file, "--out", join(folder, "out"));
const records = readFileSync(join(folder, "out", "results.jsonl"), "utf8")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line));
rmSync(folder, { recursive: true });

console.log(`${slo}, ${100 * SHARE}% of ${requests} requests; scan of ${pairs.length} rates`);
let agree = true;
for (const [mode, { requests_s: capacity, uneven }] of Object.entries(modes)) {
  const passing = records
    .filter(({ axes, metrics }) => axes.mode === mode && metrics["goodput.requests"] >= SHARE * requests)
    .map(({ axes }) => axes["request-rate"]);
  const scanned = Math.max(...passing);
  const within = scanned <= capacity * (1 + TOLERANCE) && capacity <= scanned * (1 + TOLERANCE);
  agree &&= within;
  console.log(
    `${mode}: capacity ${capacity.toFixed(3)}, scan ${scanned.toFixed(3)}: ${within ? "agree" : "DIFFER"}${uneven ? ", uneven" : ""}`,
  );
}
process.exitCode = agree ? 0 : 1;
