/**
 * @module
 * Compact GPU profiles from raw measurements: the fit, its error, the files; and the constants of the analytic model.
 * Start with bundle-import.ts and analytic/fit-constants.ts.
 */
export { iterationErrorStats } from "./analytic/analytic-error.js";
export {
  type CalibratedSpec,
  calibrateOnMeasuredPoints,
  calibrateOnMeasuredProfile,
  type Origin,
} from "./analytic/calibrate-spec.js";
export { composedErrors } from "./analytic/composed-iterations.js";
export {
  type Fitted,
  fitConstants,
  type MeasuredKernels,
  type MeasuredProfile,
  trustedPoints,
} from "./analytic/fit-constants.js";
export { calibrateOnPoints, calibrateOnProfile } from "./analytic/fit-efficiencies.js";
export {
  type AttentionPoint,
  type KernelPoints,
  type ProductPoint,
  parseDecodes,
  parseProducts,
  parsePrompts,
} from "./analytic/measurements.js";
export { type MeasuredPoints, parsePoints } from "./analytic/points-file.js";
export {
  type MeasuredIterations,
  type Phase,
  phases,
  rawIterations,
  sampledIterations,
} from "./analytic/raw-iterations.js";
export { robustFit } from "./analytic/robust-fit.js";
export { type ImportedProfile, type ImportedTables, importBundle } from "./bundle-import.js";
export { type ErrorStats, type FamilyErrors, type FitReport, fitReport, iterationErrors } from "./fit-error.js";
export { type ProfileFiles, profileCsv } from "./profile-csv.js";
export { defaultFit, type FitOptions, fitProfile } from "./profile-fit.js";
export { type BatchFamily, batchFamilies, sampleBatches } from "./sampled-batches.js";
export {
  candidateOf,
  constantsAt,
  probed,
  probedPart,
  unidentified,
  withProbe,
} from "./service/constants.js";
export {
  type Candidate,
  fitService,
  type Observation,
  type ServiceFit,
  type Slowdowns,
} from "./service/fit-service.js";
export { defaultGrid, gridOf, type ProfileGrid } from "./synth/profile-grid.js";
export { type SynthesizedBundle, synthesizeBundle } from "./synth/raw-bundle.js";
export { type SynthOptions, synthesizeProfile } from "./synth/synthesized-profile.js";
