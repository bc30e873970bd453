/**
 * @module
 * `tandem profile`: lists GPU profiles, shows what a GPU can do, makes profiles from raw bundles, bundles from
 * spec sheets, and spec sheets that agree with measurements.
 */
import { Dtype } from "@tandem-sim/schemas";
import { type Command, Option } from "commander";
import { contextFlag } from "../context-flag.js";
import { wholeNumberFlag } from "../number-flag.js";
import { listCommand } from "./bundled-list.js";
import type { CalibrateFlags } from "./profile-calibrate.js";
import type { ImportFlags } from "./profile-import.js";
import { listedProfiles } from "./profile-list.js";
import type { ShowFlags } from "./profile-show.js";
import type { SynthFlags } from "./profile-synth.js";

const degree = wholeNumberFlag("--tp", 1);

const addSynthCommand = (profile: Command): Command =>
  profile
    .command("synth")
    .description("Write the times of a spec sheet as a bundle in LLMServingSim's layout, marked as not measured")
    .argument("<gpu>", "A bundled spec sheet (tandem profile list) or a spec.json")
    .requiredOption("--model <name|file>", "A bundled model, or the config.json of a Hugging Face model")
    .requiredOption("--out <dir>", "Folder to write: .../<hardware>/<model>/<variant>")
    .addOption(
      new Option("--tp <list>", "Degrees of tensor parallelism, a folder each")
        .argParser((text) => text.split(",").map((part) => degree(part)))
        .default([1], "1"),
    )
    .addOption(new Option("--dtype <name>", "Weights and activations (default: the model's)").choices(Dtype.options))
    .addOption(new Option("--kv-cache-dtype <name>", "KV cache elements").choices(["auto", "fp8"]).default("auto"))
    .option("--grid <dir>", "The points of this profile instead of those where the model needs them")
    .option("--json", "Machine-readable result on stdout")
    .addHelpText(
      "after",
      "\nExample:\n  $ tandem profile synth H100 --model meta-llama/Llama-3.1-70B --tp 4,8 --out perf/H100/meta-llama/Llama-3.1-70B/bf16",
    )
    .action(async (gpu: string, flags: SynthFlags) => (await import("./profile-synth.js")).synthProfile(gpu, flags));

const addCalibrateCommand = (profile: Command): Command =>
  profile
    .command("calibrate")
    .description("Fit a spec sheet's three efficiencies to a measured profile or to points.csv, and print the errors")
    .argument("<measured>", "A profile folder, a bundled profile, or a points.csv (docs/measure-your-gpu.md)")
    .requiredOption("--gpu <name|file>", "Its spec sheet: a bundled one (tandem profile list) or a spec.json")
    .option("--model <name|file>", "The model of a profile (default: as its meta says)")
    .option("--tp <n>", "The degree of a profile that is fitted to (default: its first)", degree)
    .option("--out <file>", "Write the spec sheet with its calibration, - for stdout")
    .option("--json", "Machine-readable result on stdout")
    .addHelpText("after", "\nExample:\n  $ tandem profile calibrate points.csv --gpu H100 --out my-h100.json")
    .action(async (measured: string, flags: CalibrateFlags) =>
      (await import("./profile-calibrate.js")).calibrateProfile(measured, flags),
    );

/** Subcommands of `profile`. */
export function profileCommand(profile: Command): Command {
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
    .action(async (dir: string, flags: ImportFlags) => (await import("./profile-import.js")).importProfile(dir, flags));
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
    .action(async (name: string, flags: ShowFlags) => (await import("./profile-show.js")).showProfile(name, flags));
  addSynthCommand(profile);
  addCalibrateCommand(profile);
  return profile.addCommand(
    listCommand(
      "profile",
      "GPUs: measured profiles and spec sheets",
      listedProfiles,
      "tandem profile show RTXPRO6000/meta-llama/Llama-3.1-8B",
    ),
  );
}
