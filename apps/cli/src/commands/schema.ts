/**
 * @module
 * `tandem schema`: the JSON Schema of any input or output.
 */
import { jsonSchemas, suggestion, TandemError, toJsonSchema } from "@tandem-sim/schemas";
import type { Command } from "commander";
import { json } from "../terminal.js";

/** Argument and action of `schema`. */
export function schemaCommand(command: Command): Command {
  const names = Object.keys(jsonSchemas);
  return command
    .argument("<name>", names.join(", "))
    .addHelpText("after", "\nExample:\n  $ tandem schema cluster > cluster.schema.json")
    .action((name: string) => {
      if (!Object.hasOwn(jsonSchemas, name)) {
        const meant = suggestion(name, names);
        throw new TandemError("E_USAGE", `no schema "${name}"`, {
          where: "tandem schema",
          hint: meant ? `did you mean "${meant}"?` : `known: ${names.join(", ")}`,
        });
      }
      json(toJsonSchema(name as keyof typeof jsonSchemas));
    });
}
