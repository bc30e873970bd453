/**
 * @module
 * Another GPU, model or PIM without a config file: flags that change the cluster config where it says so.
 */
import { resolve } from "node:path";
import {
  type ClusterChanges,
  type GpuModel,
  gpuModels,
  isPath,
  parseSetting,
  pimAttaches,
  type Setting,
} from "@tandem-sim/schemas";
import type { LoadOptions } from "@tandem-sim/schemas/node";
import { type Command, Option } from "commander";
import { bandwidthFlag, gibFlag, wholeNumberFlag } from "./number-flag.js";

/** Parsed values. */
export interface QuickFlags extends ClusterChanges {
  gpu?: string;
  gpuModel: GpuModel;
  gpuCalibration?: string;
  set: Setting[];
}

/** Adds the flags. */
export const addQuickFlags = (command: Command): Command =>
  command
    .option(
      "--gpu <name|file>",
      "This GPU in every instance: a bundled spec sheet (tandem profile list) or a spec.json",
    )
    .option(
      "--model <name|file>",
      "This model in every instance: a bundled name, or the config.json of a Hugging Face model",
    )
    .option("--tp <n>", "Tensor parallelism: so many GPUs in every instance", wholeNumberFlag("--tp", 1))
    .option("--pim <name|file>", "This PIM device (tandem pim list), or a DRAMsim3 INI")
    .addOption(
      new Option(
        "--pim-attach <where>",
        "Where PIM sits: host memory, a memory beside each GPU (device), the GPU's own; default: as the config has it",
      ).choices([...pimAttaches]),
    )
    .option(
      "--pim-mem <GiB>",
      "Size of that memory; beside a GPU it is as large as the GPU's where left out",
      gibFlag("--pim-mem"),
    )
    .option("--pim-link <GBps>", "Bandwidth of the link to PIM, each way", bandwidthFlag("--pim-link"))
    .addOption(
      new Option("--gpu-model <source>", "GPU times: measured where there is a profile (auto), or only one of the two")
        .choices([...gpuModels])
        .default("auto"),
    )
    .option("--gpu-calibration <file>", "Constants that correct GPU times: what tandem calibrate has found")
    .option(
      "--set <path=value>",
      "Change a value of the cluster config, e.g. nodes.0.cpu_mem.mem_size=1024; repeatable",
      (text: string, before: Setting[]) => [...before, parseSetting(text)],
      [],
    );

/** Paths are the user's, not relative to the cluster config. */
const named = (nameOrPath: string): string => (isPath(nameOrPath) ? resolve(nameOrPath) : nameOrPath);

/** How a cluster config is loaded under these flags. */
export const quickLoading = ({ gpu, model, pim, gpuModel, set, ...changes }: QuickFlags): LoadOptions => ({
  ...(gpu !== undefined && { gpu }),
  changes: {
    ...changes,
    ...(model !== undefined && { model: named(model) }),
    ...(pim !== undefined && { pim: named(pim) }),
  },
  settings: set,
  gpuModel,
});

/** The flags that were given, as a user would write them: what a comparison ran on. */
export const quickText = ({
  gpu,
  model,
  tp,
  pim,
  pimAttach,
  pimMem,
  pimLink,
  gpuModel,
  gpuCalibration,
  set,
}: QuickFlags): string =>
  [
    ...Object.entries({ gpu, model, tp, pim, "pim-mem": pimMem, "pim-link": pimLink }).flatMap(([name, value]) =>
      value === undefined ? [] : [`--${name} ${value}`],
    ),
    ...(pimAttach === undefined ? [] : [`--pim-attach ${pimAttach}`]),
    ...(gpuModel === "auto" ? [] : [`--gpu-model ${gpuModel}`]),
    ...(gpuCalibration === undefined ? [] : [`--gpu-calibration ${gpuCalibration}`]),
    ...set.map(({ text }) => `--set ${text}`),
  ].join(" ");
