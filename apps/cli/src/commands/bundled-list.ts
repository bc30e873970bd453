/**
 * @module
 * `list` of a command: what is bundled of its kind, by the names that its other commands take.
 */
import { Command } from "commander";
import { json, result } from "../terminal.js";

/** What is listed of one bundled item: a column each, the name first. */
export interface Listed {
  name: string;
  [fact: string]: string | number;
}

const titleOf = (fact: string): string => fact.replace(/gib$/, "GiB").replace(/gbps$/, "GB/s").replaceAll("_", " ");

/** Texts read better from the left, so this is no table of figures. */
function columns(items: readonly Listed[]): string {
  const head = Object.keys(items[0] ?? {}).map(titleOf);
  const rows = [head, ...items.map((item) => Object.values(item).map(String))];
  const widths = head.map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

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
      else result(`${columns(listed)}\n\nFor more of one: ${next}`);
    });
}
