/**
 * @module
 * File loaders and name lookup, for Node.
 */
export * from "./cluster-inputs.js";
export * from "./files.js";
export * from "./gpu-profile.js";
export * from "./names.js";
