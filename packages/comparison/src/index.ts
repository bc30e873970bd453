/**
 * @module
 * Modes of serving against each other on one load. Start with `best.ts` and `bound.ts` (what the runs say), then
 * `what-if.ts` (what further runs say).
 */
export { pimLinkGBps, withOptions, withPim, withPimLink, withPimSpeed } from "./axes.js";
export {
  bestModes,
  bestOffloaded,
  decisiveMeasure,
  figureBy,
  measures,
  ratioBy,
  uncertaintyOf,
  undecided,
} from "./best.js";
export { boundOf } from "./bound.js";
export { competes, competitor, mayRunShort, serveUnlessIdle } from "./competitor.js";
export { composition } from "./composition.js";
export { flipsOf } from "./flips.js";
export {
  addSample,
  emptySamples,
  type ModeOutcome,
  type Serve,
  type ServedMode,
  servedModes,
  type UnfitMode,
  unfitModes,
  unlessUnfit,
} from "./mode-outcome.js";
export { whatIf } from "./what-if.js";
