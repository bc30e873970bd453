/**
 * @module
 * Energy by component and power over time, from what ran and what moved. Start with node-meter.ts.
 */
export { type ByComponent, type Component, components, totalOf } from "./components.js";
export { type NodeEnergy, type PowerRow, totalEnergy } from "./node-energy.js";
export { createNodeMeter, type NodeMeter } from "./node-meter.js";
export { CPU_UTIL_WHILE_NPU_COMPUTES, type NodeHardware } from "./node-power.js";
export { type NodeSeries, seriesCsv } from "./series-csv.js";
