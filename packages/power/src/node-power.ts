/**
 * @module
 * The power model of a node: joules by component of the work that it did. The formulas stand in docs/power-model.md.
 */
import { type PowerBlock, TandemError } from "@tandem-sim/schemas";
import type { ByComponent } from "./components.js";
import { ANY_GPU, activeColumn, columnsOf, standbyColumn, type Work } from "./work.js";

/** The CPU is taken to be at least this busy while a GPU of its node computes. From LLMServingSim's power model code. */
export const CPU_UTIL_WHILE_NPU_COMPUTES = 0.7;

const NS_PER_S = 1e9;
const PJ_PER_J = 1e12;
const BITS_PER_BYTE = 8;

/** What the power block's figures are multiplied by. */
export interface NodeHardware {
  /** Hardware name of each GPU of the node; of several that work in step, of the first. */
  gpus: readonly string[];
  /** How many GPUs work in step with each of these, itself included. Left out: each alone. */
  inStep?: readonly number[];
  /** Host memory, GiB. */
  hostMemGiB: number;
  /** The PIM channels that the host memory consists of; null where it is plain. Watts are their background. */
  pim: PimChannels | null;
  /** PIM channels beside the GPUs, or in their memory: those have no background of their own. Left out: none. */
  ownPim?: readonly PimChannels[];
}

interface PimChannels {
  channels: number;
  idleWattsPerChannel: number;
}

/** GPUs of one hardware name, so many in step. */
interface GpuKind {
  power: PowerBlock["npu"][string];
  gpus: number;
  inStep: number;
}

/** A power block applied to a node. */
export interface NodePower {
  /** Columns of its {@link Work}. */
  columns: number;
  /** Kind of each GPU. */
  kindOf: readonly number[];
  /** How long each GPU stays on standby after a segment, whole ns. */
  standbyNs: readonly number[];
  /** J by component of `work` done in a stretch of `durationNs`. */
  joules(work: Work, durationNs: number): ByComponent;
}

/** @throws {TandemError} E_SCHEMA where `power.npu` lacks a GPU of the node */
export function createNodePower(power: PowerBlock, hardware: NodeHardware): NodePower {
  const { kinds, kindOf } = kindsOf(power, hardware);
  const { cpu, dram, link, nic, storage } = power;
  const cpuSwingW = cpu.active_power - cpu.idle_power;
  const computingUtil = Math.max(cpu.util, CPU_UTIL_WHILE_NPU_COMPUTES);
  // The background of PIM channels is the idle power of that memory: counting its DIMMs too would count it twice.
  const backgroundW = ({ channels, idleWattsPerChannel }: PimChannels): number => channels * idleWattsPerChannel;
  const hostIdleW = hardware.pim
    ? backgroundW(hardware.pim)
    : Math.ceil(hardware.hostMemGiB / dram.dimm_size) * dram.idle_power;
  const dramIdleW = (hardware.ownPim ?? []).reduce((watts, own) => watts + backgroundW(own), hostIdleW);
  const linkIdleW = link.num_links * link.idle_power;
  const baseW = power.base_node_power + nic.num_nics * nic.idle_power + storage.num_devices * storage.idle_power;

  return {
    columns: columnsOf(kinds.length),
    kindOf,
    standbyNs: kindOf.map((kind) => Math.round(kinds[kind].power.standby_duration * NS_PER_S)),
    joules({ ns, amounts }, durationNs) {
      const seconds = durationNs / NS_PER_S;
      const pimLinkBits = amounts.linkBytes.value * BITS_PER_BYTE;
      const linkBits = pimLinkBits + amounts.gpuLinkBytes.value * BITS_PER_BYTE;
      const dramBits = pimLinkBits + amounts.hostBytes.value * BITS_PER_BYTE;
      const cpuUtilNs = computingUtil * ns[ANY_GPU] + cpu.util * (durationNs - ns[ANY_GPU]);
      let activeJ = 0;
      let standbyJ = 0;
      let idleJ = 0;
      kinds.forEach(({ power: npu, gpus, inStep }, kind) => {
        const activeNs = ns[activeColumn(kind)];
        const standbyNs = ns[standbyColumn(kind)];
        activeJ += (inStep * npu.active_power * activeNs) / NS_PER_S;
        standbyJ += (inStep * npu.standby_power * standbyNs) / NS_PER_S;
        idleJ += (inStep * npu.idle_power * (gpus * durationNs - activeNs - standbyNs)) / NS_PER_S;
      });
      return {
        npu_active: activeJ,
        npu_standby: standbyJ,
        npu_idle: idleJ,
        cpu: cpu.idle_power * seconds + (cpuSwingW * cpuUtilNs) / NS_PER_S,
        dram: dramIdleW * seconds + (dram.energy_per_bit * dramBits) / PJ_PER_J,
        pim_compute: amounts.pimPj.value / PJ_PER_J,
        link: linkIdleW * seconds + (link.energy_per_bit * linkBits) / PJ_PER_J,
        base: baseW * seconds,
      };
    },
  };
}

/** The kinds that there are, and that of each GPU. */
function kindsOf(power: PowerBlock, { gpus, inStep = gpus.map(() => 1) }: NodeHardware) {
  const kinds: GpuKind[] = [];
  const kindOf = gpus.map((name, g) => {
    const figures = npuPower(power, name);
    let kind = kinds.findIndex((known) => known.power === figures && known.inStep === inStep[g]);
    if (kind < 0) kind = kinds.push({ power: figures, gpus: 0, inStep: inStep[g] }) - 1;
    kinds[kind].gpus++;
    return kind;
  });
  return { kinds, kindOf };
}

function npuPower(power: PowerBlock, name: string): PowerBlock["npu"][string] {
  if (Object.hasOwn(power.npu, name)) return power.npu[name];
  const known = Object.keys(power.npu).join(", ");
  throw new TandemError("E_SCHEMA", `the power block has no figures for ${name}`, {
    where: `power.npu.${name}`,
    hint: known ? `it has ${known}` : "it has none",
  });
}
