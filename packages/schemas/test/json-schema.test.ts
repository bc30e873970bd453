import { fileURLToPath } from "node:url";
import { configsUrl } from "@tandem-sim/configs";
import { describe, expect, test } from "vitest";
import { type JsonSchemaName, jsonSchemas, toJsonSchema } from "../src/index.js";
import { fieldPage } from "./field-table.js";

const names = Object.keys(jsonSchemas) as JsonSchemaName[];

describe("published JSON Schemas", () => {
  test.each(names)("configs/schema/%s.schema.json is up to date (vitest -u writes it)", async (name) => {
    const file = fileURLToPath(new URL(`schema/${name}.schema.json`, configsUrl));
    await expect(`${JSON.stringify(toJsonSchema(name), null, 2)}\n`).toMatchFileSnapshot(file);
  });

  test.each(names)("docs/reference/%s.md is up to date (vitest -u writes it)", async (name) => {
    const file = fileURLToPath(new URL(`../../../docs/reference/${name}.md`, import.meta.url));
    await expect(fieldPage(name, toJsonSchema(name))).toMatchFileSnapshot(file);
  });

  test.each(names)("%s describes an object of draft 2020-12", (name) => {
    expect(toJsonSchema(name)).toMatchObject({
      $schema: "https://json-schema.org/draft/2020-12/schema",
      title: expect.any(String),
      type: "object",
    });
  });

  test("a field with a default may be left out of an input", () => {
    expect(toJsonSchema("model").required).not.toContain("tie_word_embeddings");
  });
});
