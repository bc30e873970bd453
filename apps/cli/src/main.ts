/**
 * @module
 * The `tandem` command as a process: its arguments, signals and exit code.
 */
import { tandem } from "./program.js";
import { clearStatus, error } from "./terminal.js";
import { abortUnfinished } from "./unfinished-outputs.js";

/** Signals that end the program, and the exit codes that shells know them by. */
const signals = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
for (const [signal, exitCode] of Object.entries(signals)) process.on(signal, () => leave(exitCode));

/** Ends the program in the middle of its work; what it has said is written, what it has begun is not. */
function leave(exitCode: number): never {
  clearStatus();
  abortUnfinished();
  process.exit(exitCode);
}

// A reader that has seen enough (`| head`) is no error.
process.stdout.on("error", (problem: NodeJS.ErrnoException) => {
  if (problem.code !== "EPIPE") error(`stdout: cannot be written: ${problem.code ?? problem.message}`);
  leave(problem.code === "EPIPE" ? 0 : 2);
});

// Nor is one that reads no more log lines: the files are still wanted.
process.stderr.on("error", (problem: NodeJS.ErrnoException) => {
  if (problem.code !== "EPIPE") throw problem;
});

process.exitCode = await tandem(process.argv.slice(2));
