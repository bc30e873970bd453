/**
 * @module
 * Plays attention as a PIM controller would: in order, command by command, against the rules of a DRAM channel. Refresh
 * of each rank falls due every tREFI, the ranks' staggered, and is never late: a pass over an open row, whose sums live
 * in the banks' accumulators, does not start if it could not end before.
 */
import type { PimDevice } from "@tandem-sim/schemas";
import { derivePimTiming, HOST_READ_NS, INPUT_BURSTS, LANE_BYTES, type PimShape } from "../../src/pim-device.js";
import { DramChannel } from "./dram-channel.js";

/** A refresh timer that is not locked to the stream: due times are spread, evenly, over this share of the interval. */
const REFRESH_JITTER = 0.4;
const GOLDEN = 0.6180339887498949;
const INPUT_ROW = -1;

/** One query's way through one open row: `tiles` times `comps` columns and a read-out. */
interface Pass {
  row: number;
  tiles: number;
  comps: number;
}

export class GemvController {
  readonly channel: DramChannel;
  private readonly refreshInterval: number;
  private nextRefresh: number;
  private refreshes = 0;
  private refreshRank = 0;
  private nextRow = 0;
  /** Length of a step from closed banks until the next may start, by its form. */
  private readonly lengths = new Map<string, number>();

  constructor(
    private readonly device: PimDevice,
    refreshing = true,
  ) {
    const { ranks } = derivePimTiming(device);
    this.channel = new DramChannel(device, ranks, Math.round(HOST_READ_NS / device.timing.tCK));
    this.refreshInterval = refreshing ? device.timing.tREFI / ranks : Number.POSITIVE_INFINITY;
    this.nextRefresh = this.refreshInterval;
  }

  /** Now: when the last result is in. */
  private get now(): number {
    return Math.max(this.channel.commandAt, this.channel.controllerFreeAt);
  }

  /** Attention of one token over `context` tokens. Returns its ns. */
  attention(shape: PimShape, context: number): number {
    const start = Math.max(0, this.now);
    const { rowBytesPerDevice, banks } = derivePimTiming(this.device);
    const rowElements = rowBytesPerDevice / shape.elementBytes;
    const lanes = LANE_BYTES / shape.elementBytes;
    this.scores(shape, Math.ceil(context / banks), rowElements, lanes);
    this.values(shape, context, Math.ceil(shape.headDim / banks), rowElements, lanes);
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
  private values({ heads, share }: PimShape, context: number, vTiles: number, rowElements: number, lanes: number): void {
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

  private pass(pass: Pass): void {
    const openAlready = this.channel.banks[0]!.openRow === pass.row;
    this.whenFits(`${openAlready ? "" : "open, "}${pass.tiles} x ${pass.comps}`, () => this.playPass(pass));
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
    this.whenFits("input", () => {
      this.closeBank(0);
      this.channel.issue({ kind: "ACT", bank: 0, row: INPUT_ROW });
      for (let i = 0; i < 2 * INPUT_BURSTS; i++) this.channel.issue({ kind: "GWRITE", bank: 0, group: ((i + 1) >> 1) & 1 });
    });
  }

  /** All banks, rank by turns: every precharge, then every activation. */
  private open(row: number): void {
    if (this.channel.banks.every((bank) => bank.openRow === row)) return;
    this.closeAll();
    const { ranks } = this.channel;
    for (let i = 0; i < ranks[0]!.banks.length; i++) {
      for (const rank of ranks) this.channel.issue({ kind: "ACT", bank: rank.banks[i]!, row });
    }
  }

  private closeBank(bank: number): void {
    if (this.channel.banks[bank]!.openRow !== undefined) this.channel.issue({ kind: "PRE", bank });
  }

  private closeAll(): void {
    const { ranks } = this.channel;
    for (let i = 0; i < ranks[0]!.banks.length; i++) for (const rank of ranks) this.closeBank(rank.banks[i]!);
  }

  /** Plays a step now if it ends, banks precharged, before the next refresh; else after it. */
  private whenFits(form: string, play: () => void): void {
    const length = this.lengths.get(form);
    if (length !== undefined) while (this.now + length > this.nextRefresh) this.refresh();
    const start = this.now;
    play();
    const { tRTP, tRP, tPPD } = this.channel.cycles;
    const closing = Math.max(0, tRTP - (this.now - this.channel.columnAt)) + this.channel.banks.length * tPPD + tRP;
    if (length === undefined) this.lengths.set(form, this.now - start + closing);
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
    this.nextRefresh = this.refreshInterval * (this.refreshes + 1 + REFRESH_JITTER * ((this.refreshes * GOLDEN) % 1));
  }
}
