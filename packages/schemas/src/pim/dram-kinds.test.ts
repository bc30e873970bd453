import { expect, test } from "vitest";
import { dramKind, dramKinds } from "./dram-kinds.js";

test.each([
  ["DDR5", 2, "beat", false],
  ["HBM3", 2, "beat", false],
  ["lpddr5x", 2, "beat", true],
  ["GDDR5", 4, "burst", false],
  ["GDDR7", 8, "burst", false],
] as const)(
  "%s moves %i bits a clock, counts columns in %ss, spaces precharges: %s",
  (protocol, bits, column, spaces) => {
    expect(dramKind(protocol)).toEqual({ bitsPerClock: bits, column, spacesPrecharges: spaces });
  },
);

test("every protocol that DRAMsim3 knows is registered", () => {
  const known = ["DDR3", "DDR4", "GDDR5", "GDDR5X", "GDDR6", "LPDDR", "LPDDR3", "LPDDR4", "HBM", "HBM2", "HMC"];
  expect(known.filter((protocol) => !dramKinds.has(protocol))).toEqual([]);
});

test("a protocol that nobody registered is plain DDR", () => {
  expect(dramKind("MINE")).toBe(dramKind("DDR4"));
});
