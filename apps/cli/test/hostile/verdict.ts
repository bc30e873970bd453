/**
 * @module
 * What may come of a command on any input: a result that is whole, or one line that says what is wrong and where.
 */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { Summary } from "@tandem-sim/schemas";
import type { Finished } from "../tandem.js";

/** What outputs held before the command ran. */
export const BEFORE = "an earlier run's\n";

const noFigure = /\b(NaN|Infinity|undefined)\b|\[object /;

/** Files in a folder, however deep. */
function filesIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" });
  return names.filter((name) => statSync(join(folder, name)).isFile());
}

/** Why a file is not one that a command may leave behind; undefined where it is. */
function wrongFile(folder: string, name: string, failed: boolean): string | undefined {
  if (name.endsWith(".tmp")) return `${name} was left behind`;
  const text = readFileSync(join(folder, name), "utf8");
  if (failed) return text === BEFORE ? undefined : `${name} was written by a command that failed`;
  if (text === BEFORE) return undefined;
  if (!/[\n>]$/.test(text)) return `${name} ends in the middle`;
  const found = noFigure.exec(text);
  if (found) return `${found[0]} in ${name}: ${text.slice(Math.max(0, found.index - 60), found.index + 20)}`;
  if (name === "s.json") {
    const summary = Summary.safeParse(JSON.parse(text));
    if (!summary.success) return `the summary is not as its schema has it: ${JSON.stringify(summary.error.issues[0])}`;
  } else if (name.endsWith(".json")) JSON.parse(text);
  return undefined;
}

/** What is wrong with what a command said. */
function wrongWords(args: readonly string[], { code, stdout, stderr }: Finished): string | undefined {
  const lines = stderr.split("\n").filter((line) => line !== "");
  const errors = lines.filter((line) => line.startsWith("[ERROR]"));
  const others = lines.filter((line) => !line.startsWith("[ERROR]"));
  if (/internal error|\n\s+at /.test(stderr)) return errors[0] ?? stderr;
  const odd = others.find((line) => !/^\[(INFO|WARNING|DEBUG)\] |^$|^ |^[A-Z]/.test(line));
  if (odd !== undefined && code !== 0) return `a line of another form: ${odd}`;
  const said = noFigure.exec(`${stdout}\n${others.join("\n")}`);
  if (said && !args.some((arg) => arg.includes(said[0])))
    return `${said[0]} in what it prints: ${said.input.slice(Math.max(0, said.index - 60), said.index + 20)}`;
  if (code === 0) return errors.length === 0 ? undefined : `exit code 0 with ${errors[0]}`;
  // Of a sweep all cells but those that failed are a result.
  if (code !== 2 && !(code === 1 && args[0] === "sweep")) return `exit code ${code}`;
  if (errors.length !== 1) return `${errors.length} error messages`;
  if (stdout !== "" && code === 2) return `an error with output before it: ${stdout.slice(0, 60)}`;
  const [message = ""] = errors;
  if (message.length > 2000) return `a message of ${message.length} characters: ${message.slice(0, 200)}`;
  return /^\[ERROR\] (\S.*: .|.*'[^']+')/.test(message) ? undefined : `an error without a place: ${message}`;
}

/** What escaped; undefined where all is as promised. @param out the folder of outputs */
export const escaped = (args: readonly string[], finished: Finished, out: string): string | undefined =>
  wrongWords(args, finished) ??
  filesIn(out)
    .map((name) => wrongFile(out, name, finished.code !== 0))
    .find((wrong) => wrong !== undefined);
