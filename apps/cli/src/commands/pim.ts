/**
 * @module
 * `tandem pim`: the bundled PIM devices, and what one can do for a model.
 */
import { derivePimTiming } from "@tandem-sim/hardware";
import { channelsOf, pimFacts, pimJson, pimResult } from "@tandem-sim/report";
import { draw } from "@tandem-sim/report/terminal";
import {
  dtypeBytes,
  dtypeVariant,
  type GpuProfile,
  type ModelConfig,
  modelDtype,
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
import { numberFlag, wholeNumberFlag } from "../number-flag.js";
import { writeWhole } from "../output-file.js";
import { checkOutputs } from "../output-paths.js";
import { json, result } from "../terminal.js";
import { listCommand } from "./bundled-list.js";

interface PimShowFlags {
  model: string;
  context: number[];
  memSize: number;
  channels?: number;
  gpu: string;
  share: number;
  queriesPerRow: number;
  kvCacheDtype: "auto" | "fp8";
  json?: true;
  plot?: string;
}

const memSize = numberFlag("--mem-size", "GiB above 0", (value) => value > 0 && Number.isFinite(value));

/** The GPU's profile; null where there is none under this name. */
function profileOf(gpu: string, modelName: string, model: ModelConfig): GpuProfile | null {
  try {
    return readGpuProfile(findGpuProfileDir(gpu, modelName, dtypeVariant[modelDtype(model)]), 1);
  } catch (error) {
    if (error instanceof TandemError && error.code === "E_NOT_FOUND") return null;
    throw error;
  }
}

async function show(nameOrPath: string, flags: PimShowFlags): Promise<void> {
  const files = [findPimFile(nameOrPath), findModelFile(flags.model)] as const;
  checkOutputs([["--plot", flags.plot]], files);
  const device = readPimDevice(files[0]);
  const model = readModelConfig(files[1]);
  const facts = pimFacts({
    device,
    model,
    gpu: profileOf(flags.gpu, flags.model, model),
    channels: flags.channels ?? channelsOf(device, flags.memSize),
    contexts: flags.context,
    share: flags.share,
    queriesPerRow: flags.queriesPerRow,
    kvElementBytes: flags.kvCacheDtype === "fp8" ? 1 : dtypeBytes[modelDtype(model)],
  });
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

/** The `pim` command. */
export function pimCommand(): Command {
  const showCommand = new Command("show")
    .description("Show latency, power and bandwidth of a device, and where it beats a GPU")
    .argument("<name|ini>", "bundled device, or a DRAMsim3 INI")
    .option("--model <org/name>", "Model whose attention it computes", "meta-llama/Llama-3.1-8B")
    .addOption(contextFlag())
    .option("--mem-size <GiB>", "Memory of the node; gives its channels", memSize, 512)
    .option("--channels <n>", "Channels of the node, instead", wholeNumberFlag("--channels", 1, 2 ** 20))
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
    .option("--plot <file>", "Latency over context as SVG: its parts, and the GPU's beside them")
    .addHelpText("after", "\nExample:\n  $ tandem pim show DDR4_8GB_3200_pim --context 128,512,2048")
    .action((name: string, flags: PimShowFlags) => {
      if (flags.channels !== undefined) {
        refuseGiven(givenTo(showCommand), ["memSize"], "has no effect beside --channels", "give one of them");
      }
      return show(name, flags);
    });
  return new Command("pim")
    .description("List PIM devices, show what one can do")
    .addCommand(showCommand)
    .addCommand(listCommand("pim", "PIM devices", listed, "tandem pim show DDR4_8GB_3200_pim"));
}
