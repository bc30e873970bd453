/**
 * @module
 * `tandem pim show`: what a PIM device can do for a model.
 */
import {
  dtypeBytes,
  dtypeVariant,
  type GpuProfile,
  type ModelConfig,
  modelDtype,
  TandemError,
} from "@tandem-sim/schemas";
import {
  findGpuProfileDir,
  findModelFile,
  findPimFile,
  readGpuProfile,
  readModelConfig,
  readPimDevice,
} from "@tandem-sim/schemas/node";
import { Command, Option } from "commander";
import pc from "picocolors";
import { contextFlag } from "../context-flag.js";
import { numberFlag, wholeNumberFlag } from "../number-flag.js";
import { percent } from "../number-format.js";
import { writeWhole } from "../output-file.js";
import { latencyPlot } from "../pim/latency-plot.js";
import { channelsOf, type PimFacts, pimFacts } from "../pim/pim-facts.js";
import { plainTable } from "../results.js";
import { json, result } from "../terminal.js";

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

const us = (ns: number): string => (ns / 1000).toFixed(ns < 1e5 ? 2 : 1);

/** A bar of at most ten blocks. */
const bar = (value: number, most: number): string => "█".repeat(Math.max(1, Math.round((10 * value) / most)));

function latencyTable({ latency, groupLatencyNs }: PimFacts): string {
  const most = Math.max(...latency.map(({ totalNs }) => totalNs));
  return plainTable([
    [pc.bold("context"), "1 channel us", "group us", "activation", "compute", "read-out", "input", "refresh", ""],
    ...latency.map((point, i) => [
      String(point.context),
      us(point.totalNs),
      us(groupLatencyNs[i] ?? 0),
      ...[point.activationNs, point.computeNs, point.readOutNs, point.inputNs, point.refreshNs].map((ns) =>
        percent(ns / point.totalNs),
      ),
      bar(point.totalNs, most).padEnd(10),
    ]),
  ]);
}

function fasterText({ batch, untilBatch }: PimFacts["breakEven"][number], greatest: number): string {
  if (batch === null) return `never, up to ${greatest} decodes`;
  if (untilBatch === greatest) return batch === 1 ? "always" : `from ${batch} decodes`;
  return batch === untilBatch ? `at ${batch} decodes only` : `from ${batch} to ${untilBatch} decodes only`;
}

function breakEvenTable({ breakEven, greatestBatch }: PimFacts, gpu: string): string {
  return [
    plainTable([
      [pc.bold("context"), `faster than ${gpu}`, "PIM us", "GPU us"],
      ...breakEven.map((point) => [
        String(point.context),
        fasterText(point, greatestBatch),
        us(point.pimNs),
        us(point.gpuNs),
      ]),
    ]),
    "One layer's attention at the first such batch, else at the greatest; the link included, dense layers apart.",
  ].join("\n");
}

const factLines = (facts: readonly (readonly [name: string, text: string])[]): string[] => {
  const width = Math.max(...facts.map(([name]) => name.length)) + 2;
  return facts.map(([name, text]) => name.padEnd(width) + text);
};

function text(name: string, flags: PimShowFlags, facts: PimFacts): string {
  const { timing, channels, groups, channelsPerGroup } = facts;
  const parts = [
    pc.bold(`${name} for ${flags.model}`),
    "",
    ...factLines([
      [
        "channel",
        `${(timing.channelBytes / 2 ** 30).toFixed(2)} GiB, ${timing.busGBps.toFixed(1)} GB/s of bus, read latency ${timing.readLatencyNs.toFixed(1)} ns`,
      ],
      [
        "in lock step",
        `${timing.banks} banks (${timing.ranks} ranks), rows of ${timing.rowBytesPerDevice} B per device`,
      ],
      [
        "one row of all banks",
        `${timing.rowNs.toFixed(1)} ns to open, ${timing.columnNs.toFixed(2)} ns a column, ${timing.drainNs.toFixed(1)} ns to read out`,
      ],
      ["power of a channel", `${facts.idleWatts.toFixed(3)} W idle, ${facts.peakWatts.toFixed(3)} W computing`],
      [
        "node",
        `${channels} channels in ${groups} groups of ${channelsPerGroup}: ${facts.gemvGBps.toFixed(0)} GB/s of KV on long contexts`,
      ],
    ]),
    "",
    latencyTable(facts),
    "One decode over that context, one layer: all heads on one channel; spread over the channels of a group.",
  ];
  if (facts.breakEven.length > 0) parts.push("", breakEvenTable(facts, flags.gpu));
  else parts.push("", `No profile of ${flags.model} on ${flags.gpu}: no comparison with a GPU.`);
  return parts.join("\n");
}

function asJson(name: string, flags: PimShowFlags, facts: PimFacts): unknown {
  const { timing } = facts;
  return {
    name,
    model: flags.model,
    channels: facts.channels,
    channels_per_group: facts.channelsPerGroup,
    channel_groups: facts.groups,
    channel_gib: timing.channelBytes / 2 ** 30,
    banks: timing.banks,
    ranks: timing.ranks,
    bus_gbps: timing.busGBps,
    read_latency_ns: timing.readLatencyNs,
    latency: facts.latency.map((point, i) => ({
      context: point.context,
      latency_ns: point.totalNs,
      group_latency_ns: facts.groupLatencyNs[i],
      breakdown_ns: {
        activation: point.activationNs,
        compute: point.computeNs,
        read_out: point.readOutNs,
        input: point.inputNs,
        refresh: point.refreshNs,
      },
    })),
    power: { idle_w: facts.idleWatts, peak_w: facts.peakWatts },
    gemv_bandwidth_gbps: facts.gemvGBps,
    break_even: facts.breakEven.map(({ context, batch, untilBatch, pimNs, gpuNs }) => ({
      context,
      batch,
      until_batch: untilBatch,
      pim_ns: pimNs,
      gpu_ns: gpuNs,
    })),
  };
}

function show(nameOrPath: string, flags: PimShowFlags): void {
  const device = readPimDevice(findPimFile(nameOrPath));
  const model = readModelConfig(findModelFile(flags.model));
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
  if (flags.plot !== undefined) writeWhole(flags.plot, latencyPlot(device.name, facts));
  if (flags.json) json(asJson(device.name, flags, facts));
  else result(text(device.name, flags, facts));
}

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
    .option("--plot <file>", "Latency over context as SVG")
    .addHelpText("after", "\nExample:\n  $ tandem pim show DDR4_8GB_3200_pim --context 128,512,2048")
    .action(show);
  return new Command("pim").description("Show what a PIM device can do").addCommand(showCommand);
}
