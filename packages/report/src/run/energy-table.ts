/**
 * @module
 * Energy of a run by component; for several nodes a column each beside the total.
 */
import type { Summary } from "@tandem-sim/schemas";
import { percent } from "../number-format.js";
import { type Part, titledTable } from "../part.js";

const componentNames: Record<string, string> = {
  npu_active: "NPU active",
  npu_standby: "NPU standby",
  npu_idle: "NPU idle",
  cpu: "CPU",
  dram: "DRAM",
  pim_compute: "PIM compute",
  link: "Link",
  base: "Base + NIC + storage",
};

/** Nothing where no node has a power block. */
export function energyParts({ energy_j: total, energy }: Summary): Part[] {
  if (!total || !energy) return [];
  const counted = energy.nodes.flatMap(({ node, energy_j: joules }) => (joules ? [{ node, joules }] : []));
  const columns = energy.nodes.length > 1 ? counted : [];
  const row = (name: string, key: string): string[] => {
    const joules = total[key] ?? 0;
    return [
      name,
      joules.toFixed(1),
      percent(joules / (total.total ?? 0), 1),
      ...columns.map((column) => (column.joules[key] ?? 0).toFixed(1)),
    ];
  };
  return [
    "",
    titledTable(
      ["energy", "J", "%", ...columns.map(({ node }) => `node ${node}`)],
      [...Object.entries(componentNames).map(([key, name]) => row(name, key)), row("total", "total")],
    ),
    ...energyNotes(energy),
  ];
}

function energyNotes(energy: NonNullable<Summary["energy"]>): string[] {
  const secondRead = energy.npu_active_for_second_weight_read_j;
  const perToken = `${energy.j_per_token.toFixed(3)} J per generated token, ${energy.j_per_request.toFixed(1)} J per request`;
  const uncounted = energy.nodes.filter(({ energy_j: joules }) => !joules).map(({ node }) => node);
  return [
    secondRead > 0 ? `${perToken}; ${secondRead.toFixed(1)} J of NPU active read weights a second time` : perToken,
    ...(uncounted.length > 0 ? [`Without a power block, so not counted: node ${uncounted.join(", ")}`] : []),
  ];
}
