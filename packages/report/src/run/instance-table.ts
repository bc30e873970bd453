/**
 * @module
 * The instances of a run beside each other.
 */
import type { Summary } from "@tandem-sim/schemas";
import { percent } from "../number-format.js";
import { type Table, titledTable } from "../part.js";

export const instanceTable = ({ instances }: Summary): Table =>
  titledTable(
    ["instance", "node", "requests", "iterations", "GPU busy", "PIM util"],
    instances.map((instance) => [
      String(instance.instance),
      String(instance.node),
      String(instance.requests),
      String(instance.iterations),
      percent(instance.gpu_busy, 1),
      instance.pim_util === null ? "-" : percent(instance.pim_util, 1),
    ]),
  );
