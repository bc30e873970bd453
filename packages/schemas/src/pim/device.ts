/**
 * @module
 * A PIM device: a checked DRAMsim3 INI file. Timings are clock cycles but for tCK (ns); currents mA, powers mW,
 * `channel_size` MiB.
 */
import * as z from "zod";

const positive = z.number("expected a number").positive();
const whole = z.number("expected a whole number").int().positive();
const amount = z.number("expected a number").nonnegative();
const cycles = amount;

const Structure = z.looseObject({
  protocol: z.string().min(1),
  bankgroups: whole,
  banks_per_group: whole,
  rows: whole,
  columns: whole.describe("of device_width bits; GDDR: of device_width x BL bits"),
  device_width: whole.describe("bits"),
  BL: whole,
});

const Timing = z.looseObject({
  tCK: positive.describe("ns"),
  CL: cycles,
  CWL: cycles,
  tRCD: cycles,
  tRP: cycles,
  tRAS: cycles,
  tRFC: cycles,
  tREFI: positive,
  tRRD_S: cycles,
  tRRD_L: cycles,
  tFAW: cycles,
  tRTP: cycles,
  tWR: cycles,
  tCCD_S: cycles,
  tCCD_L: cycles,
  tPPD: cycles.optional(),
});

const Power = z.looseObject({
  VDD: positive.describe("V"),
  IDD0: amount,
  IDD2N: amount,
  IDD3N: amount,
  IDD4W: amount,
  IDD4R: amount,
  IDD5AB: amount,
});

const System = z.looseObject({
  channel_size: positive.describe("MiB"),
  bus_width: whole.describe("bits"),
});

const Other = z.looseObject({
  data_rate: positive.optional().describe("MT/s; default: as many as the protocol moves per clock"),
  idle_power: amount.optional().describe("mW per channel"),
  peak_power: amount.optional().describe("mW per channel"),
});

/** Tandem's own section: how a device computes, where that is not as LLMServingSim's devices do. */
const Pim = z.looseObject({
  bytes_per_slot: whole.optional().describe("bytes that a bank's compute unit takes per column slot; default 16"),
  slot_cycles: positive
    .optional()
    .describe("clock cycles between column slots of all banks; default the longer of a burst and tCCD_S"),
  collect_ns: amount
    .optional()
    .describe(
      "ns to collect a result behind CL and its burst, default 12; up to 3 tCK: a pipelined read-out, all of it",
    ),
  input_ns: amount.optional().describe("ns to write a row's worth of an input vector; default: past the bank groups"),
  row_buffers: z
    .union([z.literal(1), z.literal(2)])
    .optional()
    .describe("1 or 2 row buffers in a bank; default 1"),
});

/** The sections of a DRAMsim3 INI that Tandem reads; further keys are read over. */
export const PimIni = z.object({
  dram_structure: Structure,
  timing: Timing,
  power: Power,
  system: System,
  other: Other.default({}),
  pim: Pim.default({}),
});

/** A checked device, with the name it was loaded under. */
export type PimDevice = z.infer<typeof PimIni> & {
  name: string;
  /** Keys of its file that neither Tandem nor DRAMsim3 knows, `[dram_structure] pim_type`. */
  unknownKeys: readonly string[];
};

/** The keys that Tandem reads, by section. */
export const pimIniKeys = {
  dram_structure: Object.keys(Structure.shape),
  timing: Object.keys(Timing.shape),
  power: Object.keys(Power.shape),
  system: Object.keys(System.shape),
  other: Object.keys(Other.shape),
  pim: Object.keys(Pim.shape),
};
