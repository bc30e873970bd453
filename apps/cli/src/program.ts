/**
 * @module
 * The `tandem` command as a function: loads the command that is called and turns errors into one line and an exit code.
 */
import { TandemError } from "@tandem-sim/schemas/errors";
import { Command, CommanderError } from "commander";
import { commands } from "./commands.js";
import { FailedCells } from "./sweep/failed-cells.js";
import { clearStatus, error } from "./terminal.js";
import { version } from "./version.js";

const EXIT_USAGE = 2;
const EXIT_BUG = 1;
const EXIT_FAILED = 1;

/** Errors of this class are reported here, so commander itself neither prints nor exits. */
function quiet(command: Command): Command {
  command.exitOverride().configureOutput({ outputError: () => {} });
  for (const child of command.commands) quiet(child);
  return command;
}

function fail(thrown: unknown): number {
  clearStatus();
  if (thrown instanceof CommanderError) {
    // Help and version are not errors.
    if (thrown.exitCode === 0) return 0;
    // No command given: commander has shown the help.
    if (thrown.code === "commander.help") return EXIT_USAGE;
    error(thrown.message.replace(/^error: /, ""));
    return EXIT_USAGE;
  }
  if (thrown instanceof TandemError) {
    error(thrown.message);
    return EXIT_USAGE;
  }
  if (thrown instanceof FailedCells) {
    error(thrown.message);
    return EXIT_FAILED;
  }
  const bug = thrown instanceof Error ? thrown : new Error(String(thrown));
  error(`internal error: ${bug.message}. Please report it; TANDEM_DEBUG=1 shows the stack.`);
  if (process.env.TANDEM_DEBUG) process.stderr.write(`${bug.stack}\n`);
  return EXIT_BUG;
}

/** The command that these arguments call, or ask help on. */
function called(args: readonly string[]): string | undefined {
  const [first, second] = args.filter((arg) => !arg.startsWith("-"));
  return first === "help" ? second : first;
}

/** All commands, of which only the one of this name is loaded. */
async function program(wanted: string | undefined): Promise<Command> {
  const tandem = new Command("tandem")
    .description("Simulate LLM serving on GPU + PIM, with attention offload and sub-batch interleaving")
    .version(version)
    // A flag behind a subcommand is the subcommand's: `sweep` and `sweep merge` have --out both.
    .enablePositionalOptions();
  for (const { name, synopsis, description, load } of commands) {
    const command = new Command(name).description(description);
    if (name === wanted) (await load())(command);
    else if (synopsis) command.arguments(synopsis);
    tandem.addCommand(command);
  }
  return tandem;
}

/** Runs the command that these arguments name; the exit code. */
export async function tandem(args: readonly string[]): Promise<number> {
  try {
    await quiet(await program(called(args))).parseAsync(args, { from: "user" });
    return 0;
  } catch (thrown) {
    return fail(thrown);
  }
}
