/**
 * @module
 * Workload files, for Node.
 */
export { writeWorkload } from "../write-workload.js";
export { type OpenOptions, openWorkload } from "./open-workload.js";
export * from "./read-workload.js";
