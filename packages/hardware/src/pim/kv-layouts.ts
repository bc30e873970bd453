/**
 * @module
 * The registry of layouts: a new one is a file and a line here.
 */
import { headParallel, type LayOut } from "./kv-layout.js";
import { striped } from "./striped-layout.js";

export const kvLayouts = { "head-parallel": headParallel, striped } as const satisfies Record<string, LayOut>;
