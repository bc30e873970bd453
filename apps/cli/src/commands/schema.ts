/**
 * @module
 * `tandem schema`: the JSON Schema of any input or output.
 */
import { jsonSchemas, suggestion, TandemError, toJsonSchema } from "@tandem-sim/schemas";
import { Command } from "commander";
import { json } from "../terminal.js";

/** The `schema` command. */
export function schemaCommand(): Command {
  const names = Object.keys(jsonSchemas);
  return new Command("schema")
    .description("Print the JSON Schema of an input or output")
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
