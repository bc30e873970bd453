/**
 * @module
 * Schemas, their types, and coded errors. Files are read by `@tandem-sim/schemas/node`.
 */
export { calibratedInputs } from "./calibrated-inputs.js";
export * from "./cluster.js";
export { type ClusterChanges, type ConfigChanges, changedCluster } from "./cluster-changes.js";
export * from "./cluster-inputs.js";
export { type CsvTable, numberIn, parseTable, type TableRow, type TableText } from "./csv-table.js";
export * from "./errors.js";
export {
  type GivenInputs,
  type GivenLoading,
  type GpuModel,
  givenClusterInputs,
  gpuModels,
} from "./given-inputs.js";
export { bundleMetaText } from "./gpu-profile/bundle-meta-text.js";
export {
  type FoundProfileMeta,
  type ProfileFolder,
  parseGpuProfile,
  parseProfileMeta,
} from "./gpu-profile/parse-profile.js";
export * from "./gpu-profile/profile.js";
export { checkKvMeasured, checkProfile, type ProfileName, variantWithFp8Kv } from "./gpu-profile/profile-match.js";
export * from "./gpu-profile/profile-meta.js";
export * from "./gpu-spec.js";
export * from "./json-schema.js";
export { parseJson } from "./json-text.js";
export * from "./kv-cache.js";
export * from "./mixture-of-experts.js";
export * from "./model.js";
export { refuseSlidingWindow, refuseUnknownAttention, slidingWindowOf } from "./model-support.js";
export * from "./options.js";
export * from "./parse.js";
export { isPath } from "./path-or-name.js";
export * from "./pim/device.js";
export * from "./pim/dram-kinds.js";
export * from "./pim/geometry.js";
export { parsePimIni } from "./pim/parse-ini.js";
export * from "./roofline-spec.js";
export * from "./service-calibration.js";
export { parseSetting, type Setting, settingsOf, withSettings } from "./settings.js";
export * from "./spec-sheet.js";
export * from "./summary.js";
export { checkFigure, type Figure, figureAt } from "./summary-figure.js";
export * from "./sweep.js";
export * from "./systolic-spec.js";
export * from "./verdict.js";
export * from "./workload.js";
