/**
 * @module
 * What differs between kinds of DRAM beyond the figures of a file: a new kind is one entry of {@link dramKinds}.
 */

/** Rules of a kind of DRAM, as DRAMsim3 and the JEDEC standards have them. */
export interface DramKind {
  /** Bits that a pin moves per clock of tCK. */
  bitsPerClock: number;
  /** Beats of the bus that one column of the file stands for: 1, or `BL` where a column is a whole burst. */
  column: "beat" | "burst";
  /** Whether precharges keep tPPD (one clock where the file has none) between them; elsewhere one leaves every clock. */
  spacesPrecharges: boolean;
}

/** Two bits per clock, a precharge every clock. */
const plain: DramKind = { bitsPerClock: 2, column: "beat", spacesPrecharges: false };
const lowPower: DramKind = { ...plain, spacesPrecharges: true };
/** GDDR has a data clock that is faster than tCK: twice in GDDR5, four times later. DRAMsim3 counts its columns in bursts. */
const graphics: DramKind = { bitsPerClock: 8, column: "burst", spacesPrecharges: false };

/** The registry, by the `protocol` of a DRAMsim3 file in capitals. */
export const dramKinds: ReadonlyMap<string, DramKind> = new Map([
  ["DDR3", plain],
  ["DDR4", plain],
  ["DDR5", plain],
  ["LPDDR", lowPower],
  ["LPDDR2", lowPower],
  ["LPDDR3", lowPower],
  ["LPDDR4", lowPower],
  ["LPDDR4X", lowPower],
  ["LPDDR5", lowPower],
  ["LPDDR5X", lowPower],
  ["LPDDR5T", lowPower],
  ["LPDDR6", lowPower],
  ["GDDR5", { ...graphics, bitsPerClock: 4 }],
  ["GDDR5X", graphics],
  ["GDDR6", graphics],
  ["GDDR6X", graphics],
  ["GDDR7", graphics],
  ["HBM", plain],
  ["HBM2", plain],
  ["HBM2E", plain],
  ["HBM3", plain],
  ["HBM3E", plain],
  ["HBM4", plain],
  ["HMC", plain],
]);

/**
 * The kind that a file's `protocol` names, in any case. A name that is not registered is plain: such files tell what
 * is theirs by their figures, `data_rate` among them.
 *
 * @example
 * dramKind("GDDR6").bitsPerClock; // 8
 */
export const dramKind = (protocol: string): DramKind => dramKinds.get(protocol.toUpperCase()) ?? plain;
