import { describe, expect, test } from "vitest";
import { placed, TandemError } from "./errors.js";

test("a place that is a name of blanks is quoted", () => {
  expect(new TandemError("E_NOT_FOUND", "no such file", { where: " " }).message).toBe('" ": no such file');
});

describe("an error of what knows no files", () => {
  const lacks = (where?: string) => () => {
    throw new TandemError("E_SCHEMA", "no such layer", { hint: "a layer", ...(where && { where }) });
  };

  test("gets the place of who called it", () => {
    expect(() => placed("profile", lacks())).toThrow(/^profile: no such layer \(a layer\)$/);
  });

  test("keeps a place of its own", () => {
    expect(() => placed("profile", lacks("dense.csv"))).toThrow(/^dense\.csv: no such layer/);
  });
});
