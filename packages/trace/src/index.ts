/**
 * @module
 * The program of one iteration, how a batch is split for it, and its text form.
 */
export type { IterationCosts, OffloadPhase } from "./costs.js";
export { fillProgram } from "./fill-program.js";
export { predictedCycleNs } from "./predicted-cycle.js";
export { busiestGroupNs, createProgram, gpuBusyNs, type HalfProgram, type Program } from "./program.js";
export { replayText } from "./replay-text.js";
export { contextInHalf, Split, type SplitRule, tokensInHalf } from "./split.js";
export { splits } from "./splits.js";
export { parseText, type TraceRow, type TraceSource, toText } from "./text.js";
