/**
 * @module
 * Keys in a device's INI that nobody knows: other simulators' own, which may change what the device is.
 */
import { ownPim, type PimDevice } from "@tandem-sim/schemas";
import type { ClusterInputs } from "@tandem-sim/schemas/node";
import { findPimFile } from "@tandem-sim/schemas/node";
import { warn } from "./terminal.js";

/** What the key says in Tandem's terms. */
const meanings: Readonly<Record<string, string>> = {
  pim_type: "DUAL is row_buffers = 2 in [pim], SINGLE is 1",
};

/** Files that were warned of: several modes of a comparison load the same cluster. */
const warned = new Set<string>();

/** Warns of each such key of a file, once. */
export function warnOfUnknownKeys(file: string, { unknownKeys }: PimDevice): void {
  if (warned.has(file)) return;
  warned.add(file);
  for (const place of unknownKeys) {
    const meaning = meanings[place.split(" ").at(-1)?.toLowerCase() ?? ""];
    warn(`${file}: ${place} is not read${meaning === undefined ? "" : `: ${meaning}`}`);
  }
}

/** The same for all devices of a cluster. */
export function warnOfClusterKeys({ source, cluster, nodes }: ClusterInputs): void {
  const warnOf = (config: string | null | undefined, device: PimDevice | null | undefined): void => {
    if (device && config) warnOfUnknownKeys(findPimFile(config, source), device);
  };
  cluster.nodes.forEach(({ cpu_mem, instances }, n) => {
    warnOf(cpu_mem.pim_config, nodes[n]?.pim);
    instances.forEach((instance, i) => {
      warnOf(ownPim(instance)?.config, nodes[n]?.instances[i]?.pim);
    });
  });
}
