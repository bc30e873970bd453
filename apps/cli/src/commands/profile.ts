/**
 * @module
 * `tandem profile`: makes GPU profiles from raw bundles and shows what a GPU can do.
 */
import { Command } from "commander";
import { importProfile } from "./profile-import.js";
import { showProfile } from "./profile-show.js";

/** The `profile` command. */
export function profileCommand(): Command {
  const profile = new Command("profile").description("Import raw GPU profiles, show what a GPU can do");
  profile
    .command("import")
    .description("Fit a compact profile to a raw LLMServingSim bundle and print its error")
    .argument("<dir>", "the bundle: .../<hardware>/<model>/<variant>, with meta.yaml and tp<N>/")
    .requiredOption("--out <dir>", "folder to write: .../<hardware>/<model>/<variant>")
    .option("--raw", "keep all samples instead of fitting them")
    .option("--json", "machine-readable result on stdout")
    .addHelpText(
      "after",
      "\nExample:\n  $ tandem profile import perf/RTXPRO6000/meta-llama/Llama-3.1-8B/bf16 --out configs/gpu/RTXPRO6000/meta-llama/Llama-3.1-8B/bf16",
    )
    .action(importProfile);
  profile
    .command("show")
    .description("Show iteration times, throughput and measured ranges of a GPU profile")
    .argument("<name>", "<hardware>/<model>[/<variant>] of a bundled profile, or a profile folder")
    .option("--tp <n>", "tensor parallelism (default: the profile's first)")
    .option("--json", "machine-readable result on stdout")
    .addHelpText("after", "\nExample:\n  $ tandem profile show RTXPRO6000/meta-llama/Llama-3.1-8B")
    .action(showProfile);
  return profile;
}
