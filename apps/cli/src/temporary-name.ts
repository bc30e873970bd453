/**
 * @module
 * Names under which outputs are written until they are whole.
 */
import { basename } from "node:path";

/**
 * A name beside the target that no other run has, in this or another container: a killed one may have left its own behind.
 * It ends in `.tmp`, so that what is left is known for what it is.
 */
export const temporaryName = (target: string): string =>
  `${target}.${process.pid}-${Math.random().toString(36).slice(2, 8)}.tmp`;

/** Whether a file beside the target is, by its name, what a run was writing in its place. */
export const isTemporaryOf = (target: string, file: string): boolean =>
  file.startsWith(`${basename(target)}.`) && /^\d+-\w+\.tmp$/.test(file.slice(basename(target).length + 1));
