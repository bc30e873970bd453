// A GPU of one's own from its spec sheet: an H100 whose memory has the bandwidth of an H200.
import { readFileSync } from "node:fs";
import { findGpuSpecFile } from "@tandem-sim/schemas/node";
import { simulate } from "tandem-sim/node";

const h100 = JSON.parse(readFileSync(findGpuSpecFile("H100"), "utf8"));
const mine = {
  ...h100,
  hardware: "H100-fast",
  memory: { ...h100.memory, bw: { value: 4800, source: "what if: the bandwidth of an H200" } },
};

for (const gpu of ["H100", "mine"]) {
  const { tpot_ms, throughput } = await simulate({ gpus: { mine }, gpu, workload: "mixed" });
  console.log(`${gpu}: TPOT ${tpot_ms.mean.toFixed(2)} ms, ${throughput.decode_tok_s.toFixed(0)} tokens/s`);
}
