import { readdirSync, readFileSync } from "node:fs";
import { expect, test, vi } from "vitest";

const folder = new URL("../../../docs/examples/", import.meta.url);
const page = readFileSync(new URL("README.md", folder), "utf8");

/** What the page says that an example prints. */
function promised(name: string): string {
  const [, block] = page.split(`## [${name}](${name})`)[1]?.split("```\n") ?? [];
  return block ?? "";
}

const examples = readdirSync(folder).filter((name) => name.endsWith(".mjs"));

test("there is an example for each thing that one would want to do", () => {
  expect(examples.length).toBeGreaterThanOrEqual(7);
});

test.each(examples)("%s runs and prints what its page shows", async (name) => {
  const printed: string[] = [];
  const log = vi.spyOn(console, "log").mockImplementation((line: string) => void printed.push(`${line}\n`));
  try {
    await import(new URL(name, folder).href);
  } finally {
    log.mockRestore();
  }
  expect(printed.join("")).toBe(promised(name));
});
