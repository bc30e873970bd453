import { parseWorkload } from "@tandem-sim/workload";
import { describe, expect, it } from "vitest";
import type { RecordedRequest, RecordedRun } from "./recorded-run.js";
import { type RecordedDataset, type ReplayOptions, replayedWorkload } from "./replayed-workload.js";

/** Two blocks of ids for the prompt, and ids of the answer. */
const request = (arrivalS: number, first: number, answer = 4) => ({
  input_toks: 4,
  output_toks: answer,
  arrival_time_ns: arrivalS * 1e9,
  input_tok_ids: [first, 2, 3, 4],
  output_tok_ids: Array.from({ length: answer }, (_, i) => first * 10 + i),
});

const datasetOf = (...requests: readonly unknown[]): RecordedDataset => ({
  file: "d.jsonl",
  hash: () => "1".repeat(64),
  chunks: [parseWorkload(requests.map((line) => JSON.stringify(line)).join("\n"), "d.jsonl")],
});

const recorded = (index: number, arrivalS: number | null, part: Partial<RecordedRequest> = {}): RecordedRequest => ({
  request_id: `bench-${index}`,
  index,
  input_toks: 4,
  output_toks: 4,
  arrival_time: arrivalS,
  queued_ts: 500 + (arrivalS ?? index),
  first_token_ts: 600,
  last_token_ts: 700,
  ...part,
});

const runOf = (requests: RecordedRequest[], meta: Partial<RecordedRun["meta"]> = {}): RecordedRun => ({
  dir: "vllm/run",
  meta: { engine_kwargs: {}, ...meta },
  requests,
  load: null,
});

describe("the dataset of a recorded run", () => {
  it("that is no longer the recorded file is warned of", async () => {
    const warnings = async (dataset_hash: string) =>
      (await replayedWorkload(runOf([recorded(0, 7)], { dataset_hash }), { dataset: datasetOf(request(0, 1)) }))
        .warnings;
    expect(await warnings("0".repeat(64))).toEqual([expect.stringContaining("SHA-256 differs")]);
    expect(await warnings("1".repeat(64))).toEqual([]);
  });

  it("that has too few requests is refused", async () => {
    const dataset = datasetOf(request(0, 1));
    await expect(replayedWorkload(runOf([recorded(0, 1), recorded(1, 2)]), { dataset })).rejects.toThrow(
      "has 1 requests, the recorded run has one of number 1",
    );
  });

  it("is matched by number in the file, whatever the order of arrival", async () => {
    const dataset = datasetOf(request(2, 1), request(1, 2));
    const workload = await replayedWorkload(runOf([recorded(0, 52), recorded(1, 51)]), { dataset });
    expect(workload.recorded.map(({ index }) => index)).toEqual([1, 0]);
    expect([...workload.chunk.arrivalNs]).toEqual([1e9, 2e9]);
    expect(workload.chunk.tokenIds?.[0]).toBe(2);
  });
});

describe("lengths", () => {
  it("are the recorded ones; ids are kept as far as they are known", async () => {
    const dataset = datasetOf(request(0, 1), request(1, 2), request(2, 3), request(3, 4));
    const { chunk, notes } = await replayedWorkload(
      runOf([
        recorded(0, 10),
        recorded(1, 11, { output_toks: 3 }),
        recorded(2, 12, { output_toks: 6 }),
        recorded(3, 13, { input_toks: 5 }),
      ]),
      { dataset },
    );
    expect([...chunk.inputTokens]).toEqual([4, 4, 4, 5]);
    expect([...chunk.outputTokens]).toEqual([4, 3, 6, 4]);
    // Prompt and answer, prompt and the answer's beginning, the prompt alone, nothing.
    expect([...(chunk.tokenOffsets ?? [])]).toEqual([0, 8, 15, 19, 19]);
    expect(notes.join("\n")).toContain("3 of 4 requests were recorded with other lengths");
    expect(notes.join("\n")).toContain("1 of 4 requests have no token ids");
  });

  it("come from the recording alone where there is no dataset, and it is said that prefix hits are lost", async () => {
    const { chunk, dataset, notes } = await replayedWorkload(runOf([recorded(0, 10), recorded(1, 10.25)]), {
      dataset: null,
    });
    expect(dataset).toBeNull();
    expect([...chunk.arrivalNs]).toEqual([0, 0.25e9]);
    expect(chunk.tokenIds).toBeNull();
    expect(notes).toEqual(["2 of 2 requests have no token ids: their prefix hits cannot be replayed."]);
  });
});

describe("arrivals", () => {
  const replay = (late: (number | null)[], asked: Partial<ReplayOptions> = {}) =>
    replayedWorkload(runOf(late.map((s, i) => recorded(i, s === null ? null : 1e9 + i + s))), {
      dataset: datasetOf(request(0, 1), request(1, 2), request(2, 3)),
      ...asked,
    });

  it("are the dataset's where the client kept them", async () => {
    const { arrivals, chunk } = await replay([0.05, 0, 0.01]);
    expect(arrivals).toBe("planned");
    expect([...chunk.arrivalNs]).toEqual([0, 1e9, 2e9]);
  });

  it("are the client's where it did not", async () => {
    const { arrivals, chunk } = await replay([0, 0, 0.5]);
    expect(arrivals).toBe("recorded");
    expect([...chunk.arrivalNs]).toEqual([0, 1e9, 2.5e9]);
  });

  it("are the dataset's where the client left no stamps", async () => {
    expect((await replay([null, null, null])).arrivals).toBe("planned");
  });

  it("are those that are asked for", async () => {
    expect((await replay([0, 0, 0], { arrivals: "recorded" })).arrivals).toBe("recorded");
    expect((await replay([0, 0, 5], { arrivals: "planned" })).arrivals).toBe("planned");
    await expect(replayedWorkload(runOf([recorded(0, 1)]), { dataset: null, arrivals: "planned" })).rejects.toThrow(
      "--arrivals planned",
    );
  });
});
