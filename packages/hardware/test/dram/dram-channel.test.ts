import type { PimDevice } from "@tandem-sim/schemas";
import { findPimFile, readPimDevice } from "@tandem-sim/schemas/node";
import { beforeEach, describe, expect, it } from "vitest";
import { DramChannel, rules } from "./dram-channel.js";

/** CL 22, tRCD 22, tRP 22, tRAS 52, tRRD 9/11, tFAW 48, tCCD 4/8, tRTP 12, tWR 24, CWL 16, tRFC 560, BL/2 4. */
const ddr4: PimDevice = readPimDevice(findPimFile("DDR4_8GB_3200_pim"));
const RESULT_CYCLES = 19;

describe("each rule of the data sheet, worked by hand for DDR4-3200", () => {
  let channel: DramChannel;
  const activate = (bank: number, row = 0) => channel.issue({ kind: "ACT", bank, row });
  const openAll = () => channel.banks.map((_, bank) => activate(bank));
  beforeEach(() => {
    channel = new DramChannel(ddr4, 2, RESULT_CYCLES);
  });

  it("tRRD_L in a bank group, tFAW for the fifth, tRRD_S into the next group, one command a clock to the other rank", () => {
    expect([0, 1, 2, 3, 4].map((bank) => activate(bank))).toEqual([0, 11, 22, 33, 48]);
    expect(activate(8)).toBe(49);
    expect(activate(12)).toBe(58);
  });

  it("tRCD from the last activation of all banks to the first COMP, then one a column slot", () => {
    openAll();
    const last = Math.max(...channel.banks.map((bank) => bank.activatedAt));
    expect(channel.issue({ kind: "COMP" })).toBe(last + 22);
    expect(channel.issue({ kind: "COMP" })).toBe(last + 26);
  });

  it("a result burst holds the controller for CL, the burst and the host's time", () => {
    openAll();
    const comp = channel.issue({ kind: "COMP" });
    expect(channel.issue({ kind: "READRES" })).toBe(comp + 4);
    expect(channel.issue({ kind: "COMP" })).toBe(comp + 4 + 22 + 4 + RESULT_CYCLES);
  });

  it("tRAS, then tRTP behind a later column read, hold a precharge; tRP holds the next activation", () => {
    activate(0);
    expect(channel.earliest({ kind: "PRE", bank: 0 })).toBe(52);
    expect(channel.issue({ kind: "GWRITE", bank: 0, group: 0 }, 60)).toBe(60);
    expect(channel.issue({ kind: "PRE", bank: 0 })).toBe(72);
    expect(activate(0)).toBe(94);
  });

  it("write recovery: CWL, burst and tWR between a write and the precharge", () => {
    activate(0);
    expect(channel.issue({ kind: "WR", bank: 0 })).toBe(22);
    expect(channel.issue({ kind: "PRE", bank: 0 })).toBe(22 + 16 + 4 + 24);
  });

  it("tCCD_L between columns of one bank group, tCCD_S into another", () => {
    activate(0);
    expect([0, 1, 1, 0].map((group) => channel.issue({ kind: "GWRITE", bank: 0, group }))).toEqual([22, 26, 34, 38]);
  });

  it("a refresh waits for tRP behind the rank's last precharge, and holds that rank, not the other, for tRFC", () => {
    activate(0);
    const precharged = channel.issue({ kind: "PRE", bank: 0 });
    const refreshed = channel.issue({ kind: "REF", rank: 0 });
    expect(refreshed).toBe(precharged + 22);
    expect(channel.earliest({ kind: "ACT", bank: 0, row: 0 })).toBe(refreshed + 560);
    expect(channel.earliest({ kind: "ACT", bank: 8, row: 0 })).toBe(refreshed + 1);
  });

  it("LPDDR spaces precharges by tPPD, DDR4 by a clock", () => {
    const low = new DramChannel(readPimDevice(findPimFile("LPDDR5_2GB_6400_pim")), 1, RESULT_CYCLES);
    for (const dram of [channel, low]) for (const bank of [0, 1]) dram.issue({ kind: "ACT", bank, row: 0 });
    for (const [dram, gap] of [
      [channel, 1],
      [low, 2],
    ] as const) {
      const first = dram.issue({ kind: "PRE", bank: 0 }, 1000);
      expect(dram.issue({ kind: "PRE", bank: 1 })).toBe(first + gap);
    }
  });

  it("refuses a command that is early, naming the rule, or that finds its bank in the wrong state", () => {
    activate(0);
    expect(() => channel.issue({ kind: "PRE", bank: 0 }, 51)).toThrow("tRAS");
    expect(() => channel.issue({ kind: "ACT", bank: 1, row: 0 }, 10)).toThrow("tRRD_L");
    expect(() => activate(0)).toThrow("bank 0 is not closed");
    expect(() => channel.issue({ kind: "WR", bank: 1 })).toThrow("bank 1 is not open");
    expect(() => channel.issue({ kind: "COMP" })).toThrow("one row open");
    expect(() => channel.issue({ kind: "REF", rank: 0 })).toThrow("open bank");
  });

  it("has a rule for each of the data sheet's figures", () => {
    const names = rules.map(({ name }) => name).join();
    for (const figure of [
      "tRCD",
      "tRP",
      "tRAS",
      "tFAW",
      "tRRD_S",
      "tRRD_L",
      "tCCD_S",
      "tCCD_L",
      "tRTP",
      "tWR",
      "tRFC",
      "tPPD",
    ]) {
      expect(names).toContain(figure);
    }
  });
});
