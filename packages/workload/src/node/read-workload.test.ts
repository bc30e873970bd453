import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { generateWorkload } from "../generate.js";
import { countRequests } from "../request-chunk.js";
import { loadWorkload, readWorkload, writeWorkload } from "./index.js";

const folder = mkdtempSync(join(tmpdir(), "tandem-workload-"));
afterAll(() => rmSync(folder, { recursive: true }));

function fileWith(text: string | Uint8Array, name = "requests.jsonl"): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

async function read(path: string, options = {}) {
  const chunks = [];
  for await (const chunk of readWorkload(path, options)) chunks.push(chunk);
  return chunks;
}

const request = (arrivalNs: number) => `{"input_toks":2,"output_toks":1,"arrival_time_ns":${arrivalNs}}`;

describe("reading a file", () => {
  it("gives back what was written, over many blocks of the file and chunks of requests", async () => {
    const written = [
      ...generateWorkload({
        requests: 3000,
        seed: 1,
        arrivals: { process: "poisson", requestsPerSecond: 10 },
        inputTokens: { kind: "lognormal", mean: 100, sigma: 1 },
        outputTokens: { kind: "fixed", tokens: 3 },
        tokenIds: true,
      }),
    ];
    const text = [...writeWorkload(written)].join("");
    expect(text.length).toBeGreaterThan(1e6);
    const chunks = await read(fileWith(text), { chunkSize: 1000 });
    expect(chunks.map((chunk) => chunk.count)).toEqual([1000, 1000, 1000]);
    expect([...writeWorkload(chunks)].join("")).toBe(text);
  });

  it("survives a line longer than its buffer, and a character across two of them", async () => {
    const long = (length: number) => `{${" ".repeat(length)}${request(7).slice(1)}`;
    const text = `\ufeff${long(300_000)}\r\n\n${long(1)}\n${long(500_001)}`;
    const chunks = await read(fileWith(Buffer.from(text)));
    expect(chunks.flatMap(({ arrivalNs }) => [...arrivalNs])).toEqual([7, 7, 7]);
    const field = "é".repeat(300_001);
    await expect(read(fileWith(`${request(7)}\n{"${field}":1}`))).rejects.toThrow(`:2: $: unknown field "${field}"`);
  });

  it("unpacks gzip, by its first bytes, in one piece or several", async () => {
    const lines = [1, 2, 3].map((ns) => `${request(ns)}\n`);
    const arrivals = async (bytes: Uint8Array, name: string) =>
      (await read(fileWith(bytes, name))).flatMap(({ arrivalNs }) => [...arrivalNs]);
    expect(await arrivals(gzipSync(lines.join("")), "packed.jsonl")).toEqual([1, 2, 3]);
    expect(await arrivals(Buffer.concat(lines.map((line) => gzipSync(line))), "packed.jsonl.gz")).toEqual([1, 2, 3]);
    const csv = "TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:17:03.5,7,3\n";
    expect(await arrivals(gzipSync(csv), "packed.csv.gz")).toEqual([0]);
  });

  it("says where gzip is cut off or damaged", async () => {
    const packed = gzipSync(`${request(1)}\n`.repeat(20_000));
    await expect(read(fileWith(packed.subarray(0, -9), "cut.gz"))).rejects.toThrow(
      /cut\.gz:\d+: the gzip file ends in the middle/,
    );
    await expect(read(fileWith(packed.fill(255, 20, 40), "bad.gz"))).rejects.toThrow("bad.gz:1: damaged gzip data");
  });

  it("gives up on a line without end before it fills the memory", async () => {
    const bomb = gzipSync(Buffer.concat([Buffer.from(`${request(1)}\n`), Buffer.alloc(20_000_000, "1")]));
    expect(bomb.length).toBeLessThan(25_000);
    await expect(read(fileWith(bomb, "bomb.gz"))).rejects.toThrow("bomb.gz:2: a line of more than 16777216 characters");
  });

  it("stops at the limit, before a bad line", async () => {
    const path = fileWith(`${request(0)}\n${request(1)}\nnot JSON\n`);
    expect(countRequests(await read(path, { limit: 2 }))).toBe(2);
    await expect(read(path)).rejects.toThrow(`${path}:3: not valid JSON`);
  });

  it("says which file is missing, a folder or empty", async () => {
    await expect(read(join(folder, "none.jsonl"))).rejects.toThrow("none.jsonl: cannot be read (ENOENT)");
    await expect(read(folder)).rejects.toThrow("is a folder, not a file");
    await expect(read(fileWith("\n"))).rejects.toThrow("no requests in this file");
  });

  it("ends a chunk early where prompts are long", async () => {
    const ids = `[${"1,".repeat(999_999)}1]`;
    const line = `{"input_toks":1000000,"output_toks":1,"arrival_time_ns":0,"input_tok_ids":${ids}}\n`;
    const chunks = await read(fileWith(line.repeat(6)));
    expect(chunks.map((chunk) => chunk.count)).toEqual([5, 1]);
  });
});

describe("loading a file", () => {
  it("gives all requests in order of arrival", async () => {
    const chunks = await loadWorkload(fileWith([5, 3, 9, 1].map(request).join("\n")), { chunkSize: 3 });
    expect(chunks.flatMap((chunk) => [...chunk.arrivalNs])).toEqual([1, 3, 5, 9]);
  });
});
