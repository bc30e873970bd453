import { appendFileSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { requestsOf } from "../request-chunk.js";
import { rescaleWorkload, type Workload } from "../workload.js";
import { openWorkload } from "./index.js";

const folder = mkdtempSync(join(tmpdir(), "tandem-open-"));
afterAll(() => rmSync(folder, { recursive: true }));

const request = (arrivalNs: number) => `{"input_toks":2,"output_toks":3,"arrival_time_ns":${arrivalNs}}\n`;

function fileWith(arrivals: readonly number[]): string {
  const path = join(folder, "requests.jsonl");
  writeFileSync(path, arrivals.map(request).join(""));
  return path;
}

async function arrivalsOf(workload: Workload): Promise<number[]> {
  const times: number[] = [];
  for await (const chunk of workload.chunks()) for (const { arrivalNs } of requestsOf(chunk)) times.push(arrivalNs);
  return times;
}

const held = {};
/** Nothing is held: what is wanted again is read again. */
const streamed = { heldBytes: 0, chunkSize: 2 };

describe("opening a workload", () => {
  it.each([
    ["held", held],
    ["read again", streamed],
  ])("gives totals and requests as often as asked: %s", async (_, options) => {
    const workload = await openWorkload(fileWith([4, 4, 6, 9, 9]), options);
    expect(workload).toMatchObject({ requests: 5, outputTokens: 15, firstNs: 4, lastNs: 9 });
    expect(await arrivalsOf(workload)).toEqual([4, 4, 6, 9, 9]);
    expect(await arrivalsOf(workload)).toEqual([4, 4, 6, 9, 9]);
    const rescaled = rescaleWorkload(workload, 1e9);
    expect(rescaled.lastNs).toBe(8);
    expect(await arrivalsOf(rescaled)).toEqual([4, 4, 6, 8, 8]);
  });

  it("sorts what is not in order of arrival, however late that shows", async () => {
    const workload = await openWorkload(fileWith([1, 2, 3, 4, 5, 0]), streamed);
    expect(await arrivalsOf(workload)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(workload.firstNs).toBe(0);
  });

  it("refuses a mistake anywhere in the file, and reads no further than the limit", async () => {
    const path = fileWith([1, 2, 3]);
    appendFileSync(path, "{}");
    await expect(openWorkload(path, streamed)).rejects.toThrow(`${path}:4: $.input_toks: missing`);
    expect((await openWorkload(path, { ...streamed, limit: 3 })).requests).toBe(3);
  });

  it("wants nothing that was appended since, and misses what was taken away", async () => {
    const path = fileWith([1, 2, 3]);
    const workload = await openWorkload(path, streamed);
    appendFileSync(path, request(7));
    expect(await arrivalsOf(workload)).toEqual([1, 2, 3]);
    truncateSync(path, request(1).length);
    await expect(arrivalsOf(workload)).rejects.toThrow("holds 2 requests less than when it was first read");
  });
});
