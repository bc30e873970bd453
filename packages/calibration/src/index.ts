/**
 * @module
 * Compact GPU profiles from raw measurements: the fit, its error, the files. Start with bundle-import.ts.
 */
export { type ImportedProfile, type ImportedTables, importBundle } from "./bundle-import.js";
export { type ErrorStats, type FamilyErrors, type FitReport, fitReport } from "./fit-error.js";
export { type ProfileFiles, profileCsv } from "./profile-csv.js";
export { defaultFit, type FitOptions, fitProfile } from "./profile-fit.js";
export { type BatchFamily, batchFamilies, sampleBatches } from "./sampled-batches.js";
