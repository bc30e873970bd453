/**
 * @module
 * A cluster config with everything that it names: models, GPU profiles, PIM devices. Where those come from is the
 * caller's business.
 */
import { type ClusterConfig, type ClusterInstance, ownPim } from "./cluster.js";
import { TandemError } from "./errors.js";
import type { GpuProfile } from "./gpu-profile/profile.js";
import { checkProfile, variantWithFp8Kv } from "./gpu-profile/profile-match.js";
import { dtypeVariant, type ModelConfig, modelDtype } from "./model.js";
import { type InstanceOptions, instanceOverrides } from "./options.js";
import { isPath } from "./path-or-name.js";
import type { PimDevice } from "./pim/device.js";
import type { CalibrationEffect } from "./service-calibration.js";
import type { SpecSheet } from "./spec-sheet.js";

/** What the GPU times of an instance come from: measured tables, or where there are none, the GPU's spec sheet. */
export type GpuSource = { profile: GpuProfile; gpuSpec?: undefined } | { profile?: undefined; gpuSpec: SpecSheet };

/** A cluster config with what stands behind its names. Indices are those of the config. */
export interface ClusterInputs {
  /** Where the config came from, for messages. */
  source: string;
  cluster: ClusterConfig;
  nodes: {
    /** What the host memory is made of; null: not PIM. */
    pim: PimDevice | null;
    /** `pim` of an instance: what its GPUs have of their own; null: nothing. */
    instances: ({ model: ModelConfig; options: InstanceOptions; pim: PimDevice | null } & GpuSource)[];
  }[];
  /** What a recorded run of the service says of all its GPUs. */
  calibration?: CalibrationEffect;
}

/** The profile that an instance asks for. */
export interface ProfileQuery {
  hardware: string;
  model: string;
  /** Folders of profiles that will do, best first: one that was measured with the KV cache of the instance. */
  variants: string[];
  tp: number;
}

/** What the names of a cluster config stand for. @throws {TandemError} E_NOT_FOUND for a name that leads nowhere */
export interface NamedInputs {
  model(name: string): ModelConfig;
  /** A spec sheet stands in for a profile that nobody has measured. */
  profile(name: ProfileQuery): GpuProfile | SpecSheet;
  pim(name: string): PimDevice;
}

/**
 * @param source where the config came from, for errors
 * @param options options of all instances; what an instance sets itself wins
 * @throws {TandemError} E_NOT_FOUND with the place of a name that leads nowhere, and what `named` throws
 */
export function resolveCluster(
  cluster: ClusterConfig,
  source: string,
  options: InstanceOptions,
  named: NamedInputs,
): ClusterInputs {
  return {
    source,
    cluster,
    nodes: cluster.nodes.map((node, n) => {
      const { pim_config: pim } = node.cpu_mem;
      return {
        pim: pim ? inPlace(`${source}: $.nodes[${n}].cpu_mem.pim_config`, () => named.pim(pim)) : null,
        instances: node.instances.map((instance, i) => {
          const at = `${source}: $.nodes[${n}].instances[${i}]`;
          const own: InstanceOptions = { ...options, ...instanceOverrides(instance) };
          const model = inPlace(`${at}.model_name`, () => named.model(instance.model_name));
          const itsPim = ownPim(instance);
          const device = itsPim && inPlace(`${at}.${itsPim.path}`, () => named.pim(itsPim.config));
          return { model, options: own, pim: device, ...gpuOf(instance, model, own, named, at) };
        }),
      };
    }),
  };
}

function gpuOf(
  { hardware, model_name, tp_size: tp = 1 }: ClusterInstance,
  model: ModelConfig,
  options: InstanceOptions,
  named: NamedInputs,
  at: string,
): GpuSource {
  const variant = dtypeVariant[options.dtype ?? modelDtype(model)];
  const variants = options.kvCacheDtype === "fp8" ? [variantWithFp8Kv(variant), variant] : [variant];
  const found = inPlace(`${at}.hardware`, () => named.profile({ hardware, model: model_name, variants, tp }));
  if ("power" in found) return { gpuSpec: found };
  checkProfile(found, { hardware, model: isPath(model_name) ? undefined : model_name, variant, tp }, at);
  return { profile: found };
}

/** A name that leads nowhere is a mistake in the config: say where the name stands. */
function inPlace<T>(where: string, find: () => T): T {
  try {
    return find();
  } catch (error) {
    if (!(error instanceof TandemError) || error.code !== "E_NOT_FOUND") throw error;
    throw new TandemError("E_NOT_FOUND", error.message, { where });
  }
}
