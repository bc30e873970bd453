/**
 * @module
 * The end of a sweep in which some cells failed: the others are kept, and the exit code says it.
 */
export class FailedCells extends Error {}
