/**
 * @module
 * The one place that writes to the terminal: results on stdout, everything else on stderr.
 */
import { clearLine, cursorTo } from "node:readline";
import pc from "picocolors";

export type LogLevel = "DEBUG" | "INFO" | "WARNING" | "ERROR";
export const logLevels: readonly LogLevel[] = ["DEBUG", "INFO", "WARNING", "ERROR"];

const paint = { DEBUG: pc.dim, INFO: pc.cyan, WARNING: pc.yellow, ERROR: pc.red };

let level: LogLevel = "WARNING";
let statusShown = false;

export function setLogLevel(chosen: LogLevel): void {
  level = chosen;
}

const shows = (kind: LogLevel): boolean => logLevels.indexOf(kind) >= logLevels.indexOf(level);

function line(kind: LogLevel, text: string): string {
  const color = process.stderr.isTTY ? paint[kind] : (plain: string) => plain;
  return `${color(`[${kind}]`)} ${text}\n`;
}

function writeLine(kind: LogLevel, text: string): void {
  clearStatus();
  process.stderr.write(line(kind, text));
}

/**
 * Throughput lines that are written together, in front of any other output and at the latest when the run lets others work: a
 * call of the system takes longer than the second of traffic that a line tells of.
 */
let gathered = "";

function gather(text: string): void {
  if (gathered === "") setImmediate(writeGathered);
  gathered += text;
}

function writeGathered(): void {
  if (gathered === "") return;
  const lines = gathered;
  gathered = "";
  process.stderr.write(lines);
}

export const debug = (text: string): void => {
  if (shows("DEBUG")) writeLine("DEBUG", text);
};

/** More is no message: values of megabytes, quoted. */
const LONGEST_MESSAGE = 2000;

/** A word of more characters is shown by its ends. */
const LONGEST_WORD = 300;

const shortWord = (word: string): string => `${word.slice(0, 100)}...${word.slice(-50)}`;

const codePoint = (sign: string): string => `\\u{${sign.codePointAt(0)?.toString(16)}}`;

/** One line of what a message may quote from a file: never commands to the terminal, and not all of it. */
const printable = (message: string): string =>
  message
    .replace(new RegExp(`\\S{${LONGEST_WORD},}`, "g"), shortWord)
    .slice(0, LONGEST_MESSAGE)
    .replace(/\s+/g, " ")
    .trim()
    .replace(/[\p{Cc}\p{Cf}\p{Cs}]/gu, codePoint);

export const warn = (text: string): void => {
  if (shows("WARNING")) writeLine("WARNING", printable(text));
};

const warned = new Set<string>();

/** A warning that many runs of one command would repeat. */
export const warnOnce = (text: string): void => {
  if (warned.has(text)) return;
  warned.add(text);
  warn(text);
};

/** An error is one line. */
export const error = (text: string): void => writeLine("ERROR", printable(text));

/** Parts of the result: at every level but ERROR. */
export const report = (text: string): void => {
  if (level !== "ERROR") writeLine("INFO", text);
};

/** Result on stdout, at every level but ERROR. */
export const result = (text: string): void => {
  clearStatus();
  if (level !== "ERROR") process.stdout.write(`${text}\n`);
};

/** Machine-readable result on stdout, at every level. */
export const json = (value: unknown): void => {
  clearStatus();
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
};

/** Throughput lines that a terminal keeps; more would push the start of the run, and at its end the table, out of sight. */
const KEPT_LINES = 20;

let throughputLines = 0;
let lastThroughput = "";

/**
 * A throughput line. On a terminal, those behind the first twenty replace each other beside the progress; in a pipe or a
 * file there are all of them.
 */
export function throughput(text: string): void {
  throughputLines++;
  if (!process.stderr.isTTY) {
    if (level !== "ERROR") gather(line("INFO", text));
    return;
  }
  if (throughputLines <= KEPT_LINES) {
    report(text);
    return;
  }
  if (throughputLines === KEPT_LINES + 1) report("... from here on in one line; --log-interval S makes fewer of them");
  lastThroughput = `  ${text}`;
}

/** Progress, on a terminal only: one line that the next output replaces. */
export function status(text: string): void {
  if (!process.stderr.isTTY || level === "ERROR") return;
  clearStatus();
  // A line that wraps could not be replaced.
  process.stderr.write(pc.dim(`${text}${lastThroughput}`.slice(0, process.stderr.columns - 1)));
  statusShown = true;
}

/** Nothing of this module is left to be written over, or to be written. */
export function clearStatus(): void {
  writeGathered();
  if (!statusShown) return;
  clearLine(process.stderr, 0);
  cursorTo(process.stderr, 0);
  statusShown = false;
}
