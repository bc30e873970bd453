/**
 * @module
 * What simulations found, in the forms that people and scripts read: tables and sentences (`Part`), CSV rows, JSON.
 * Start with `run/run-result.ts`. `./terminal` draws parts, `./pages` makes HTML and SVG.
 */
export {
  calibrationAdvice,
  calibrationErrors,
  calibrationResult,
  constantsText,
  meanSpread,
  spreadOf,
} from "./calibration/calibration-result.js";
export { checkLength, type Halves, halvesOf, sameRequests, simulatedAs } from "./calibration/halves.js";
export { type Stretch, stretchesOf } from "./calibration/stretches.js";
export { comparisonRows, deviceRows } from "./comparison/comparison-table.js";
export { comparisonTables } from "./comparison/comparison-tables.js";
export { kernelNote, standing, unfitNotes, verdictOn } from "./comparison/verdict.js";
export { bytes, compact, ms, percent, wordList } from "./number-format.js";
export { type Part, type Table, titledTable } from "./part.js";
export { type ComparedPim, pimComparisonJson, pimComparisonResult } from "./pim/pim-comparison.js";
export { type BreakEven, channelsOf, type PimFacts, type PimQuestion, pimFacts } from "./pim/pim-facts.js";
export { pimJson } from "./pim/pim-json.js";
export { type PimSubject, pimResult } from "./pim/pim-result.js";
export { offloadNote } from "./run/offload-note.js";
export { capacityNote, Extrapolation, gpuNotes } from "./run/plan-notes.js";
export { CsvRows, csvHeader, csvRow } from "./run/request-csv.js";
export { runResult } from "./run/run-result.js";
export { throughputLine } from "./run/throughput-line.js";
export { type BreakEvenQuestion, breakEvenJson, breakEvenResult } from "./sweep/break-even-result.js";
export {
  type CapacityOfMode,
  type CapacityQuestion,
  capacityJson,
  capacityNotes,
  capacityResult,
  curveMultiples,
} from "./sweep/capacity-result.js";
export { type ArrivalSource, arrivalSources } from "./validation/arrival-source.js";
export { parseBenchResult } from "./validation/bench-result.js";
export { contradictions, whatWasCompared } from "./validation/comparability.js";
export { errorTable } from "./validation/error-table.js";
export { type MetricError, type RequestLatencies, recordedLatencies } from "./validation/metric-errors.js";
export { recordedBlocks, recordedOptions } from "./validation/recorded-options.js";
export {
  parseLoad,
  parseMeta,
  parseRequests,
  type RecordedMeta,
  type RecordedRequest,
  type RecordedRun,
} from "./validation/recorded-run.js";
export {
  type RecordedDataset,
  type ReplayedWorkload,
  type ReplayOptions,
  replayedWorkload,
} from "./validation/replayed-workload.js";
export { type Validation, validation } from "./validation/validation.js";
export { validationJson } from "./validation/validation-json.js";
export { describedWorkload } from "./workload/workload-description.js";
