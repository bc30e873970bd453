/**
 * @module
 * Results drawn for a terminal.
 */
export { draw, plainTable } from "./draw.js";
