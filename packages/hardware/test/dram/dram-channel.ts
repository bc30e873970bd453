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
  /** One column of the input vector into the channel's buffer, on its way past the bus of a bank group. */
  | { kind: "GWRITE"; group: number }
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
  /** Last column read by the bank's compute unit or for the bus. */
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

export function cyclesOf(device: PimDevice): Cycles {
  const { timing, dram_structure: structure } = device;
  const lowPower = structure.protocol.toUpperCase().startsWith("LPDDR");
  return {
    ...timing,
    tRRD_S: Number(timing.tRRD_S ?? timing.tRRD_L),
    tPPD: lowPower ? (timing.tPPD ?? 1) : 1,
    burst: structure.BL / 2,
  };
}

/** The earliest cycle that a rule allows a command at. */
type Rule = (channel: DramChannel, command: Command) => number;

const columnCommands = new Set<Command["kind"]>(["COMP", "READRES", "GWRITE", "WR"]);

/** Each constraint by itself. `earliest` is their maximum, and `issue` checks every one of them. */
export const rules: Readonly<Record<string, Rule>> = {
  "command bus: one command a clock": ({ commandAt }) => commandAt + 1,
  "controller: a result is collected before anything else": ({ controllerFreeAt }) => controllerFreeAt,
  "tRP: precharge to activate": ({ banks, cycles }, command) =>
    command.kind === "ACT" ? banks[command.bank]!.prechargedAt + cycles.tRP : LONG_AGO,
  "tRRD_S: activate to activate, same rank": ({ ranks, banks, cycles }, command) =>
    command.kind === "ACT" ? ranks[banks[command.bank]!.rank]!.activations[3]! + cycles.tRRD_S : LONG_AGO,
  "tRRD_L: activate to activate, same bank group": ({ ranks, banks, cycles }, command) => {
    if (command.kind !== "ACT") return LONG_AGO;
    const { rank, group } = banks[command.bank]!;
    return ranks[rank]!.activatedAtByGroup[group]! + cycles.tRRD_L;
  },
  "tFAW: four activates of a rank": ({ ranks, banks, cycles }, command) =>
    command.kind === "ACT" ? ranks[banks[command.bank]!.rank]!.activations[0]! + cycles.tFAW : LONG_AGO,
  "tRFC: refresh to activate": ({ ranks, banks, cycles }, command) =>
    command.kind === "ACT" ? ranks[banks[command.bank]!.rank]!.refreshedAt + cycles.tRFC : LONG_AGO,
  "tRAS: activate to precharge": ({ banks, cycles }, command) =>
    command.kind === "PRE" ? banks[command.bank]!.activatedAt + cycles.tRAS : LONG_AGO,
  "tRTP: column read to precharge": ({ banks, cycles }, command) =>
    command.kind === "PRE" ? banks[command.bank]!.columnReadAt + cycles.tRTP : LONG_AGO,
  "tWR: column write to precharge": ({ banks, cycles }, command) =>
    command.kind === "PRE"
      ? banks[command.bank]!.columnWrittenAt + cycles.CWL + cycles.burst + cycles.tWR
      : LONG_AGO,
  "tPPD: precharge to precharge": ({ prechargeAt, cycles }, command) =>
    command.kind === "PRE" ? prechargeAt + cycles.tPPD : LONG_AGO,
  "tRCD: activate to column": ({ banks, latestActivation, cycles }, command) => {
    if (command.kind === "COMP") return latestActivation + cycles.tRCD;
    return command.kind === "WR" ? banks[command.bank]!.activatedAt + cycles.tRCD : LONG_AGO;
  },
  "burst: a column takes its beats on the bus": ({ columnAt, cycles }, command) =>
    columnCommands.has(command.kind) ? columnAt + cycles.burst : LONG_AGO,
  "tCCD_S: column to column": ({ columnAt, cycles }, command) =>
    columnCommands.has(command.kind) ? columnAt + cycles.tCCD_S : LONG_AGO,
  "tCCD_L: column to column, same bank group": ({ columnGroup, columnAt, cycles }, command) =>
    command.kind === "GWRITE" && command.group === columnGroup ? columnAt + cycles.tCCD_L : LONG_AGO,
  "tRP: all banks of a rank are precharged before its refresh": ({ ranks, banks, cycles }, command) => {
    if (command.kind !== "REF") return LONG_AGO;
    let precharged = LONG_AGO;
    for (const bank of ranks[command.rank]!.banks) precharged = Math.max(precharged, banks[bank]!.prechargedAt);
    return precharged + cycles.tRP;
  },
  "tRFC: refresh to refresh": ({ ranks, cycles }, command) =>
    command.kind === "REF" ? ranks[command.rank]!.refreshedAt + cycles.tRFC : LONG_AGO,
};
const ruleEntries = Object.entries(rules);

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
        this.ranks[rank]!.banks.push(this.banks.length);
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
    for (const [, rule] of ruleEntries) at = Math.max(at, rule(this, command));
    return at;
  }

  /** Issues at `at`, by default as early as the rules allow. Throws, naming the rule, where it is too early. */
  issue(command: Command, at = this.earliest(command)): number {
    for (const [name, rule] of ruleEntries) {
      if (at < rule(this, command)) throw new Error(`${command.kind} at ${at} breaks "${name}" (${rule(this, command)})`);
    }
    this.checkRows(command);
    this.commandAt = at;
    this.issued[command.kind]++;
    if (columnCommands.has(command.kind)) {
      this.columnAt = at;
      this.columnGroup = command.kind === "GWRITE" ? command.group : undefined;
    }
    switch (command.kind) {
      case "ACT": {
        const bank = this.banks[command.bank]!;
        const rank = this.ranks[bank.rank]!;
        bank.openRow = command.row;
        bank.activatedAt = at;
        rank.activations = [...rank.activations.slice(1), at];
        rank.activatedAtByGroup[bank.group] = at;
        this.latestActivation = at;
        break;
      }
      case "PRE": {
        const bank = this.banks[command.bank]!;
        bank.openRow = undefined;
        bank.prechargedAt = at;
        this.prechargeAt = at;
        break;
      }
      case "COMP":
        for (const bank of this.banks) bank.columnReadAt = at;
        break;
      case "READRES":
        this.controllerFreeAt = at + this.cycles.CL + this.cycles.burst + this.resultCycles;
        break;
      case "WR":
        this.banks[command.bank]!.columnWrittenAt = at;
        break;
      case "REF":
        this.ranks[command.rank]!.refreshedAt = at;
        break;
    }
    return at;
  }

  /** A command to a bank in the wrong state is a mistake of the stream, whatever the time. */
  private checkRows(command: Command): void {
    const fail = (what: string): never => {
      throw new Error(`${command.kind}: ${what}`);
    };
    switch (command.kind) {
      case "ACT":
        if (this.banks[command.bank]!.openRow !== undefined) fail(`bank ${command.bank} is open`);
        break;
      case "PRE":
      case "WR":
        if (this.banks[command.bank]!.openRow === undefined) fail(`bank ${command.bank} is closed`);
        break;
      case "COMP": {
        const row = this.banks[0]!.openRow;
        if (row === undefined || this.banks.some((bank) => bank.openRow !== row)) fail("the banks do not hold one row open");
        break;
      }
      case "REF":
        if (this.ranks[command.rank]!.banks.some((bank) => this.banks[bank]!.openRow !== undefined)) fail("a bank is open");
        break;
    }
  }
}
