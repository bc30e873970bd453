// An analysis as in a notebook: one cell asks a question, the next one looks at what came out.
import { compare, iterations } from "tandem-sim/node";

// How does the gain of interleaving grow with the batch?
const rows = [];
for (const maxNumSeqs of [16, 64, 256]) {
  const { modes } = await compare({
    workload: {
      requests: maxNumSeqs,
      seed: 1,
      arrivals: { process: "constant", requestsPerSecond: Number.POSITIVE_INFINITY },
      inputTokens: { kind: "fixed", tokens: 512 },
      outputTokens: { kind: "fixed", tokens: 32 },
    },
    maxNumSeqs,
    attnOffloadPhase: "decode",
    pimMem: 1024,
    modes: ["gpu-only", "interleave"],
  });
  rows.push({ maxNumSeqs, gain: 1 - modes.interleave.makespan_ns / modes["gpu-only"].makespan_ns });
}
for (const { maxNumSeqs, gain } of rows) console.log(`${maxNumSeqs} at a time: ${(100 * gain).toFixed(1)}%`);

// What do iterations look like by kind?
const kinds = new Map();
const run = iterations({ workload: "mixed", offload: true, interleave: "auto", attnOffloadPhase: "decode" });
for await (const { kind, requests, latencyNs } of run) {
  const one = kinds.get(kind) ?? { count: 0, requests: 0, ns: 0 };
  kinds.set(kind, { count: one.count + 1, requests: one.requests + requests, ns: one.ns + latencyNs });
}
for (const [kind, { count, requests, ns }] of kinds) {
  console.log(
    `${kind}: ${count} of ${(requests / count).toFixed(1)} requests, ${(ns / count / 1e6).toFixed(1)} ms each`,
  );
}
