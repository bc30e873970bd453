/**
 * @module
 * Where a command may write: not over what it reads, and not two outputs to one file. Asked before anything runs.
 */
import { TandemError } from "@tandem-sim/schemas";
import { identityOf } from "./file-identity.js";

/** What flags name; undefined where one is not given. */
export type OutputPaths = readonly (readonly [flag: string, path: string | undefined])[];

const STDOUT = "-";

/**
 * Checks the outputs.
 *
 * @param inputs files that the command reads
 * @throws {TandemError} E_USAGE for an output that is an input, another output or no name at all
 */
export function checkOutputs(outputs: OutputPaths, inputs: readonly string[]): void {
  const inputOf = new Map(inputs.map((input) => [identityOf(input), input]));
  const taken = new Map<string, string>();
  for (const [flag, path] of outputs) {
    if (path === undefined) continue;
    if (path === "") throw new TandemError("E_USAGE", "expected a file name, found nothing", { where: flag });
    const identity = path === STDOUT ? STDOUT : identityOf(path);
    if (identity === null) continue;
    const input = inputOf.get(identity);
    if (input !== undefined) {
      throw new TandemError("E_USAGE", `${path} is read by this command and would be overwritten`, {
        where: flag,
        hint: input === path ? "name another file" : `it is ${input}`,
      });
    }
    const other = taken.get(identity);
    if (other) throw new TandemError("E_USAGE", `goes to the same file as ${other}: ${path}`, { where: flag });
    taken.set(identity, flag);
  }
}
