/**
 * @module
 * The running requests that do nothing but decode: every step computes a token of each. What they have in common is counted
 * once, by a clock of steps, and their columns in the {@link RequestTable} lag behind until somebody asks. A step looks only
 * at those that need a block, fill one or end, which a calendar knows.
 */
import type { Batch } from "./batch.js";
import { grown } from "./grown.js";
import type { RequestTable } from "./request-table.js";

const NOBODY: readonly number[] = [];

export class DecodeCohort {
  /** Members; their order is that of the running requests. */
  size = 0;
  /** Steps that it has taken. */
  clock = 0;
  /** Another one whenever its members change: batches of one version hold the same requests. */
  version = 0;
  /** The last step whose batch has run. */
  private completed = 0;
  /** Members at the step before that are members still: the first ones. */
  private continuing = 0;
  /** Index of these five: member. */
  private rows = new Int32Array(64);
  private group = new Int32Array(64);
  private order = new Float64Array(64);
  /** Context of the next step's token, less the step's number: it stays as it is. */
  private lead = new Int32Array(64);
  /** The step before its first. */
  private joined = new Int32Array(64);
  /** Index of a row's member, -1 for none. */
  private place = new Int32Array(64).fill(-1);
  /** Members by the steps in which their context is a number of whole blocks. Index: step modulo block size. */
  private readonly wholeBlocks: number[][];
  /** Who computes its last token in a step, until that has run. */
  private readonly lastStep = new Map<number, number[]>();
  /** Members whose blocks may become findable. */
  private withContents = 0;
  private leadSum = 0;
  /** Longest and shortest of the leads. */
  private mostLead = 0;
  private leastLead = 0;

  constructor(
    private readonly requests: RequestTable,
    private readonly blockSize: number,
  ) {
    this.wholeBlocks = Array.from({ length: blockSize }, () => []);
  }

  /** Whether the request is a member. */
  has(row: number): boolean {
    return row < this.place.length && this.place[row] >= 0;
  }

  /** Place of a member: its index in the batches of this version. */
  placeOf(row: number): number {
    return this.place[row];
  }

  /** Tokens of a member whose K and V exist or are being computed. */
  computedOf(row: number): number {
    return this.lead[this.place[row]] + this.clock + 1;
  }

  /** Output tokens of a member that exist. */
  producedOf(row: number): number {
    return this.requests.produced[row] + Math.max(0, this.completed - this.joined[this.place[row]]);
  }

  /** A running request joins, behind the others. Its columns are up to date, and each step from the next on computes a token of it. */
  add(row: number, finalTokens: number): void {
    const { requests, clock } = this;
    const at = this.size++;
    if (at === this.rows.length) this.grow();
    if (row >= this.place.length) {
      const known = this.place.length;
      this.place = grown(this.place, 2 * row).fill(-1, known);
    }
    const lead = requests.computed[row] - clock - 1;
    this.rows[at] = row;
    this.group[at] = requests.group[row];
    this.order[at] = requests.order[row];
    this.lead[at] = lead;
    this.joined[at] = clock;
    this.place[row] = at;
    this.wholeBlocks[this.phaseOf(lead)].push(row);
    const last = clock + finalTokens - requests.computed[row];
    const ending = this.lastStep.get(last);
    if (ending) ending.push(row);
    else this.lastStep.set(last, [row]);
    if (requests.contents[row] !== null) this.withContents++;
    this.leadSum += lead;
    this.mostLead = at === 0 ? lead : Math.max(this.mostLead, lead);
    this.leastLead = at === 0 ? lead : Math.min(this.leastLead, lead);
    this.version++;
  }

  /** Members whose context is a number of whole blocks in a step: its token begins another. In order. */
  beginningBlocks(step: number): readonly number[] {
    return this.wholeBlocks[step % this.blockSize];
  }

  /** Members whose token in a step fills a block, if any block may become findable. In order. */
  fillingBlocks(step: number): readonly number[] {
    return this.withContents === 0 ? NOBODY : this.beginningBlocks(step + 1);
  }

  /** Who computed its last token in the latest step is a member no longer. */
  letGo(): void {
    const leaving = this.lastStep.get(this.clock);
    if (leaving && this.has(leaving[0])) this.remove(leaving);
  }

  /** A step is taken: its batch, which is empty, begins with the members. */
  step(batch: Batch): void {
    const { size, lead, version } = this;
    const clock = ++this.clock;
    batch.beginWithDecodes(size);
    if (batch.cohort.version !== version) this.writeMembers(batch);
    const { context, cohort } = batch;
    for (let i = 0; i < size; i++) context[i] = lead[i] + clock;
    cohort.size = size;
    cohort.step = clock;
    cohort.version = version;
    cohort.continuing = this.continuing;
    cohort.contextSum = this.leadSum + size * clock;
    cohort.longest = this.mostLead + clock;
    cohort.shortest = this.leastLead + clock;
    this.continuing = size;
  }

  /**
   * The batch of a step has run.
   *
   * @returns who has all of its tokens, in order; its columns are up to date
   */
  complete(step: number): readonly number[] {
    const { requests, lastStep } = this;
    const ended = lastStep.get(step) ?? NOBODY;
    if (ended.length > 0) {
      if (step === this.clock) this.letGo();
      lastStep.delete(step);
      for (const row of ended) {
        requests.produced[row]++;
        requests.inFlight[row]--;
      }
    }
    this.completed = step;
    return ended;
  }

  /** Brings the `computed` and `reached` tokens of all members up to date. */
  settle(): void {
    const { computed, reached } = this.requests;
    for (let i = 0; i < this.size; i++) {
      const tokens = this.lead[i] + this.clock + 1;
      computed[this.rows[i]] = tokens;
      reached[this.rows[i]] = tokens + 1;
    }
  }

  /** Nobody is a member any more, and all columns are up to date. Batches of it that have not run are to be completed one by one. */
  dissolve(): void {
    for (let i = 0; i < this.size; i++) this.bringUp(i);
    for (const members of this.wholeBlocks) members.length = 0;
    this.lastStep.clear();
    this.size = 0;
    this.continuing = 0;
    this.withContents = 0;
    this.leadSum = 0;
    this.version++;
  }

  private writeMembers({ rows, group, order }: Batch): void {
    for (let i = 0; i < this.size; i++) {
      rows[i] = this.rows[i];
      group[i] = this.group[i];
      order[i] = this.order[i];
    }
  }

  private phaseOf(lead: number): number {
    const { blockSize } = this;
    // A lead may be below 0, and so what `%` gives.
    return (blockSize - (lead % blockSize)) % blockSize;
  }

  /** A member's columns as they are now, and it is a member no longer. */
  private bringUp(at: number): void {
    const { requests, clock } = this;
    const row = this.rows[at];
    const computed = this.lead[at] + clock + 1;
    const ran = Math.max(0, this.completed - this.joined[at]);
    requests.computed[row] = computed;
    requests.reached[row] = computed + 1;
    requests.produced[row] += ran;
    requests.inFlight[row] += clock - this.joined[at] - ran;
    this.place[row] = -1;
  }

  private remove(leaving: readonly number[]): void {
    const { rows, group, order, lead, joined, place } = this;
    const { size, continuing } = this;
    let kept = size;
    for (const row of leaving) {
      const at = place[row];
      kept = Math.min(kept, at);
      if (at < continuing) this.continuing--;
      this.leadSum -= lead[at];
      if (this.requests.contents[row] !== null) this.withContents--;
      const members = this.wholeBlocks[this.phaseOf(lead[at])];
      members.splice(members.indexOf(row), 1);
      this.bringUp(at);
    }
    for (let i = kept; i < size; i++) {
      const row = rows[i];
      if (place[row] < 0) continue;
      rows[kept] = row;
      group[kept] = group[i];
      order[kept] = order[i];
      lead[kept] = lead[i];
      joined[kept] = joined[i];
      place[row] = kept++;
    }
    this.size = kept;
    this.version++;
    this.findExtremes();
  }

  private findExtremes(): void {
    const { lead, size } = this;
    this.mostLead = this.leastLead = lead[0];
    for (let i = 1; i < size; i++) {
      if (lead[i] > this.mostLead) this.mostLead = lead[i];
      else if (lead[i] < this.leastLead) this.leastLead = lead[i];
    }
  }

  private grow(): void {
    const length = 2 * this.rows.length;
    this.rows = grown(this.rows, length);
    this.group = grown(this.group, length);
    this.order = grown(this.order, length);
    this.lead = grown(this.lead, length);
    this.joined = grown(this.joined, length);
  }
}
