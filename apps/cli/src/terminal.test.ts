import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

let stderr: string;
const { isTTY, columns } = process.stderr;

// What stands on the terminal is the module's, which test files of one worker share: none is to find another's line there.
beforeEach(() => vi.resetModules());
afterEach(() => vi.resetModules());

beforeEach(() => {
  stderr = "";
  vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    stderr += text;
    return true;
  });
});

afterEach(() => {
  vi.restoreAllMocks();
  Object.assign(process.stderr, { isTTY, columns });
});

/** Twenty-five throughput lines and the progress after them, as a fresh process writes them. */
async function writtenTo(terminal: boolean): Promise<string[]> {
  Object.assign(process.stderr, { isTTY: terminal, columns: 60 });
  const { status, throughput } = await import("./terminal.js");
  for (let step = 1; step <= 25; step++) throughput(`step=${step} decode_t=1.2k tok/s npu_mem=63.4 GB gpu_busy=82%`);
  status("simulating: 7 of 10 requests");
  await new Promise(setImmediate);
  return stderr.split("\n");
}

describe("a message", () => {
  const said = async (text: string): Promise<string> => {
    const { error } = await import("./terminal.js");
    error(text);
    return stderr;
  };

  it("that quotes a file gives the terminal no commands", async () => {
    expect(await said('a.json: found "\u001b[2J\u202e\ud800"\n(no)')).toBe(
      '[ERROR] a.json: found "\\u{1b}[2J\\u{202e}\\u{d800}" (no)\n',
    );
  });

  it("shows a value of megabytes by its ends", async () => {
    expect(await said(`a.json: found "${"x".repeat(1e6)}" (a number)`)).toMatch(
      /^\[ERROR\] a\.json: found "x{99}\.\.\.x{49}" \(a number\)\n$/,
    );
  });
});

describe("throughput lines", () => {
  it("all stand in a pipe, and nothing else does", async () => {
    const lines = await writtenTo(false);
    expect(lines).toHaveLength(26);
    expect(lines[24]).toContain("step=25 ");
    expect(lines[25]).toBe("");
  });

  it("in a pipe are written together, and before whatever comes next", async () => {
    Object.assign(process.stderr, { isTTY: false });
    const { throughput, warn } = await import("./terminal.js");
    throughput("step=1");
    throughput("step=2");
    expect(stderr).toBe("");
    warn("later");
    expect(stderr).toBe("[INFO] step=1\n[INFO] step=2\n[WARNING] later\n");
  });

  it("on a terminal stop after twenty; the latest stands beside the progress, on one row", async () => {
    const lines = await writtenTo(true);
    expect(lines).toHaveLength(22);
    expect(lines[19]).toContain("step=20 ");
    expect(lines[20]).toContain("--log-interval");
    expect(lines[21]).toContain("simulating: 7 of 10 requests  step=25");
    expect(lines[21]?.replace(/^\W+\[2m|\W+\[22m$/g, "").length).toBeLessThanOrEqual(60);
  });
});
