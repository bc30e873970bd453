/**
 * @module
 * Every command with its flags as one page, made from what the commands themselves declare.
 */
import { Command, type Option } from "commander";
import { commands } from "../src/commands.js";

/** A text as it stands: neither a border of the table nor markup. */
const cell = (text: string): string => text.replaceAll(/[|<]/g, "\\$&");

function defaultText({ defaultValue, defaultValueDescription }: Option): string {
  if (defaultValueDescription !== undefined) return defaultValueDescription;
  if (defaultValue === undefined || (Array.isArray(defaultValue) && defaultValue.length === 0)) return "";
  return `\`${String(defaultValue)}\``;
}

function row(option: Option): string {
  const choices = option.argChoices ? ` (${option.argChoices.join(", ")})` : "";
  return `| \`${option.flags.replaceAll("|", "\\|")}\` | ${cell(defaultText(option))} | ${cell(`${option.description}${choices}`)} |`;
}

const rowsOf = (command: Command): string[] => command.options.filter(({ hidden }) => !hidden).map(row);

/** @param shared rows that stand in a table of their own */
function section(command: Command, name: string, shared: ReadonlySet<string>): string[] {
  const own = rowsOf(command);
  const others = own.filter((one) => !shared.has(one));
  const usage = command.registeredArguments.map((argument) =>
    argument.required ? `<${argument.name()}>` : `[${argument.name()}]`,
  );
  const heading = ["\n##", `\`tandem ${[name, ...usage].join(" ")}\`\n`].join(" ");
  const table = others.length > 0 ? ["\n| flag | default | meaning |", "| --- | --- | --- |", ...others] : [];
  const [first = ""] = shared;
  const also = own.includes(first) ? ["\nAnd the flags of all simulations, above."] : [];
  const inside = command.commands.flatMap((child) => section(child, `${name} ${child.name()}`, shared));
  return [heading, command.description(), ...also, ...table, ...inside];
}

/** The page. */
export async function flagPage(): Promise<string> {
  const loaded = await Promise.all(
    commands.map(async ({ name, description, load }) => (await load())(new Command(name).description(description))),
  );
  const rows = loaded.map(rowsOf);
  const [run = [], compare = []] = ["run", "compare"].map(
    (name) => rows[commands.findIndex((one) => one.name === name)],
  );
  const shared = new Set(run.filter((one) => compare.includes(one)));
  return `${[
    "# Commands and flags\n",
    "`tandem <command> --help` says the same, with examples. Written by `npx vitest run apps/cli -u`.",
    "\n## Flags of all simulations\n",
    `Shared by \`run\`, \`compare\` and whatever else simulates. An instance of a cluster config may set the serving options among
them for itself, in snake_case: [cluster](cluster.md).\n`,
    "| flag | default | meaning |",
    "| --- | --- | --- |",
    ...shared,
    ...loaded.flatMap((command) => section(command, command.name(), shared)),
  ].join("\n")}\n`;
}
