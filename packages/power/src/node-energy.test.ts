import { expect, it } from "vitest";
import { oneGpu, power, withPim } from "../test/sample-node.js";
import { components } from "./components.js";
import { totalEnergy } from "./node-energy.js";
import { createNodeMeter } from "./node-meter.js";

it("the total of nodes is the sum of their energies and of their power at any time", () => {
  const front = createNodeMeter(power, oneGpu, 10);
  front.gpuBusy(0, 3, 27);
  const back = createNodeMeter(power, withPim, 10);
  back.pimBusy(35, 45, 1e6);
  const nodes = [front.finish(50), back.finish(45)];
  const total = totalEnergy(nodes);
  for (const component of components) {
    expect(total.components[component]).toBe(nodes[0].components[component] + nodes[1].components[component]);
  }
  expect(total.total).toBeCloseTo(nodes[0].total + nodes[1].total, 15);
  expect(total.series.map(({ startNs, endNs }) => [startNs, endNs])).toEqual([
    [0, 10],
    [10, 20],
    [20, 30],
    [30, 40],
    [40, 45],
    [45, 50],
  ]);
  const joules = total.series.reduce((sum, row) => sum + row.total * (row.endNs - row.startNs), 0) / 1e9;
  expect(joules / total.total).toBeCloseTo(1, 12);
  expect(total.series[5]).toEqual({ ...nodes[0].series.at(-1), startNs: 45 });
});

it("no nodes have no energy", () => {
  expect(totalEnergy([])).toMatchObject({ total: 0, series: [] });
});
