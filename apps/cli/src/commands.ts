/**
 * @module
 * The commands as the help of `tandem` lists them. Flags and code of one are loaded when it is called: reading all of them
 * takes longer than a small run.
 */
import type { Command } from "commander";

/** A command that is yet to be loaded. */
export interface ListedCommand {
  name: string;
  /** What the list shows behind the name. */
  synopsis?: string;
  description: string;
  /** Loads what adds flags and action, or subcommands. */
  load: () => Promise<(command: Command) => Command>;
}

/** In the order of the help. */
export const commands: readonly ListedCommand[] = [
  {
    name: "run",
    synopsis: "[options]",
    description: "Simulate a workload on a cluster",
    load: async () => (await import("./commands/run.js")).runCommand,
  },
  {
    name: "compare",
    synopsis: "[options]",
    description: "Simulate the same inputs GPU-only, offloaded, interleaved and with policy auto",
    load: async () => (await import("./commands/compare.js")).compareCommand,
  },
  {
    name: "sweep",
    synopsis: "[options] <file>",
    description: "Run a grid of cells, kept as they finish; merge shards, draw a report",
    load: async () => (await import("./commands/sweep.js")).sweepCommand,
  },
  {
    name: "capacity",
    synopsis: "[options]",
    description: "Find the greatest request rate that meets --slo, mode by mode",
    load: async () => (await import("./commands/capacity.js")).capacityCommand,
  },
  {
    name: "breakeven",
    synopsis: "[options]",
    description: "Find the PIM bandwidth, channels, link or batch at which one mode overtakes another",
    load: async () => (await import("./commands/breakeven.js")).breakEvenCommand,
  },
  {
    name: "model",
    description: "List the models that --model takes by name",
    load: async () => (await import("./commands/model.js")).modelCommand,
  },
  {
    name: "pim",
    description: "List PIM devices, show what one can do",
    load: async () => (await import("./commands/pim.js")).pimCommand,
  },
  {
    name: "profile",
    description: "List, show, import and synthesize GPU profiles, calibrate spec sheets",
    load: async () => (await import("./commands/profile.js")).profileCommand,
  },
  {
    name: "validate",
    synopsis: "[options]",
    description: "Replay a recorded vLLM run and compare, metric by metric",
    load: async () => (await import("./commands/validate.js")).validateCommand,
  },
  {
    name: "calibrate",
    synopsis: "[options]",
    description:
      "Fit host time, memory, compute and link efficiency to a recorded vLLM run, and judge them on its second half",
    load: async () => (await import("./commands/calibrate.js")).calibrateCommand,
  },
  {
    name: "workload",
    description: "List, make, describe and convert workloads",
    load: async () => (await import("./commands/workload.js")).workloadCommand,
  },
  {
    name: "schema",
    synopsis: "<name>",
    description: "Print the JSON Schema of an input or output",
    load: async () => (await import("./commands/schema.js")).schemaCommand,
  },
];
