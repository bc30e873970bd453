/**
 * @module
 * The `tandem` command as a function: registers the commands and turns errors into one line and an exit code.
 */
import { TandemError } from "@tandem-sim/schemas";
import { Command, CommanderError } from "commander";
import { calibrateCommand } from "./commands/calibrate.js";
import { compareCommand } from "./commands/compare.js";
import { modelCommand } from "./commands/model.js";
import { pimCommand } from "./commands/pim.js";
import { profileCommand } from "./commands/profile.js";
import { runCommand } from "./commands/run.js";
import { schemaCommand } from "./commands/schema.js";
import { validateCommand } from "./commands/validate.js";
import { workloadCommand } from "./commands/workload.js";
import { clearStatus, error } from "./terminal.js";
import { version } from "./version.js";

const EXIT_USAGE = 2;
const EXIT_BUG = 1;

/** Errors of this class are reported here, so commander itself neither prints nor exits. */
function quiet(command: Command): Command {
  command.exitOverride().configureOutput({ outputError: () => {} });
  for (const child of command.commands) quiet(child);
  return command;
}

/** Messages may quote input; whatever it holds, an error is one line. */
const oneLine = (message: string): string => message.replace(/\s+/g, " ").trim();

function fail(thrown: unknown): number {
  clearStatus();
  if (thrown instanceof CommanderError) {
    // Help and version are not errors.
    if (thrown.exitCode === 0) return 0;
    // No command given: commander has shown the help.
    if (thrown.code === "commander.help") return EXIT_USAGE;
    error(oneLine(thrown.message.replace(/^error: /, "")));
    return EXIT_USAGE;
  }
  if (thrown instanceof TandemError) {
    error(oneLine(thrown.message));
    return EXIT_USAGE;
  }
  const bug = thrown instanceof Error ? thrown : new Error(String(thrown));
  error(`internal error: ${oneLine(bug.message)}. Please report it; TANDEM_DEBUG=1 shows the stack.`);
  if (process.env.TANDEM_DEBUG) process.stderr.write(`${bug.stack}\n`);
  return EXIT_BUG;
}

function program(): Command {
  return new Command("tandem")
    .description("Simulate LLM serving on GPU + PIM, with attention offload and sub-batch interleaving")
    .version(version)
    .addCommand(runCommand())
    .addCommand(compareCommand())
    .addCommand(modelCommand())
    .addCommand(pimCommand())
    .addCommand(profileCommand())
    .addCommand(validateCommand())
    .addCommand(calibrateCommand())
    .addCommand(workloadCommand())
    .addCommand(schemaCommand());
}

/** Runs the command that these arguments name; the exit code. */
export async function tandem(args: readonly string[]): Promise<number> {
  try {
    await quiet(program()).parseAsync(args, { from: "user" });
    return 0;
  } catch (thrown) {
    return fail(thrown);
  }
}
