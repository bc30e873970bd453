// A PIM device of one's own, and how fast its banks have to be: the bundled DDR5 device with another row cycle.
import { readFileSync } from "node:fs";
import { findPimFile } from "@tandem-sim/schemas/node";
import { compare } from "tandem-sim/node";

const ini = readFileSync(findPimFile("DDR5_8GB_4800_pim"), "utf8");
const cycles = (name) => Number(new RegExp(`^${name}\\s*=\\s*(\\d+)`, "m").exec(ini)[1]);

console.log("row cycle  offload  interleave  of gpu-only's makespan");
for (const factor of [0.5, 1, 2]) {
  // A row is opened (tRCD), read (tRAS) and closed (tRP).
  const mine = ["tRCD", "tRAS", "tRP"].reduce(
    (text, name) => text.replace(new RegExp(`^(${name}\\s*=\\s*)\\d+`, "m"), `$1${Math.round(factor * cycles(name))}`),
    ini,
  );
  const { modes } = await compare({
    pims: { mine },
    pim: "mine",
    workload: "batch_256",
    numReqs: 96,
    attnOffloadPhase: "decode",
    modes: ["gpu-only", "offload", "interleave"],
  });
  const ratio = (mode) => `${(modes[mode].makespan_ns / modes["gpu-only"].makespan_ns).toFixed(2)}x`;
  console.log(`${factor.toFixed(1)}x       ${ratio("offload")}    ${ratio("interleave")}`);
}
