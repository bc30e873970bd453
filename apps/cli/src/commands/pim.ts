/**
 * @module
 * `tandem pim`: the bundled PIM devices, and what one can do for a model.
 */
import { derivePimTiming } from "@tandem-sim/hardware";
import {
  type ComparedPim,
  channelsOf,
  type PimFacts,
  pimComparisonJson,
  pimComparisonResult,
  pimFacts,
  pimJson,
  pimResult,
} from "@tandem-sim/report";
import { draw } from "@tandem-sim/report/terminal";
import {
  dtypeBytes,
  dtypeVariant,
  type GpuProfile,
  type ModelConfig,
  modelDtype,
  type PimAttach,
  type PimDevice,
  pimAttaches,
  placed,
  TandemError,
} from "@tandem-sim/schemas";
import {
  bundled,
  findGpuProfileDir,
  findModelFile,
  findPimFile,
  readGpuProfile,
  readModelConfig,
  readPimDevice,
} from "@tandem-sim/schemas/node";
import { Command, Option } from "commander";
import { contextFlag } from "../context-flag.js";
import { givenTo, refuseGiven } from "../idle-flags.js";
import { ifFound } from "../if-found.js";
import { gibFlag, wholeNumberFlag } from "../number-flag.js";
import { writeWhole } from "../output-file.js";
import { checkOutputs } from "../output-paths.js";
import { json, result } from "../terminal.js";
import { warnOfUnknownKeys } from "../unknown-keys.js";
import { listCommand } from "./bundled-list.js";

interface PimShowFlags {
  model: string;
  context: number[];
  attach: PimAttach;
  memSize: number;
  channels?: number;
  gpu: string;
  share: number;
  queriesPerRow: number;
  kvCacheDtype: "auto" | "fp8";
  compare?: string[];
  json?: true;
  plot?: string;
}

/** The GPU's profile; null where there is none under this name. */
const profileOf = (gpu: string, modelName: string, model: ModelConfig): GpuProfile | null =>
  ifFound(() => readGpuProfile(findGpuProfileDir(gpu, modelName, dtypeVariant[modelDtype(model)]), 1));

/** Reads a device, and warns of what its file says that nobody reads. */
function readDevice(file: string): PimDevice {
  const device = readPimDevice(file);
  warnOfUnknownKeys(file, device);
  return device;
}

const factsOf = (device: PimDevice, model: ModelConfig, flags: PimShowFlags): PimFacts =>
  placed(flags.model, () =>
    pimFacts({
      device,
      model,
      gpu: profileOf(flags.gpu, flags.model, model),
      attach: flags.attach,
      channels: flags.channels ?? channelsOf(device, flags.memSize),
      contexts: flags.context,
      share: flags.share,
      queriesPerRow: flags.queriesPerRow,
      kvElementBytes: flags.kvCacheDtype === "fp8" ? 1 : dtypeBytes[modelDtype(model)],
    }),
  );

async function compare(names: readonly string[], flags: PimShowFlags): Promise<void> {
  if (new Set(names).size < Math.max(2, names.length)) {
    throw new TandemError("E_USAGE", `expected two different devices or more, found ${names.join(",")}`, {
      where: "--compare",
      hint: "e.g. --compare HBM2_1GB_2000_pim,HBM2_1GB_2000_neupims",
    });
  }
  const files = names.map((name) => findPimFile(name));
  const modelFile = findModelFile(flags.model);
  checkOutputs([["--plot", flags.plot]], [...files, modelFile]);
  const model = readModelConfig(modelFile);
  const compared: ComparedPim[] = files.map(readDevice).map((device) => ({
    device: device.name,
    facts: factsOf(device, model, flags),
  }));
  if (flags.plot !== undefined) {
    const { pimComparisonPlot } = await import("@tandem-sim/report/pages");
    writeWhole(flags.plot, pimComparisonPlot(flags.model, compared));
  }
  if (flags.json) json(pimComparisonJson(flags.model, flags.gpu, compared));
  else result(draw(pimComparisonResult(flags.model, compared)));
}

async function show(nameOrPath: string, flags: PimShowFlags): Promise<void> {
  const files = [findPimFile(nameOrPath), findModelFile(flags.model)] as const;
  checkOutputs([["--plot", flags.plot]], files);
  const device = readDevice(files[0]);
  const model = readModelConfig(files[1]);
  const facts = factsOf(device, model, flags);
  const subject = { device: device.name, model: flags.model, gpu: flags.gpu };
  if (flags.plot !== undefined) {
    const { pimPlot } = await import("@tandem-sim/report/pages");
    writeWhole(flags.plot, pimPlot(subject, facts));
  }
  if (flags.json) json(pimJson(subject, facts));
  else result(draw(pimResult(subject, facts)));
}

const listed = () =>
  bundled.pim.map((name) => {
    const timing = derivePimTiming(readPimDevice(findPimFile(name)));
    return {
      name,
      channel_gib: timing.channelBytes / 2 ** 30,
      bus_gbps: Number(timing.busGBps.toFixed(1)),
      banks: timing.banks,
    };
  });

/** Subcommands of `pim`. */
export function pimCommand(command: Command): Command {
  const showCommand = new Command("show")
    .description("Show latency, power and bandwidth of a device, and where it beats a GPU")
    .argument("[name|ini]", "bundled device, or a DRAMsim3 INI")
    .option("--compare <list>", "Devices to show side by side instead, or beside the one named", (text) =>
      text.split(","),
    )
    .option("--model <org/name>", "Model whose attention it computes", "meta-llama/Llama-3.1-8B")
    .addOption(contextFlag())
    .addOption(
      new Option(
        "--attach <where>",
        "Where it sits: host memory, a memory beside the GPU (device), the GPU's own (gpu)",
      )
        .choices([...pimAttaches])
        .default("host"),
    )
    .option("--mem-size <GiB>", "Size of that memory; gives its channels", gibFlag("--mem-size"), 512)
    .option("--channels <n>", "Its channels, instead", wholeNumberFlag("--channels", 1, 2 ** 20))
    .option("--gpu <hardware>", "GPU to compare with", "RTXPRO6000")
    .option("--share <n>", "Query heads of a KV head that one row activation serves", wholeNumberFlag("--share", 1), 1)
    .option(
      "--queries-per-row <n>",
      "Prefill queries that one row activation serves",
      wholeNumberFlag("--queries-per-row", 1),
      1,
    )
    .addOption(
      new Option("--kv-cache-dtype <name>", "KV cache elements; auto = as the model")
        .choices(["auto", "fp8"])
        .default("auto"),
    )
    .option("--json", "Print JSON")
    .option("--plot <file>", "Latency over context as SVG: its parts, and the GPU's beside them; or a line per device")
    .addHelpText(
      "after",
      "\nExamples:\n  $ tandem pim show DDR4_8GB_3200_pim --context 128,512,2048" +
        "\n  $ tandem pim show --compare HBM2_1GB_2000_pim,HBM2_1GB_2000_neupims",
    )
    .action((name: string | undefined, flags: PimShowFlags) => {
      if (flags.channels !== undefined) {
        refuseGiven(givenTo(showCommand), ["memSize"], "has no effect beside --channels", "give one of them");
      }
      if (flags.compare) return compare([...(name === undefined ? [] : [name]), ...flags.compare], flags);
      if (name !== undefined) return show(name, flags);
      throw new TandemError("E_USAGE", "no device is named", {
        where: "pim show",
        hint: "name one, or several as --compare A,B",
      });
    });
  return command
    .addCommand(showCommand)
    .addCommand(listCommand("pim", "PIM devices", listed, "tandem pim show DDR4_8GB_3200_pim"));
}
