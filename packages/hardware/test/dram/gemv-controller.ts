/**
 * @module
 * Plays attention as a PIM controller would: in order, command by command, against the rules of a DRAM channel. Refresh
 * of each rank falls due every tREFI, the ranks' staggered, and is never late: a pass over an open row, whose sums live
 * in the banks' accumulators, does not start if it could not end before.
 */
import type { PimDevice } from "@tandem-sim/schemas";
import type { PimShape } from "../../src/pim/attention.js";
import { derivePimTiming, HOST_READ_NS, INPUT_BURSTS } from "../../src/pim/timing.js";
import { DramChannel } from "./dram-channel.js";

/** A refresh timer that is not locked to the stream: due times are spread evenly over this share of the interval. */
const REFRESH_JITTER = 0.4;
const INPUT_ROW = -1;
/** Share of the time between two refreshes beyond which a pass is broken up. */
const LONG_PASS = 0.3;

/** One query's way through one open row: `tiles` times `comps` columns and a read-out. */
interface Pass {
  row: number;
  tiles: number;
  comps: number;
}

export class GemvController {
  readonly channel: DramChannel;
  private readonly resultCycles: number;
  private readonly refreshInterval: number;
  private nextRefresh: number;
  private refreshes = 0;
  /** State of a linear congruential generator. */
  private random = 1;
  private refreshRank = 0;
  private nextRow = 0;
  /** Length of a step from closed banks until the next may start, by its form. */
  private readonly lengths = new Map<string, number>();

  constructor(
    private readonly device: PimDevice,
    refreshing = true,
  ) {
    const { ranks } = derivePimTiming(device);
    this.resultCycles = Math.round(HOST_READ_NS / device.timing.tCK);
    this.channel = new DramChannel(device, ranks, this.resultCycles);
    this.refreshInterval = refreshing ? device.timing.tREFI / ranks : Number.POSITIVE_INFINITY;
    this.nextRefresh = this.refreshInterval;
  }

  /** Time between two refreshes. */
  get refreshGap(): number {
    return this.refreshInterval - this.channel.cycles.tRFC;
  }

  /** Now: when the last result is in. */
  private get now(): number {
    return Math.max(this.channel.commandAt, this.channel.controllerFreeAt);
  }

  /** Attention of one token over `context` tokens. Returns its ns. */
  attention(shape: PimShape, context: number): number {
    const start = Math.max(0, this.now);
    const { rowBytesPerDevice, banks, slotBytes } = derivePimTiming(this.device);
    const rowElements = rowBytesPerDevice / shape.elementBytes;
    const lanes = slotBytes / shape.elementBytes;
    this.scores(shape, Math.ceil(context / banks), rowElements, lanes);
    this.values(shape, context, Math.ceil(shape.headDim / banks), rowElements, lanes);
    return (this.now - start) * this.device.timing.tCK;
  }

  /** Stores K and V of new tokens behind `context` old ones. Returns its ns, the last row's write recovery included. */
  append({ kvHeads, headDim, elementBytes }: PimShape, context: number, tokens: number): number {
    const start = this.now;
    const { rowBytesPerDevice, burstBytes } = derivePimTiming(this.device);
    const rowElements = rowBytesPerDevice / elementBytes;
    const burstElements = burstBytes / elementBytes;
    const bankCount = this.channel.banks.length;
    const writeTo = (bank: number): void => void this.channel.issue({ kind: "WR", bank });
    for (let head = 0; head < kvHeads; head++) {
      for (let at = context; at < context + tokens; ) {
        const run = Math.min(context + tokens, (Math.floor(at / rowElements) + 1) * rowElements) - at;
        for (let from = 0; from < headDim; from += bankCount) {
          this.open(this.nextRow++);
          for (let burst = 0; burst < Math.ceil(run / burstElements); burst++) {
            for (let bank = 0; bank < Math.min(bankCount, headDim - from); bank++) writeTo(bank);
          }
        }
        const tokensPerRow = Math.floor(rowElements / headDim) * bankCount;
        for (let from = 0; from < run; from += tokensPerRow) {
          this.open(this.nextRow++);
          for (let token = 0; token < Math.min(tokensPerRow, run - from); token++) {
            for (let burst = 0; burst < Math.ceil(headDim / burstElements); burst++) writeTo(token % bankCount);
          }
        }
        at += run;
      }
    }
    this.closeAll();
    return (this.now - start) * this.device.timing.tCK;
  }

  /** q K: K row-wise over the banks, one token per bank and tile. */
  private scores({ heads, headDim, share }: PimShape, tiles: number, rowElements: number, lanes: number): void {
    // A buffer of a row's size holds several heads' queries.
    const inputs = Math.ceil((heads * headDim) / rowElements);
    for (let i = 0; i < inputs; i++) this.writeInput();
    const comps = Math.ceil(headDim / lanes);
    const tilesPerRow = Math.max(1, Math.floor(rowElements / headDim));
    for (let head = 0; head < heads; head += share) {
      for (let tile = 0; tile < tiles; tile += tilesPerRow) {
        const row = this.nextRow++;
        for (let q = 0; q < share; q++) this.pass({ row, tiles: Math.min(tilesPerRow, tiles - tile), comps });
      }
    }
  }

  /** p V: V transposed, one element of the head dimension per bank and tile, the context along the row. */
  private values(
    { heads, share }: PimShape,
    context: number,
    vTiles: number,
    rowElements: number,
    lanes: number,
  ): void {
    for (let head = 0; head < heads; head += share) {
      for (let from = 0; from < context; from += rowElements) {
        const comps = Math.ceil(Math.min(rowElements, context - from) / lanes);
        for (let q = 0; q < share; q++) this.writeInput();
        for (let tile = 0; tile < vTiles; tile++) {
          const row = this.nextRow++;
          for (let q = 0; q < share; q++) this.pass({ row, tiles: 1, comps });
        }
      }
    }
  }

  /** A pass that is long beside the refresh interval is broken up where results have been read out. */
  private pass(pass: Pass): void {
    const openAlready = this.channel.banks[0].openRow === pass.row;
    const form = `${openAlready ? "" : "open, "}${pass.tiles} x ${pass.comps}`;
    if (pass.tiles > 1 && this.lengthOf(pass) > LONG_PASS * this.refreshGap) {
      const first = Math.ceil(pass.tiles / 2);
      this.pass({ ...pass, tiles: first });
      this.pass({ ...pass, tiles: pass.tiles - first });
    } else this.whenFits(form, !openAlready, () => this.playPass(pass));
  }

  /** Cycles of a pass behind its activation. */
  private lengthOf({ tiles, comps }: Pass): number {
    const { burst, tCCD_S, CL } = this.channel.cycles;
    return tiles * (comps * Math.max(burst, tCCD_S) + CL + burst + this.resultCycles);
  }

  private playPass({ row, tiles, comps }: Pass): void {
    this.open(row);
    for (let tile = 0; tile < tiles; tile++) {
      for (let i = 0; i < comps; i++) this.channel.issue({ kind: "COMP" });
      this.channel.issue({ kind: "READRES" });
    }
  }

  /** A vector, out of a row of bank 0: its columns pass the buses of two bank groups, two at a time. */
  private writeInput(): void {
    this.whenFits("input", false, () => {
      this.closeBank(0);
      this.channel.issue({ kind: "ACT", bank: 0, row: INPUT_ROW });
      for (let i = 0; i < 2 * INPUT_BURSTS; i++)
        this.channel.issue({ kind: "GWRITE", bank: 0, group: ((i + 1) >> 1) & 1 });
    });
  }

  /** All banks, rank by turns: every precharge, then every activation. */
  private open(row: number): void {
    if (this.channel.banks.every((bank) => bank.openRow === row)) return;
    this.closeAll();
    const { ranks } = this.channel;
    for (let i = 0; i < ranks[0].banks.length; i++) {
      for (const rank of ranks) this.channel.issue({ kind: "ACT", bank: rank.banks[i], row });
    }
  }

  private closeBank(bank: number): void {
    if (this.channel.banks[bank]!.openRow !== undefined) this.channel.issue({ kind: "PRE", bank });
  }

  private closeAll(): void {
    const { ranks } = this.channel;
    for (let i = 0; i < ranks[0].banks.length; i++) for (const rank of ranks) this.closeBank(rank.banks[i]);
  }

  /** Plays a step now if it ends, banks precharged, before the next refresh; else after it. */
  private whenFits(form: string, closesFirst: boolean, play: () => void): void {
    if (!this.lengths.has(form)) {
      if (closesFirst) this.closeAll();
      const start = this.now;
      play();
      this.lengths.set(form, this.now - start);
      return;
    }
    const { tRP, tPPD } = this.channel.cycles;
    const precharges = this.channel.banks.length * tPPD;
    const length = (this.lengths.get(form) as number) + precharges + tRP;
    if (length > this.refreshGap) throw new Error(`"${form}" does not fit between two refreshes`);
    const before = (): number => (closesFirst && this.anyOpen ? Math.max(precharges, tRP) : 0);
    while (this.now + before() + length > this.nextRefresh) this.refresh();
    play();
  }

  private get anyOpen(): boolean {
    return this.channel.banks.some((bank) => bank.openRow !== undefined);
  }

  private refresh(): void {
    this.closeAll();
    const command = { kind: "REF", rank: this.refreshRank } as const;
    const at = Math.max(Math.ceil(this.nextRefresh), this.channel.earliest(command));
    this.channel.issue(command, at);
    // The banks stay closed for tRFC; nothing else is of use meanwhile.
    this.channel.controllerFreeAt = at + this.channel.cycles.tRFC;
    this.refreshRank = (this.refreshRank + 1) % this.channel.ranks.length;
    this.refreshes++;
    this.random = (Math.imul(this.random, 1_664_525) + 1_013_904_223) >>> 0;
    this.nextRefresh = this.refreshInterval * (this.refreshes + 1 + REFRESH_JITTER * (this.random / 2 ** 32));
  }
}
