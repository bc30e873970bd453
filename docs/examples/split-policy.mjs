// A split of one's own: requests with the longest contexts go into one sub-batch, the others into the second.
import { simulate } from "tandem-sim/node";

/** @type {import("tandem-sim").SplitRule} */
function longestFirst(batch, division) {
  if (batch.size < 2) return false;
  const byContext = Array.from({ length: batch.size }, (_, i) => i).sort((a, b) => batch.context[b] - batch.context[a]);
  division.clear(batch.size);
  for (const i of byContext.slice(batch.size >> 1)) division.of[i] = 1;
  // Where a request reads K and V that another one of the batch writes, the order of the two has to stay.
  return division.keepsDependencies(batch);
}

/** @type {import("tandem-sim").CommonOptions["split"][]} */
const splits = ["tokens", "cost", longestFirst];
for (const split of splits) {
  const { makespan_ns, interleaving } = await simulate({ workload: "mixed", offload: true, interleave: true, split });
  const name = typeof split === "function" ? split.name : split;
  console.log(`${name}: ${(makespan_ns / 1e9).toFixed(2)} s, ${interleaving.interleaved} iterations interleaved`);
}
