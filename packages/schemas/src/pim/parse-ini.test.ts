import { describe, expect, test } from "vitest";
import { TandemError } from "../errors.js";
import { rankSizeMib, rowBytesPerDevice } from "./geometry.js";
import { parsePimIni } from "./parse-ini.js";

/** A DDR4-2666 device of our own, in DRAMsim3's plainest form. */
const plain = `[dram_structure]
protocol = DDR4
bankgroups = 4
banks_per_group = 4
rows = 65536
columns = 1024
device_width = 8
BL = 8

[timing]
tCK = 0.75
CL = 19
CWL = 14
tRCD = 19
tRP = 19
tRAS = 43
tRFC = 467
tREFI = 10400
tRRD_S = 4
tRRD_L = 7
tFAW = 28
tWR = 20
tRTP = 10
tCCD_S = 4
tCCD_L = 7

[power]
VDD = 1.2
IDD0 = 55
IDD2P = 25
IDD2N = 35
IDD3N = 45
IDD4W = 150
IDD4R = 160
IDD5AB = 250

[system]
channel_size = 16384
channels = 1
bus_width = 64

[other]
epoch_period = 1000000
`;

const parse = (text: string) => parsePimIni(text, "mine.ini", "mine");
/** The plain file with the line of `key` replaced. */
const withLine = (key: string, line: string): string => plain.replace(new RegExp(`^${key} = .*$`, "m"), line);
const scaled = (key: string, factor: number): string => {
  const value = Number(new RegExp(`^${key} = (.*)$`, "m").exec(plain)?.[1]);
  return withLine(key, `${key} = ${value * factor}`);
};

function refusal(text: string): TandemError {
  try {
    parse(text);
  } catch (error) {
    if (error instanceof TandemError) return error;
    throw error;
  }
  throw new Error("accepted");
}

describe("files of other origins work as they are", () => {
  test("a plain DDR4 file: two ranks of 8 GiB, no powers of its own", () => {
    const device = parse(plain);
    expect(device.name).toBe("mine");
    expect(rankSizeMib(device)).toBe(8192);
    expect(device.other).toEqual({});
    expect(device.timing.tRRD_S).toBe(4);
  });

  test("without [other], with Windows line ends and a byte order mark", () => {
    const text = `\uFEFF${plain.slice(0, plain.indexOf("[other]")).replaceAll("\n", "\r\n")}`;
    expect(parse(text)).toEqual(parse(plain));
  });

  test("comments with ; and #, behind values with and without a blank, behind headers, and empty statements", () => {
    const text = plain
      .replace("[timing]", "; a comment, 85 \uFFFDC\n# another = 1\n[timing] ; behind a header")
      .replace("[power]", "\t[power] # mA")
      .replace("rows = 65536", "rows = 65536 ;")
      .replace("tRAS = 43", "tRAS=43; ACT to PRE")
      .replace("tRP = 19", "tRP = 19   # 14.25 ns");
    expect(parse(text)).toEqual(parse(plain));
  });

  test("keys and sections in any case", () => {
    expect(parse(plain.replace(/^[^=\n]+/gm, (name) => name.toUpperCase()))).toEqual(parse(plain));
    expect(parse(plain.replace(/^[^=\n]+/gm, (name) => name.toLowerCase()))).toEqual(parse(plain));
  });

  test("HBM: tRCDRD stands for tRCD and tRTP_L for tRTP; further keys are read over", () => {
    const hbm = plain
      .replace("DDR4", "HBM2")
      .replace("tRCD = 19", "tRCDRD = 19\ntRCDWR = 12")
      .replace("tRTP = 10", "tRTP_S = 5\ntRTP_L = 10")
      .replace("BL = 8", "BL = 4\nnum_dies = 4\nhbm_dual_cmd = False");
    expect(parse(hbm).timing).toEqual(parse(plain).timing);
  });

  test("no bank groups: one tRRD and one tCCD stand for both", () => {
    const lpddr = plain
      .replace("DDR4", "LPDDR3")
      .replace(/tRRD_S = .*\ntRRD_L = .*/, "tRRD = 8")
      .replace(/tCCD_S = .*\ntCCD_L = .*/, "tCCD = 4");
    expect(parse(lpddr).timing).toMatchObject({ tRRD_S: 8, tRRD_L: 8, tCCD_S: 4, tCCD_L: 4 });
  });

  test("DRAMsim3's own DDR3 and LPDDR3 files spell tREFI without its t, older ones leave tRTP out: JEDEC's 7.5 ns", () => {
    expect(parse(withLine("tREFI", "REFI = 10400")).timing.tREFI).toBe(10400);
    expect(parse(withLine("tRTP", "")).timing.tRTP).toBe(10);
    expect(parse(withLine("tRTP", "").replace("tCK = 0.75", "tCK = 2.5")).timing.tRTP).toBe(4);
  });

  test("IDD5B or IDD5, as data sheets have it, stands for IDD5AB", () => {
    expect(parse(withLine("IDD5AB", "IDD5B = 250")).power.IDD5AB).toBe(250);
    expect(parse(withLine("IDD5AB", "IDD5 = 250")).power.IDD5AB).toBe(250);
  });

  test("GDDR: a column is a whole burst", () => {
    const gddr = plain
      .replace("DDR4", "GDDR5")
      .replace("columns = 1024", "columns = 128\nbankgroup_enable = false")
      .replace("device_width = 8", "device_width = 32")
      .replace("rows = 65536", "rows = 16384")
      .replace("channel_size = 16384", "channel_size = 2048");
    const device = parse(gddr);
    expect(rowBytesPerDevice(device.dram_structure)).toBe(4096);
    expect(rankSizeMib(device)).toBe(2048);
  });

  test("six ranks on one channel, as load-reduced modules have", () => {
    expect(() => parse(scaled("channel_size", 3))).not.toThrow();
  });
});

describe("[pim]: how a device computes", () => {
  const withPim = (lines: string): string => `${plain}[pim]\n${lines}\n`;

  test("is read where it is, and empty where it is not", () => {
    expect(parse(plain).pim).toEqual({});
    const keys = "bytes_per_slot = 32 ; a comment\nSLOT_CYCLES = 6\ncollect_ns = 1.5\ninput_ns = 0\nrow_buffers = 2";
    expect(parse(withPim(keys)).pim).toEqual({
      bytes_per_slot: 32,
      slot_cycles: 6,
      collect_ns: 1.5,
      input_ns: 0,
      row_buffers: 2,
    });
  });

  test.each([
    ["bytes_per_slot = 0", "bytes_per_slot: not usable: 0"],
    ["bytes_per_slot = 24", "24 bytes do not divide a row of 1024"],
    ["bytes_per_slot = 2048", "do not divide a row"],
    ["slot_cycles = 0", "slot_cycles: not usable: 0"],
    ["slot_cycles = 6000", "[pim] slot_cycles: 6000 cycles of 0.75 ns"],
    ["collect_ns = 12000", "[pim] collect_ns: 12000 ns"],
    ["collect_ns = -1", "collect_ns: not usable: -1"],
    ["input_ns = 1e6", "[pim] input_ns"],
    ["row_buffers = 3", "row_buffers: not usable: 3"],
    ["row_buffers = two", 'row_buffers: not usable: "two"'],
  ])("%s is refused at its key", (line, said) => {
    const { code, message } = refusal(withPim(line));
    expect(code).toBe("E_SCHEMA");
    expect(message).toMatch(/^mine\.ini: \[pim\] /);
    expect(message).toContain(said);
  });
});

describe("keys that Tandem does not read", () => {
  test("are listed where DRAMsim3 does not know them either, as the file spells them", () => {
    const text = plain
      .replace("[timing]", "pim_type = DUAL\n[timing]")
      .replace("[power]", "tMAC = 4\n[power]")
      .concat("[pim]\nBanks = 4\n[newton]\nlanes = 16\n");
    expect(parse(text).unknownKeys).toEqual([
      "[dram_structure] pim_type",
      "[timing] tMAC",
      "[pim] Banks",
      "[newton] lanes",
    ]);
  });

  test("are none in a file of DRAMsim3's own, whatever the case of its keys", () => {
    const text = plain
      .replace("[timing]", "num_dies = 4\nHBM_DUAL_CMD = False\n[timing]")
      .replace("[power]", "tRTRS = 2\ntREFIB = 128\n[power]")
      .replace("[other]", "queue_structure = PER_BANK\n[thermal]\namb_temp = 40\n[other]");
    expect(parse(text).unknownKeys).toEqual([]);
  });
});

describe("what is missing is named", () => {
  const required = [...plain.matchAll(/^(\w+) = /gm)]
    .map((match) => match[1] as string)
    .filter(
      (key) => !["tRTP", "tRRD_S", "tRRD_L", "tCCD_S", "tCCD_L", "IDD2P", "channels", "epoch_period"].includes(key),
    );

  test.each(required)("%s", (key) => {
    for (const line of ["", `${key} =`, key]) {
      const { code, message } = refusal(withLine(key, line));
      expect(code).toBe("E_SCHEMA");
      expect(message).toMatch(new RegExp(`^mine\\.ini: \\[\\w+\\] ${key}: key is missing \\(expected `));
    }
  });

  test.each(["dram_structure", "timing", "power", "system"])("section [%s]", (section) => {
    const { code, message } = refusal(plain.replace(`[${section}]`, "[elsewhere]"));
    expect(code).toBe("E_SCHEMA");
    expect(message).toContain(`section [${section}] is missing`);
  });
});

describe("what is no number is named, with what was found", () => {
  test.each([
    ["tCK", "fast"],
    ["tRCD", "19 cycles"],
    ["tRP", "-19"],
    ["rows", "65536.5"],
    ["BL", "0"],
    ["tREFI", "0x28A0"],
    ["VDD", "NaN"],
    ["channel_size", "16 GiB"],
  ])("%s = %s", (key, value) => {
    const { code, message } = refusal(withLine(key, `${key} = ${value}`));
    expect(code).toBe("E_SCHEMA");
    expect(message).toContain(`${key}: not usable: `);
    expect(message).toContain(String(Number.isNaN(Number(value)) || value.startsWith("0x") ? value : Number(value)));
  });
});

describe("a unit wrong by a factor of 1000, either way, is refused at its key", () => {
  const figures = [
    ...["tCK", "CL", "CWL", "tRCD", "tRP", "tRAS", "tRFC", "tREFI", "tRRD_S", "tRRD_L", "tFAW", "tRTP", "tWR"],
    ...["tCCD_S", "tCCD_L", "VDD", "IDD0", "IDD2N", "IDD3N", "IDD4W", "IDD4R", "IDD5AB", "channel_size"],
  ];

  test.each(figures)("%s", (key) => {
    for (const factor of [1000, 1 / 1000, 1024, 1 / 1024]) {
      const { code, message } = refusal(scaled(key, factor));
      expect(code).toBe("E_SCHEMA");
      // tCK scales every time; a standby current may be found against the others.
      if (!["tCK", "IDD3N", "IDD2N"].includes(key)) expect(message).toContain(`] ${key}: `);
    }
  });

  test.each(["data_rate = 2666", "idle_power = 960", "peak_power = 5000"])("[other] %s", (line) => {
    const [key, value] = line.split(" = ") as [string, string];
    const withOther = (figure: number): string => `${plain}${key} = ${figure}\n`;
    expect(() => parse(withOther(Number(value)))).not.toThrow();
    for (const factor of [1000, 1 / 1000]) {
      expect(refusal(withOther(Number(value) * factor)).message).toContain(`[other] ${key}: `);
    }
  });
});

describe("a geometry or data sheet that cannot be is refused", () => {
  test.each([
    ["a channel smaller than a rank", scaled("channel_size", 0.25), "4096 MiB hold no rank of 8192 MiB"],
    [
      "a bus that is no multiple of the device",
      withLine("bus_width", "bus_width = 60"),
      "not a multiple of device_width",
    ],
    ["a thousandfold burst", scaled("BL", 1000), "BL"],
    ["a device of 7 bits", withLine("device_width", "device_width = 7"), "device_width"],
    ["a thousand rows missing", withLine("rows", "rows = 65"), "ranks"],
    ["refresh longer than its interval", withLine("tREFI", "tREFI = 400"), "do not fit into tREFI"],
    ["a row closed before its first column", withLine("tRAS", "tRAS = 18"), "less than tRCD"],
    ["reads that draw less than standby", withLine("IDD4R", "IDD4R = 40"), "below the standby current"],
    ["precharge standby above activation", withLine("IDD2N", "IDD2N = 60"), "above IDD0"],
    ["peak power below idle power", `${plain}idle_power = 900\npeak_power = 800\n`, "below idle_power"],
  ])("%s", (_, text, said) => {
    const { code, message, hint } = refusal(text);
    expect(code).toBe("E_SCHEMA");
    expect(message).toContain(said);
    expect(hint).toBeTruthy();
  });
});

describe("what is no INI at all is refused in one line", () => {
  test.each([
    ["an empty file", "", "empty"],
    ["blank lines", "\n \r\n\t\n", "empty"],
    ["prose", "This is not\nan INI file.\n", "none of its sections"],
    ["JSON", '{"dram_structure": {"protocol": "DDR4"}}', "none of its sections"],
    ["a section name as a key", "timing = 5\npower = 3\n", "none of its sections"],
    ["a binary file", "MZ\0\u0001[timing]\n\0\0", "not a text file"],
    ["bytes that are no UTF-8", "\uFFFD\uFFFD\uFFFDPNG\r\n", "not a text file"],
  ])("%s", (_, text, said) => {
    const { code, message } = refusal(text);
    expect(code).toBe("E_PARSE");
    expect(message).toMatch(/^mine\.ini: /);
    expect(message).toContain(said);
    expect(message).not.toContain("\n");
  });
});
