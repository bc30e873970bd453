/**
 * @module
 * Flags made from the serving options' schema: declared once, there, for flags, help, validation and cluster configs.
 */
import { InstanceOptions, plainMessage, snakeCase, TandemError } from "@tandem-sim/schemas";
import { type Command, Option } from "commander";
import * as z from "zod";

/** `maxNumSeqs` -> `max-num-seqs`. */
export const kebabCase = (name: string): string => snakeCase(name).replaceAll("_", "-");

/** Strips default and optional wrappers. */
function core(schema: z.ZodType): z.ZodType {
  return schema instanceof z.ZodDefault || schema instanceof z.ZodOptional
    ? core(schema.unwrap() as z.ZodType)
    : schema;
}

const isNumber = (schema: z.ZodType): boolean => schema instanceof z.ZodNumber;

function optionFor(name: string, schema: z.ZodType): Option[] {
  const flag = kebabCase(name);
  const inner = core(schema);
  const text = schema.description ?? inner.description ?? "";
  const fallback = schema.safeParse(undefined).data;
  if (inner instanceof z.ZodBoolean) {
    if (!fallback) return [new Option(`--${flag}`, text)];
    return [new Option(`--${flag}`, `${text} (default)`), new Option(`--no-${flag}`, "Turn that off")];
  }
  if (inner instanceof z.ZodEnum) {
    const option = new Option(`--${flag} <name>`, text).choices(inner.options as string[]);
    return [fallback === undefined ? option : option.default(fallback)];
  }
  const option = new Option(`--${flag} <n>`, text).argParser((value) => {
    const parsed = inner.safeParse(isNumber(inner) && value.trim() !== "" ? Number(value) : value);
    if (parsed.success) return parsed.data;
    throw new TandemError(
      "E_USAGE",
      `${plainMessage(parsed.error.issues[0]?.message ?? "not valid")}, found "${value}"`,
      { where: `--${flag}` },
    );
  });
  return [fallback === undefined ? option : option.default(fallback)];
}

/** Adds a flag for every serving option. */
export function addInstanceFlags(command: Command): Command {
  for (const [name, schema] of Object.entries(InstanceOptions.shape)) {
    for (const option of optionFor(name, schema as z.ZodType)) command.addOption(option);
  }
  return command;
}
