// What a run does while it runs: an observer is told of every ten simulated seconds, and of the requests that have ended.
import { simulate } from "tandem-sim/node";

let done = 0;
await simulate({
  workload: "mixed",
  offload: true,
  interleave: "auto",
  attnOffloadPhase: "decode",
  logIntervalS: 10,
  observers: [
    {
      onRequest: () => void done++,
      onInterval({ endNs, batch, decodeTokS, gpuBusy, pimBusy }) {
        const share = (busy) => `${Math.round(100 * busy)}%`;
        const load = `${batch} running, ${done} done, ${decodeTokS.toFixed(0)} tokens/s`;
        console.log(`${(endNs / 1e9).toFixed(0)} s: ${load}, GPU ${share(gpuBusy)}, PIM ${share(pimBusy)}`);
      },
    },
  ],
});
