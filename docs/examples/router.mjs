// A router of one's own: an instance keeps a few requests together before the next one gets any, so that batches are large.
import { simulate } from "tandem-sim/node";

const FULL = 24;

/** @type {import("tandem-sim").RouterSource} */
const fillFirst = () => (targets) => {
  const open = targets.findIndex(({ waiting, running }) => waiting + running < FULL);
  return open < 0 ? targets.length - 1 : open;
};

/** @type {import("tandem-sim").CommonOptions["routing"][]} */
const policies = ["LOAD", fillFirst];
for (const routing of policies) {
  const { instances, ttft_ms, tpot_ms } = await simulate({
    cluster: "two_instances_pim",
    workload: "mixed",
    offload: true,
    interleave: "auto",
    attnOffloadPhase: "decode",
    routing,
  });
  const name = typeof routing === "function" ? routing.name : routing;
  const shares = instances.map(({ requests }) => requests).join(" + ");
  console.log(`${name}: ${shares} requests, TTFT ${ttft_ms.mean.toFixed(0)} ms, TPOT ${tpot_ms.mean.toFixed(1)} ms`);
}
