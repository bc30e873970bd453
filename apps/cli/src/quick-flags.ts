/**
 * @module
 * Another GPU, model or PIM without a config file: flags that change the cluster config where it says so.
 */
import { resolve } from "node:path";
import {
  type ClusterConfig,
  isPath,
  ownPim,
  type PimAttach,
  PimLink,
  parseSetting,
  pimAttaches,
  type Setting,
  type SpecSheet,
  TandemError,
} from "@tandem-sim/schemas";
import { findGpuSpecFile, type GpuModel, gpuModels, type LoadOptions, readSpecSheet } from "@tandem-sim/schemas/node";
import { type Command, Option } from "commander";
import { numberFlag, wholeNumberFlag } from "./number-flag.js";

/** Parsed values. */
export interface QuickFlags {
  gpu?: string;
  model?: string;
  tp?: number;
  pim?: string;
  pimAttach?: PimAttach;
  pimMem?: number;
  pimLink?: number;
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
      numberFlag("--pim-mem", "GiB from 0.001 to 16384", (value) => value >= 1e-3 && value <= 16_384),
    )
    .option(
      "--pim-link <GBps>",
      "Bandwidth of the link to PIM, each way",
      numberFlag("--pim-link", "GB/s from 0.001 to 1e9", (value) => value >= 1e-3 && value <= 1e9),
    )
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

type Node = ClusterConfig["nodes"][number];

/** What a spec sheet says of its GPU where a node counts energy. */
const powerOf = ({ power }: SpecSheet) => ({
  idle_power: power.idle_power.value,
  standby_power: power.standby_power.value,
  active_power: power.active_power.value,
  standby_duration: power.standby_duration.value,
});

function withGpu(node: Node, spec: SpecSheet): Node {
  const { hardware, memory } = spec;
  return {
    ...node,
    instances: node.instances.map((instance) => ({
      ...instance,
      hardware,
      npu_mem: { ...instance.npu_mem, mem_size: memory.size.value, mem_bw: memory.bw.value },
    })),
    // A figure that the config has is the user's.
    ...(node.power && { power: { ...node.power, npu: { [hardware]: powerOf(spec), ...node.power.npu } } }),
  };
}

/** The link with another bandwidth. */
const withBandwidth = (link: PimLink | undefined, bw: number): PimLink => ({ ...PimLink.parse(link ?? {}), bw });

type HostMemory = Node["cpu_mem"];
type Instance = Node["instances"][number];

const onHost = (memory: HostMemory, { pim, pimMem, pimLink }: QuickFlags): HostMemory => ({
  ...memory,
  ...(pim !== undefined && { pim_config: named(pim) }),
  ...(pimMem !== undefined && { mem_size: pimMem }),
  ...(pimLink !== undefined && { pim_link: withBandwidth(memory.pim_link, pimLink) }),
});

function withoutOwn({ pim_mem: _beside, npu_mem, ...instance }: Instance): Instance {
  const { pim_config: _inGpu, pim: _shared, ...memory } = npu_mem;
  return { ...instance, npu_mem: memory };
}

function besideGpu(instance: Instance, { pim, pimMem, pimLink }: QuickFlags): Instance {
  const { pim_mem } = instance;
  const config = pim === undefined ? pim_mem?.pim_config : named(pim);
  if (config === undefined) throw needsDevice("device");
  return {
    ...withoutOwn(instance),
    pim_mem: {
      ...pim_mem,
      pim_config: config,
      mem_size: pimMem ?? pim_mem?.mem_size ?? instance.npu_mem.mem_size,
      ...(pimLink !== undefined && { link: withBandwidth(pim_mem?.link, pimLink) }),
    },
  };
}

function inGpuMemory({ pim_mem: _beside, npu_mem, ...instance }: Instance, flags: QuickFlags): Instance {
  const { pim, pimMem, pimLink } = flags;
  const config = pim === undefined ? npu_mem.pim_config : named(pim);
  if (config == null) throw needsDevice("gpu");
  if (pimLink !== undefined) {
    throw new TandemError("E_USAGE", "PIM in the GPU's own memory has no link", { where: "--pim-link" });
  }
  return {
    ...instance,
    npu_mem: { ...npu_mem, pim_config: config, ...(pimMem !== undefined && { mem_size: pimMem }) },
  };
}

const needsDevice = (attach: PimAttach): TandemError =>
  new TandemError("E_USAGE", `--pim-attach ${attach} needs a PIM device`, {
    where: "--pim-attach",
    hint: "add --pim NAME; tandem pim list shows those that are bundled",
  });

function withPim(node: Node, flags: QuickFlags): Node {
  const { pim, pimMem, pimLink, pimAttach } = flags;
  if ([pim, pimMem, pimLink, pimAttach].every((flag) => flag === undefined)) return node;
  const attachOf = (instance: Instance): PimAttach => pimAttach ?? ownPim(instance)?.attach ?? "host";
  const attached = { host: withoutOwn, device: besideGpu, gpu: inGpuMemory };
  return {
    ...node,
    ...(node.instances.some((one) => attachOf(one) === "host") && { cpu_mem: onHost(node.cpu_mem, flags) }),
    instances: node.instances.map((instance) => attached[attachOf(instance)](instance, flags)),
  };
}

const withModel = (node: Node, { model, tp }: QuickFlags): Node => ({
  ...node,
  instances: node.instances.map((instance) => ({
    ...instance,
    ...(model !== undefined && { model_name: named(model) }),
    ...(tp !== undefined && { tp_size: tp, num_npus: tp }),
  })),
});

/**
 * How a cluster config is loaded under these flags.
 *
 * @throws {TandemError} where `--gpu` names no spec sheet, or one with a mistake
 */
export function quickLoading(flags: QuickFlags): LoadOptions {
  const spec = flags.gpu === undefined ? undefined : readSpecSheet(findGpuSpecFile(flags.gpu));
  const change = (cluster: ClusterConfig): ClusterConfig => ({
    ...cluster,
    nodes: cluster.nodes.map((node) => withPim(withModel(spec ? withGpu(node, spec) : node, flags), flags)),
  });
  return { change, settings: flags.set, gpuModel: flags.gpuModel, ...(spec && { gpuSpec: spec }) };
}

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
