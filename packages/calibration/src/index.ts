/**
 * @module
 * Compact GPU profiles from raw measurements: the fit, its error, the files; and the constants of the analytic model.
 * Start with bundle-import.ts and analytic/fit-constants.ts.
 */
export { iterationErrorStats } from "./analytic/analytic-error.js";
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
export {
  type MeasuredIterations,
  type Phase,
  phases,
  rawIterations,
  sampledIterations,
} from "./analytic/raw-iterations.js";
export { robustFit } from "./analytic/robust-fit.js";
export { type ImportedProfile, type ImportedTables, importBundle } from "./bundle-import.js";
export { type ErrorStats, type FamilyErrors, type FitReport, fitReport } from "./fit-error.js";
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
