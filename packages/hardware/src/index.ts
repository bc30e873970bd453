/**
 * @module
 * Cost models of hardware: functions of numbers (tokens, sequences, contexts). Start with gpu-costs.ts.
 */
export { type Architecture, architectureOf, architectures, type LayerName } from "./architecture.js";
export {
  createGpuCosts,
  type GpuCosts,
  type OnExtrapolate,
  type ProfileAxis,
  type ProfileRange,
} from "./gpu-costs.js";
export { createLinkCosts, type LinkCosts } from "./link.js";
export { kvBytesPerToken, type LayerSizes, layerSizes, weightBytes } from "./model-weights.js";
export { headParallel, type KvLayout, type KvSpace, kvLayouts, type LayOut } from "./pim/kv-layout.js";
export { hostPim, type OffloadPhase, type PimSystem, type PimSystemSource, pimSystems } from "./pim/pim-system.js";
export {
  createPimCosts,
  derivePimTiming,
  type PimAttention,
  type PimCosts,
  type PimShape,
  type PimTiming,
  pimAppendNs,
  pimAttention,
  pimSlopeNs,
} from "./pim-device.js";
export {
  createPimEnergy,
  type PimCommandEnergy,
  type PimEnergy,
  pimCommandEnergy,
  pimIdleWatts,
} from "./pim-energy.js";
export { gemvGBps, shapeOnChannel } from "./pim-node.js";
export { type BatchFamily, batchFamilies, type SampledBatch, sampleBatches } from "./profile-batches.js";
export { type ProfileFiles, profileCsv } from "./profile-csv.js";
export { type ErrorStats, type FamilyErrors, type FitReport, fitReport, iterationNs } from "./profile-error.js";
export { defaultFit, type FitOptions, fitProfile } from "./profile-fit.js";
