import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { configsUrl, manifest } from "@tandem-sim/configs";
import { afterEach, beforeEach, describe, expect, it, test } from "vitest";
import { readGpuProfile, readProfileTables } from "../src/node/gpu-profile.js";
import { parsedProfile, parsedProfileText } from "../src/node/parsed-profile.js";

/** The folder of a bundled profile, and its degree. */
function placeOf(name: string): [dir: string, tp: number] {
  const [, variant, tp] = /^(.*)\/tp(\d+)$/.exec(name) ?? [];
  return [fileURLToPath(new URL(`gpu/${variant}`, configsUrl)), Number(tp)];
}

test.each(manifest.gpu)("the parsed form of %s is that of its tables (vitest -u writes it)", async (name) => {
  const [dir, tp] = placeOf(name);
  const text = parsedProfileText(dir, readProfileTables(dir, tp));
  await expect(text).toMatchFileSnapshot(join(dir, `tp${tp}`, "parsed.json"));
});

describe("the parsed form", () => {
  let dir = "";
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "tandem-profile-"));
    cpSync(placeOf(manifest.gpu[0] as string)[0], dir, { recursive: true });
    writeFileSync(join(dir, "tp1", "parsed.json"), parsedProfileText(dir, readProfileTables(dir, 1)));
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  it("is the profile that the tables give", () => {
    expect(parsedProfile(dir, 1)).toEqual(readProfileTables(dir, 1));
  });

  it("is not taken for other tables", () => {
    appendFileSync(join(dir, "tp1", "dense.csv"), "new_layer,1,8\n");
    expect(readGpuProfile(dir, 1).dense.new_layer).toEqual({ sizes: [1], timeUs: [8] });
  });

  it.each([
    ["changed by hand", (text: string) => text.replace(/"timeUs":\[[\d.]+/, '"timeUs":[1e9')],
    ["null", () => "null"],
    ["of another form", () => '{"sha256":"","profile":{}}'],
  ])("is not taken where it is %s", (_what, change) => {
    const file = join(dir, "tp1", "parsed.json");
    const text = readFileSync(file, "utf8");
    writeFileSync(file, change(text));
    expect(readFileSync(file, "utf8")).not.toBe(text);
    expect(readGpuProfile(dir, 1)).toEqual(readProfileTables(dir, 1));
  });

  it("is not taken beside a further table", () => {
    writeFileSync(join(dir, "tp1", "moe.csv"), "");
    expect(() => readGpuProfile(dir, 1)).toThrow("the profile has expert tables");
  });
});
