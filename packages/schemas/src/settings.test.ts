import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseSetting, withSettings } from "./settings.js";

const config = { nodes: [{ cpu_mem: { mem_size: 512 } }], link_bw: 16 };
const set = (...texts: string[]): unknown => withSettings(config, texts.map(parseSetting));

describe("a setting", () => {
  test("changes one value, and leaves the config that it was given as it was", () => {
    expect(set("nodes.0.cpu_mem.mem_size=1024")).toEqual({ nodes: [{ cpu_mem: { mem_size: 1024 } }], link_bw: 16 });
    expect(config.nodes[0]?.cpu_mem.mem_size).toBe(512);
  });

  test("makes the objects on its way", () => {
    expect(set("nodes.0.cpu_mem.pim_link.bw=4")).toMatchObject({ nodes: [{ cpu_mem: { pim_link: { bw: 4 } } }] });
  });

  test.each([
    ["a=1", 1],
    ["a=true", true],
    ['a="1"', "1"],
    ["a=HBM2=x", "HBM2=x"],
    ["a=", ""],
    ["a=[1, 2]", [1, 2]],
  ])("%s has a JSON value, or a text", (text, value) => {
    expect(parseSetting(text).value).toEqual(value);
  });

  test("made later wins", () => {
    expect(set("link_bw=1", "link_bw=2")).toMatchObject({ link_bw: 2 });
  });

  test.each(["", "=1", "nodes", "nodes..x=1", ".=1"])('"%s" is none', (text) => {
    expect(() => parseSetting(text)).toThrow(/expected path=value/);
  });

  test.each(["nodes.1.cpu_mem.mem_size=1", "nodes.first.x=1", "nodes.length.x=1"])("%s has no place", (text) => {
    expect(() => set(text)).toThrow(/there is no "\w+" in a list of 1/);
  });

  test("never reaches what every object has", () => {
    for (const text of ["__proto__.x=1", "constructor.prototype.x=1", "nodes.0.__proto__.x=1"]) {
      set(text);
      expect(({} as { x?: number }).x).toBeUndefined();
    }
  });
});

test("any path of names ends in an object where the value is", () => {
  const names = fc.array(fc.stringMatching(/^[a-z_]{1,8}$/), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(names, fc.integer(), (path, value) => {
      let found = withSettings({}, [parseSetting(`${path.join(".")}=${value}`)]) as unknown;
      for (const name of path) found = (found as Record<string, unknown>)[name];
      expect(found).toBe(value);
    }),
  );
});
