/**
 * @module
 * One DRAM channel as its data sheet describes it: banks, their rows, and the rules that say how early a command may
 * follow the ones before it. Each rule is one line of the data sheet. Times are clock cycles. It knows nothing of GEMV.
 */
import type { PimDevice } from "@tandem-sim/schemas";

/** A command to one bank, to a rank (REF), or to all banks of the channel in lock step (COMP). */
export type Command =
  | { kind: "ACT"; bank: number; row: number }
  | { kind: "PRE"; bank: number }
  /** One column of the open row of every bank, through the banks' own compute units. */
  | { kind: "COMP" }
  /** The results of all banks, one burst on the data bus. */
  | { kind: "READRES" }
  /** One column of an open row of one bank into the channel's input buffer, past the bus of a bank group. */
  | { kind: "GWRITE"; bank: number; group: number }
  /** An ordinary column write to the open row of one bank. */
  | { kind: "WR"; bank: number }
  | { kind: "REF"; rank: number };

interface Bank {
  rank: number;
  group: number;
  /** Undefined while precharged. */
  openRow: number | undefined;
  activatedAt: number;
  prechargedAt: number;
  /** Last column read for the bus. */
  columnReadAt: number;
  columnWrittenAt: number;
}

interface Rank {
  banks: number[];
  /** Last four activations, oldest first. */
  activations: number[];
  activatedAtByGroup: number[];
  refreshedAt: number;
}

const LONG_AGO = -1e9;

/** Clock cycles, as the INI has them. */
export interface Cycles {
  CL: number;
  CWL: number;
  tRCD: number;
  tRP: number;
  tRAS: number;
  tRTP: number;
  tWR: number;
  tRRD_S: number;
  tRRD_L: number;
  tFAW: number;
  tCCD_S: number;
  tCCD_L: number;
  /** Between precharges. */
  tPPD: number;
  tRFC: number;
  burst: number;
}

function cyclesOf(device: PimDevice): Cycles {
  const { timing, dram_structure: structure } = device;
  const lowPower = structure.protocol.toUpperCase().startsWith("LPDDR");
  return {
    ...timing,
    tPPD: lowPower ? (timing.tPPD ?? 1) : 1,
    burst: structure.BL / 2,
  };
}

/** A line of the data sheet: the earliest cycle at which it allows a command. */
interface Rule<Kind extends Command["kind"]> {
  name: string;
  applies: readonly Kind[];
  earliest(channel: DramChannel, command: Extract<Command, { kind: Kind }>): number;
}
const rule = <Kind extends Command["kind"]>(
  name: string,
  applies: readonly Kind[],
  earliest: Rule<Kind>["earliest"],
): Rule<Command["kind"]> => ({ name, applies, earliest: earliest as Rule<Command["kind"]>["earliest"] });

const everyCommand = ["ACT", "PRE", "COMP", "READRES", "GWRITE", "WR", "REF"] as const;
const columnCommands = ["COMP", "READRES", "GWRITE", "WR"] as const;

/** Each constraint by itself: `earliest` is their maximum, and `issue` holds every one of them against a command. */
export const rules: readonly Rule<Command["kind"]>[] = [
  rule("command bus: one command a clock", everyCommand, ({ commandAt }) => commandAt + 1),
  rule("controller: waits for what it has asked for", everyCommand, ({ controllerFreeAt }) => controllerFreeAt),
  rule("tRP: precharge to activate", ["ACT"], ({ banks, cycles }, { bank }) => banks[bank].prechargedAt + cycles.tRP),
  rule("tRRD_S: activates of a rank", ["ACT"], ({ ranks, banks, cycles }, { bank }) => {
    return ranks[banks[bank].rank].activations[3] + cycles.tRRD_S;
  }),
  rule("tRRD_L: activates of a bank group", ["ACT"], ({ ranks, banks, cycles }, { bank }) => {
    const { rank, group } = banks[bank];
    return ranks[rank].activatedAtByGroup[group] + cycles.tRRD_L;
  }),
  rule("tFAW: the fifth activate of a rank", ["ACT"], ({ ranks, banks, cycles }, { bank }) => {
    return ranks[banks[bank].rank].activations[0] + cycles.tFAW;
  }),
  rule("tRFC: refresh to activate", ["ACT"], ({ ranks, banks, cycles }, { bank }) => {
    return ranks[banks[bank].rank].refreshedAt + cycles.tRFC;
  }),
  rule("tRAS: activate to precharge", ["PRE"], ({ banks, cycles }, { bank }) => banks[bank].activatedAt + cycles.tRAS),
  rule("tRTP: column read to precharge", ["PRE"], ({ banks, cycles, allReadAt }, { bank }) => {
    return Math.max(banks[bank].columnReadAt, allReadAt) + cycles.tRTP;
  }),
  rule("tWR: column write to precharge", ["PRE"], ({ banks, cycles }, { bank }) => {
    return banks[bank].columnWrittenAt + cycles.CWL + cycles.burst + cycles.tWR;
  }),
  rule("tPPD: precharge to precharge", ["PRE"], ({ prechargeAt, cycles }) => prechargeAt + cycles.tPPD),
  rule(
    "tRCD: activates to a column of all banks",
    ["COMP"],
    ({ latestActivation, cycles }) => latestActivation + cycles.tRCD,
  ),
  rule("tRCD: activate to column", ["WR"], ({ banks, cycles }, { bank }) => banks[bank].activatedAt + cycles.tRCD),
  rule("tRCD: activate to a column bound for the buffer", ["GWRITE"], ({ banks, cycles }, { bank }) => {
    return banks[bank].activatedAt + cycles.tRCD;
  }),
  rule("burst: a column takes its beats", columnCommands, ({ columnAt, cycles }) => columnAt + cycles.burst),
  rule("tCCD_S: column to column", columnCommands, ({ columnAt, cycles }) => columnAt + cycles.tCCD_S),
  rule("tCCD_L: columns past the bus of a bank group", ["GWRITE"], ({ columnGroup, columnAt, cycles }, { group }) =>
    group === columnGroup ? columnAt + cycles.tCCD_L : LONG_AGO,
  ),
  rule("tRP: a rank is precharged before its refresh", ["REF"], ({ ranks, banks, cycles }, { rank }) => {
    return Math.max(...ranks[rank].banks.map((bank) => banks[bank].prechargedAt)) + cycles.tRP;
  }),
  rule("tRFC: refresh to refresh", ["REF"], ({ ranks, cycles }, { rank }) => ranks[rank].refreshedAt + cycles.tRFC),
];
const rulesOf = Object.fromEntries(
  everyCommand.map((kind) => [kind, rules.filter(({ applies }) => applies.includes(kind))]),
) as Record<Command["kind"], Rule<Command["kind"]>[]>;

export class DramChannel {
  readonly cycles: Cycles;
  readonly banks: Bank[] = [];
  readonly ranks: Rank[] = [];
  commandAt = LONG_AGO;
  prechargeAt = LONG_AGO;
  columnAt = LONG_AGO;
  /** Bank group of the last GWRITE if that was the last column command. */
  columnGroup: number | undefined;
  controllerFreeAt = 0;
  latestActivation = LONG_AGO;
  /** Last COMP. */
  allReadAt = LONG_AGO;
  /** The banks are known to hold one row open. */
  private inStep = false;
  readonly issued: Record<Command["kind"], number> = { ACT: 0, PRE: 0, COMP: 0, READRES: 0, GWRITE: 0, WR: 0, REF: 0 };

  /** @param resultCycles controller time to collect a result burst, behind CL and the burst */
  constructor(
    readonly device: PimDevice,
    rankCount: number,
    private readonly resultCycles: number,
  ) {
    const { bankgroups, banks_per_group } = device.dram_structure;
    this.cycles = cyclesOf(device);
    for (let rank = 0; rank < rankCount; rank++) {
      this.ranks.push({
        banks: [],
        activations: Array(4).fill(LONG_AGO),
        activatedAtByGroup: Array(bankgroups).fill(LONG_AGO),
        refreshedAt: LONG_AGO,
      });
      for (let i = 0; i < bankgroups * banks_per_group; i++) {
        this.ranks[rank].banks.push(this.banks.length);
        this.banks.push({
          rank,
          group: Math.floor(i / banks_per_group),
          openRow: undefined,
          activatedAt: LONG_AGO,
          prechargedAt: LONG_AGO,
          columnReadAt: LONG_AGO,
          columnWrittenAt: LONG_AGO,
        });
      }
    }
  }

  /** The first cycle at which every rule allows the command. */
  earliest(command: Command): number {
    let at = 0;
    for (const { earliest } of rulesOf[command.kind]) at = Math.max(at, earliest(this, command));
    return at;
  }

  /**
   * Issues a command, by default as early as the rules allow. Throws, naming the rule, where `at` is too early, and where
   * a bank is in no state for it.
   */
  issue(command: Command, at?: number): number {
    const earliest = this.earliest(command);
    if (at !== undefined && at < earliest) {
      const broken = rulesOf[command.kind].find((rule) => at < rule.earliest(this, command));
      throw new Error(`${command.kind} at ${at} breaks "${broken?.name}", earliest ${earliest}`);
    }
    const now = at ?? earliest;
    this.commandAt = now;
    this.issued[command.kind]++;
    switch (command.kind) {
      case "ACT":
        this.activate(this.bankThatIs("closed", command), command.row, now);
        break;
      case "PRE": {
        const bank = this.bankThatIs("open", command);
        bank.openRow = undefined;
        bank.prechargedAt = now;
        this.prechargeAt = now;
        this.inStep = false;
        break;
      }
      case "COMP":
        this.checkInStep();
        this.allReadAt = now;
        this.columnAt = now;
        this.columnGroup = undefined;
        break;
      case "READRES":
        this.controllerFreeAt = now + this.cycles.CL + this.cycles.burst + this.resultCycles;
        this.columnAt = now;
        this.columnGroup = undefined;
        break;
      case "GWRITE":
        this.bankThatIs("open", command).columnReadAt = now;
        this.columnAt = now;
        this.columnGroup = command.group;
        break;
      case "WR":
        this.bankThatIs("open", command).columnWrittenAt = now;
        this.columnAt = now;
        this.columnGroup = undefined;
        break;
      case "REF":
        if (this.ranks[command.rank]!.banks.some((bank) => this.banks[bank]!.openRow !== undefined)) {
          throw new Error(`REF: rank ${command.rank} has an open bank`);
        }
        this.ranks[command.rank].refreshedAt = now;
        break;
    }
    return now;
  }

  private activate(bank: Bank, row: number, at: number): void {
    const rank = this.ranks[bank.rank];
    bank.openRow = row;
    bank.activatedAt = at;
    rank.activations.shift();
    rank.activations.push(at);
    rank.activatedAtByGroup[bank.group] = at;
    this.latestActivation = at;
    this.inStep = false;
  }

  private bankThatIs(state: "open" | "closed", { kind, bank }: { kind: string; bank: number }): Bank {
    const found = this.banks[bank];
    if ((found.openRow !== undefined) !== (state === "open")) throw new Error(`${kind}: bank ${bank} is not ${state}`);
    return found;
  }

  /** All banks hold the same row open. */
  private checkInStep(): void {
    if (this.inStep) return;
    const row = this.banks[0].openRow;
    if (row === undefined || this.banks.some((bank) => bank.openRow !== row)) {
      throw new Error("COMP: the banks do not hold one row open");
    }
    this.inStep = true;
  }
}
