import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { tandem, temporaryFolder } from "./tandem.js";

describe("a flag that would change nothing", () => {
  const offload = "--enable-attn-offloading";

  test.each([
    ["run --timeline-window 0:1", "--timeline-window: has no effect without --timeline"],
    ["run --trace-limit 3", "--trace-limit: has no effect without --trace-dir"],
    ["run --attn-offload-phase decode", "--attn-offload-phase: nothing is offloaded"],
    [`run ${offload} --sub-batch-split chunk`, "--sub-batch-split: nothing is interleaved"],
    ["run --sub-batch-policy auto", "--sub-batch-policy: nothing is interleaved"],
    ["run --kv-offload-gib 4", "--kv-offload-gib: no KV moves to host memory"],
    ["compare --kv-offload host", "--kv-offload: compare runs gpu-only, kv-offload"],
    [`compare ${offload}`, "--enable-attn-offloading: compare runs gpu-only"],
    ["compare --enable-sub-batch-interleaving", "--enable-sub-batch-interleaving: compare runs"],
    ["compare --sub-batch-policy auto", "--sub-batch-policy: compare runs"],
    ["compare --log-interval 2", "--log-interval: compare prints no throughput lines"],
    ["pim show DDR4_8GB_3200_pim --channels 8 --mem-size 64", "--mem-size: has no effect beside --channels"],
  ])("is refused: %s", async (args, message) => {
    const { code, stdout, stderr } = await tandem(args.split(" "));
    expect(stderr).toContain(message);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect(stdout).toBe("");
    expect(code).toBe(2);
  });

  test.each([
    `run --num-reqs 1 ${offload} --attn-offload-phase decode`,
    `run --num-reqs 1 ${offload} --enable-sub-batch-interleaving --sub-batch-policy auto --sub-batch-split chunk`,
    `run --num-reqs 1 --timeline ${join(temporaryFolder(), "t.json")} --timeline-window 0:1`,
    "compare --num-reqs 1 --sub-batch-split requests --attn-offload-phase decode",
  ])("is taken where it has an effect: %s", async (args) => {
    expect((await tandem(args.split(" "))).code).toBe(0);
  });

  test("is only said of a seed, which scripts may give with any routing policy", async () => {
    const { code, stderr } = await tandem(["run", "--num-reqs", "1", "--seed", "7"]);
    expect(stderr).toMatch(/\[WARNING\] --seed has no effect without --request-routing-policy RAND/);
    expect(code).toBe(0);
    const random = await tandem(["run", "--num-reqs", "1", "--seed", "7", "--request-routing-policy", "RAND"]);
    expect(random.stderr).not.toContain("--seed");
  });
});
