import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeFolder } from "./output-folder.js";

test("a folder that the system refuses to make is an error with its place", () => {
  const path = join(mkdtempSync(join(tmpdir(), "tandem-")), "x".repeat(280));
  expect(() => makeFolder(path)).toThrow(/x: cannot be made: E[A-Z]+$/);
});
