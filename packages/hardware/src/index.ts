/**
 * @module
 * Cost models of hardware: functions of numbers (tokens, sequences, contexts). Start with gpu/costs.ts and pim/costs.ts.
 */
export {
  type AllReduceNs,
  type CollectiveCosts,
  createCollectiveCosts,
  type FittedLink,
  fittedAllReduce,
  fittedLinkOf,
  fittedLinks,
  type Ring,
  ringAllReduce,
} from "./collective.js";
export {
  type AnalyticConstants,
  type AttentionConstants,
  analyticConstants,
  type Efficiencies,
  efficienciesOf,
  type PassConstants,
} from "./gpu/analytic/constants.js";
export { type AnalyticOptions, createAnalyticCosts } from "./gpu/analytic/costs.js";
export { attentionKernel, type KernelFigures, passKernel, productKernel } from "./gpu/analytic/kernels.js";
export {
  type Architecture,
  architectureNamed,
  architectureOf,
  architectures,
  type LayerName,
  outLayers,
} from "./gpu/architecture.js";
export type { AttentionNs } from "./gpu/attention.js";
export { bracketLow, bracketPosition } from "./gpu/bracket.js";
export { type CalibrationFactors, calibratedCosts } from "./gpu/calibrated-costs.js";
export {
  createGpuCosts,
  type GpuCosts,
  type OnExtrapolate,
  type ProfileAxis,
  type ProfileRange,
} from "./gpu/costs.js";
export { type AttentionLookup, evenAttentionUs } from "./gpu/even-attention.js";
export { batchAttentionNs, type GpuBatch, iterationNs } from "./gpu/iteration.js";
export { type LayerCurve, layerCurve } from "./gpu/layer-curve.js";
export { mergeNs } from "./gpu/merge.js";
export { type ModelShape, modelShape } from "./gpu/model-shape.js";
export { type Roofline, statedTflops } from "./gpu/roofline.js";
export { createGpuTraffic, type GpuTraffic } from "./gpu/traffic.js";
export { type GpuPhase, type GpuTimesTier, gpuPhases, typicalErrors } from "./gpu/typical-error.js";
export { kvBytesPerLayer, kvBytesPerToken } from "./kv-bytes.js";
export { createLinkCosts, type LinkCosts, type OffloadBytes, transferNs } from "./link.js";
export { type LayerSizes, layerSizes, weightBytes } from "./model-weights.js";
export { pimAppendNs } from "./pim/append.js";
export { type PimAttention, type PimShape, pimAttention, pimSlopeNs } from "./pim/attention.js";
export { type PimCommandEnergy, pimCommandEnergy, pimIdleWatts } from "./pim/command-energy.js";
export {
  askedShare,
  type Contention,
  gpuSlowdown,
  pimSlowdown,
} from "./pim/contention.js";
export { ContextTable, stepTable } from "./pim/context-table.js";
export { createPimCosts, type PimCosts } from "./pim/costs.js";
export { createPimEnergy, type PimEnergy } from "./pim/energy.js";
export { headParallel, type KvLayout, type KvSpace, type LayOut } from "./pim/kv-layout.js";
export { kvLayouts } from "./pim/kv-layouts.js";
export { gemvGBps, shapeOnChannel } from "./pim/node.js";
export {
  gpuHoldsPrompts,
  type OffloadPhase,
  type PimSystem,
  type PimSystemSource,
  pimSystems,
} from "./pim/pim-system.js";
export {
  groupOfPiece,
  type Piece,
  type PieceCosts,
  partialResults,
  pieceAppend,
  pieceDecode,
  piecePrefill,
  piecesAt,
  piecesOf,
  type Stripes,
  tokensOfPiece,
  undividedQueries,
} from "./pim/stripes.js";
export { derivePimTiming, HOST_READ_NS, type PimTiming } from "./pim/timing.js";
export { rankModel } from "./rank-model.js";
