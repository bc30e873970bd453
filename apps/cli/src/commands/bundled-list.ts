/**
 * @module
 * `list` of a command: what is bundled of its kind, by the names that its other commands take.
 */
import { type Part, titledTable } from "@tandem-sim/report";
import { draw } from "@tandem-sim/report/terminal";
import { Command } from "commander";
import { json, result } from "../terminal.js";

/** What is listed of one bundled item: a column each, the name first. */
export interface Listed {
  name: string;
  [fact: string]: string | number;
}

const titleOf = (fact: string): string => fact.replaceAll("_", " ");

const tableOf = (items: readonly Listed[]): Part =>
  titledTable(
    Object.keys(items[0] ?? {}).map(titleOf),
    items.map((item) => Object.values(item).map(String)),
  );

/**
 * The subcommand.
 *
 * @param what in its help, in the plural
 * @param items worked out when asked for, with the same facts in each
 * @param next what to do with a name
 */
export function listCommand(command: string, what: string, items: () => readonly Listed[], next: string): Command {
  return new Command("list")
    .description(`List the bundled ${what}`)
    .option("--json", "Print JSON")
    .addHelpText("after", `\nExample:\n  $ tandem ${command} list\n  $ ${next}`)
    .action((flags: { json?: true }) => {
      const listed = items();
      if (flags.json) json(listed);
      else result(draw([tableOf(listed), "", `For more of one: ${next}`]));
    });
}
