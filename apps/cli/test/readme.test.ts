import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { describe, expect, test } from "vitest";
import { repository, tandem } from "./tandem.js";

/** Lines of ```sh blocks that call tandem, continuations joined. */
function commandsIn(file: string): string[] {
  const text = readFileSync(join(repository, file), "utf8");
  return [...text.matchAll(/```sh\n([\s\S]*?)```/g)]
    .flatMap(([, block]) => (block as string).replaceAll("\\\n", " ").split("\n"))
    .map((line) => line.trim())
    .filter((line) => line.startsWith("npx tandem "));
}

const documents = [
  "README.md",
  "apps/cli/README.md",
  ...readdirSync(join(repository, "docs"))
    .filter((file) => file.endsWith(".md"))
    .map((file) => `docs/${file}`),
];

/** What a document shows below a block with one command: the command, and the block's lines. */
function outputsIn(file: string): (readonly [command: string, lines: string[]])[] {
  const text = readFileSync(join(repository, file), "utf8");
  return [...text.matchAll(/```sh\n(npx tandem .*)\n```\n\n```\n([\s\S]*?)```/g)].map(
    ([, command = "", block = ""]) => [command, block.split("\n").filter((line) => line !== "")] as const,
  );
}

const shown = documents.flatMap((document) =>
  outputsIn(document).map(([command, lines]) => [document, command, lines] as const),
);

/** Commands that no block shows the output of, each once. */
const others = new Map(
  documents.flatMap((document) =>
    commandsIn(document).flatMap((command) =>
      shown.some(([, one]) => one === command) ? [] : [[command, document] as const],
    ),
  ),
);

// A sweep goes on where it was, and may refuse what an earlier version has left.
rmSync(join(repository, "outputs/sweep"), { recursive: true, force: true });

test("the front page shows what its first comparison prints", () => {
  expect(shown.map(([document]) => document)).toContain("README.md");
});

test.each(shown)("%s shows what this prints: %s", async (_document, command, lines) => {
  const { stdout, code } = await tandem(command.slice("npx tandem ".length).split(/\s+/));
  expect(code).toBe(0);
  // In CI the head is bold.
  const printed = stripVTControlCharacters(stdout)
    .split("\n")
    .map((line) => line.trimEnd());
  for (const line of lines) expect(printed).toContain(line);
});

describe("the documentation's commands run", () => {
  test.each([...others])("%s in %s", async (command) => {
    const args = command.slice("npx tandem ".length).split(/\s+/);
    const { code, stderr } = await tandem(args);
    expect(stderr).not.toContain("[ERROR]");
    expect(code).toBe(0);
  });
});
