/**
 * @module
 * The cluster config that a command ran on, as a file to go on from.
 */
import type { ClusterConfig } from "@tandem-sim/schemas";
import { WholeFile } from "./output-file.js";

/** Writes the config; nothing where no file is named. The link to its schema would lead elsewhere from there. */
export function dumpConfig(path: string | undefined, { $schema: _, ...config }: ClusterConfig): void {
  if (path === undefined) return;
  const file = new WholeFile(path);
  try {
    file.write(`${JSON.stringify(config, null, 2)}\n`);
    file.commit();
  } catch (error) {
    file.abort();
    throw error;
  }
}
