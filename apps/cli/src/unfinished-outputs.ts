/**
 * @module
 * Outputs that are being written: what an interrupted program has to clean up.
 */

/** Something that appears whole or not at all. */
export interface Output {
  commit(): void;
  /** Leaves no trace. After `commit` it does nothing. */
  abort(): void;
}

const outputs = new Set<Output>();

export const unfinished = (output: Output): void => void outputs.add(output);

/** Whether it was unfinished until now. */
export const finished = (output: Output): boolean => outputs.delete(output);

export function abortUnfinished(): void {
  for (const output of outputs) output.abort();
}
