import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { findDataset, readRecordedRun } from "./recorded-folder.js";

let root = "";
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "tandem-recorded-"));
  mkdirSync(join(root, "vllm/run"), { recursive: true });
  mkdirSync(join(root, "workloads"));
});
afterEach(() => rmSync(root, { recursive: true }));

describe("the dataset of a recorded run", () => {
  const run = () => ({
    dir: join(root, "vllm/run"),
    meta: { engine_kwargs: {}, dataset_path: "/elsewhere/chat.jsonl" },
    requests: [],
    load: null,
  });

  it("is found two folders up, beside the recording, or as workload.jsonl there, the nearest first", () => {
    expect(findDataset(run(), undefined)).toBeNull();
    for (const place of ["workloads/chat.jsonl", "vllm/run/chat.jsonl", "vllm/run/workload.jsonl"]) {
      writeFileSync(join(root, place), "");
      expect(findDataset(run(), undefined)).toBe(join(root, place));
    }
  });
});

it("a recorded run that is not there is an error that says what was expected", () => {
  expect(() => readRecordedRun(join(root, "none"))).toThrow(/no such folder .*requests\.jsonl/);
});
