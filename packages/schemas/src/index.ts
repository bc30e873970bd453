/**
 * @module
 * Schemas, their types, and coded errors. Files are read by `@tandem-sim/schemas/node`.
 */
export * from "./cluster.js";
export * from "./errors.js";
export * from "./gpu-profile.js";
export * from "./json-schema.js";
export * from "./model.js";
export * from "./options.js";
export * from "./parse.js";
export * from "./pim-device.js";
export * from "./summary.js";
export * from "./workload.js";
