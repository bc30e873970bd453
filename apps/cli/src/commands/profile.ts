/**
 * @module
 * `tandem profile`: lists GPU profiles, shows what a GPU can do, and makes profiles from raw bundles.
 */
import { Command } from "commander";
import { contextFlag } from "../context-flag.js";
import { wholeNumberFlag } from "../number-flag.js";
import { listCommand } from "./bundled-list.js";
import { importProfile } from "./profile-import.js";
import { listedProfiles } from "./profile-list.js";
import { showProfile } from "./profile-show.js";

/** The `profile` command. */
export function profileCommand(): Command {
  const profile = new Command("profile").description("List GPU profiles, show what a GPU can do, import raw ones");
  profile
    .command("import")
    .description("Fit a compact profile to a raw LLMServingSim bundle and print its error")
    .argument("<dir>", "The bundle: .../<hardware>/<model>/<variant>, with meta.yaml and tp<N>/")
    .requiredOption("--out <dir>", "Folder to write: .../<hardware>/<model>/<variant>")
    .option("--raw", "Keep all samples instead of fitting them")
    .option("--json", "Machine-readable result on stdout")
    .addHelpText(
      "after",
      "\nExample:\n  $ tandem profile import perf/RTXPRO6000/meta-llama/Llama-3.1-8B/bf16 --out configs/gpu/RTXPRO6000/meta-llama/Llama-3.1-8B/bf16",
    )
    .action(importProfile);
  profile
    .command("show")
    .description("Show iteration times and throughput of a GPU, from a profile or its spec sheet")
    .argument("<name>", "<hardware>/<model>[/<variant>] of a bundled profile, or its folder; <hardware> or a spec.json")
    .addOption(contextFlag())
    .option("--model <name|file>", "With a spec sheet: the model (default: meta-llama/Llama-3.1-8B)")
    .option("--tp <n>", "Tensor parallelism (default: the profile's first)", wholeNumberFlag("--tp", 1))
    .option("--json", "Machine-readable result on stdout")
    .addHelpText(
      "after",
      "\nExample:\n  $ tandem profile show RTXPRO6000/meta-llama/Llama-3.1-8B\n  $ tandem profile show H100 --model Qwen/Qwen3-32B --tp 2",
    )
    .action(showProfile);
  return profile.addCommand(
    listCommand(
      "profile",
      "GPUs: measured profiles and spec sheets",
      listedProfiles,
      "tandem profile show RTXPRO6000/meta-llama/Llama-3.1-8B",
    ),
  );
}
