/**
 * @module
 * The files behind the names of a cluster config and its workload.
 */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { ownPim } from "@tandem-sim/schemas";
import type { ClusterInputs } from "@tandem-sim/schemas/node";
import { findGpuProfileDir, findGpuSpecFile, findModelFile, findPimFile } from "@tandem-sim/schemas/node";
import { ifFound } from "./if-found.js";
import type { SimulationFlags } from "./simulation-flags.js";

/** Everything in a folder, however deep. */
export const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: "utf8" }).map((name) => join(folder, name));

/** The files that `loadCluster` has read. Spec sheets count where times are measured too: `calibrate` reads their TFLOPS. */
export function clusterFiles(
  { source, cluster, nodes }: ClusterInputs,
  { gpu, gpuProfile, gpuCalibration }: Pick<SimulationFlags, "gpu" | "gpuProfile" | "gpuCalibration">,
): string[] {
  const files = new Set([source, ...(gpuCalibration === undefined ? [] : [gpuCalibration])]);
  if (gpu !== undefined) files.add(findGpuSpecFile(gpu));
  const profiles = new Set(gpuProfile === undefined ? [] : [gpuProfile]);
  cluster.nodes.forEach((node, n) => {
    if (node.cpu_mem.pim_config) files.add(findPimFile(node.cpu_mem.pim_config, source));
    node.instances.forEach((instance, i) => {
      const { model_name, hardware } = instance;
      const pim = ownPim(instance);
      if (pim) files.add(findPimFile(pim.config, source));
      files.add(findModelFile(model_name, source));
      const spec = ifFound(() => findGpuSpecFile(hardware, source));
      if (spec !== null) files.add(spec);
      const variant = nodes[n]?.instances[i]?.profile?.variant;
      if (gpuProfile === undefined && variant) profiles.add(findGpuProfileDir(hardware, model_name, variant, source));
    });
  });
  return [...files, ...[...profiles].flatMap(filesIn)];
}
