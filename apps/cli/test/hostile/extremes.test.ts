/**
 * @module
 * Input and output that could take a process down: without end, packed to fill the memory, nested past the stack, on a full disk.
 */
import { spawnSync } from "node:child_process";
import { openSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { command, tandem, temporaryFolder } from "../tandem.js";

const folder = temporaryFolder();
const nested = "[".repeat(1e6);

describe.each([
  ["a line of 17 MB", "long.jsonl", () => "9".repeat(17e6), /long\.jsonl:1: a line of more than 16777216 characters/],
  [
    "a gzip bomb of one line",
    "bomb.jsonl.gz",
    () => gzipSync("0".repeat(5e7)),
    /bomb\.jsonl\.gz:1: a line of more than/,
  ],
  ["one of blank lines", "blank.jsonl.gz", () => gzipSync("\n".repeat(2e6)), /:1000001: more than 1000000 blank lines/],
])("a workload that is %s", (_what, name, content, message) => {
  test("is refused by its line", async () => {
    writeFileSync(join(folder, name), content());
    const { code, stderr } = await tandem(["workload", "describe", join(folder, name)]);
    expect([code, stderr.trim().split("\n").length]).toEqual([2, 1]);
    expect(stderr).toMatch(message);
  });
});

test.each([
  ["a config", "--cluster-config", "deep.json", nested],
  ["a config that closes again", "--cluster-config", "closed.json", nested + "]".repeat(1e6)],
  ["a model", "--model", "model.json", `{"model_type":${nested}`],
])("%s of a million lists inside each other is refused by its line", async (_what, flag, name, text) => {
  writeFileSync(join(folder, name), text);
  const { code, stderr } = await tandem(["run", flag, join(folder, name)]);
  expect(stderr).toMatch(/^\[ERROR\] \S+\.json:1: more than 100 lists and objects inside each other\n$/);
  expect(code).toBe(2);
});

describe.skipIf(process.platform === "win32")("where there are devices and symlinks", () => {
  test("a config without end is refused before it fills the memory", async () => {
    const { code, stderr } = await tandem(["run", "--pim", "/dev/zero"]);
    expect(stderr).toMatch(/^\[ERROR\] \/dev\/zero: holds more than 256 MiB\n$/);
    expect(code).toBe(2);
  });

  test("a symlink to itself is no output, and no input", async () => {
    const loop = join(folder, "loop");
    symlinkSync(loop, loop);
    for (const flag of ["--output", "--trace-dir"]) {
      const { code, stderr } = await tandem(["run", "--num-reqs", "1", flag, loop]);
      expect([code, stderr]).toEqual([2, `[ERROR] ${loop}: cannot be written: ELOOP\n`]);
    }
  });
});

describe.skipIf(process.platform !== "linux")("on a full disk", () => {
  test("no other output of the run appears", async () => {
    const out = temporaryFolder();
    const outputs = ["--output", join(out, "r.csv"), "--trace-dir", join(out, "traces"), "--timeline", "/dev/full"];
    const { code, stderr } = await tandem(["run", "--num-reqs", "1", "--trace-limit", "1", ...outputs]);
    expect(stderr).toMatch(/\[ERROR\] \/dev\/full: cannot be written: ENOSPC\n$/);
    expect(code).toBe(2);
    expect(readdirSync(out)).toEqual([]);
  });

  test("a result for stdout says so", () => {
    const stdio = ["ignore", openSync("/dev/full", "w"), "pipe"] as const;
    const { status, stderr } = spawnSync(process.execPath, [command, "schema", "cluster"], { stdio: [...stdio] });
    expect(String(stderr)).toBe("[ERROR] stdout: cannot be written: ENOSPC\n");
    expect(status).toBe(2);
  });
});
