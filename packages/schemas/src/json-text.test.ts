import { expect, test } from "vitest";
import { parseJson } from "./json-text.js";

const nested = (depth: number): string => "[".repeat(depth) + "]".repeat(depth);

test("JSON of a hundred lists inside each other is read, of one more is refused", () => {
  expect(JSON.stringify(parseJson(nested(100), "a.json"))).toBe(nested(100));
  expect(() => parseJson(`{\n"a":${nested(100)}}`, "a.json")).toThrow(/^a\.json:2: more than 100 lists and objects/);
});

test("brackets in a text nest nothing", () => {
  const text = `${"[".repeat(500)}\\"${"{".repeat(500)}`;
  expect(parseJson(JSON.stringify(text), "a.json")).toBe(text);
});
