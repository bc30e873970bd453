/**
 * @module
 * Sums over the iterations that an instance has finished. Times are whole ns.
 */
import type { Batch, HeldBy } from "@tandem-sim/scheduler";
import {
  addUnitBusy,
  type DecoderGraph,
  type Played,
  runsOf,
  type StageTable,
  sumOfKind,
  unitOffsets,
} from "@tandem-sim/trace";

/** Why an iteration ran as it did. */
export type IterationKind = "interleaved" | "chunked" | "serial" | "single_request";

export class InstanceTotals {
  readonly iterations: Record<IterationKind, number> = { interleaved: 0, chunked: 0, serial: 0, single_request: 0 };
  /** Latency that interleaving saved or cost against the same batches undivided. */
  gainedNs = 0;
  lostNs = 0;
  /** GPU time of divided iterations beyond the same batches undivided: weights are read once per sub-batch. */
  extraGpuBusyNs = 0;
  /** Time in which an iteration ran. */
  runningNs = 0;
  /** Requests in the batch, times how long it ran; and the most of one batch. */
  batchNs = 0;
  largestBatch = 0;
  /** Time of iterations behind which requests waited, by what held them back. */
  readonly heldNs: Record<HeldBy, number> = { sequences: 0, tokens: 0, memory: 0 };
  /** Most KV blocks that requests held at the end of an iteration. */
  peakBlocks = 0;
  requests = 0;
  /** Time in which no iteration could run before KV had arrived from host memory. */
  waitsForLoadsNs = 0;
  /** Time that each unit ran something. Index: `unitOffsets(graph)[resource] + unit`. */
  private readonly unitBusyNs: Float64Array;
  private readonly unitAt: Int32Array;
  /** As in `Played`. */
  readonly coveredNs: Float64Array;
  readonly waitNs: Float64Array;
  /** Bytes that a resource moved. Index: resource. */
  readonly bytes: Float64Array;
  /** The instance's topology for an undivided batch. */
  readonly graph: DecoderGraph;
  private readonly runs: Int32Array[];

  /** @param graphs topologies of the instance, which have the same resources; index: sub-batches - 1 */
  constructor(graphs: readonly DecoderGraph[]) {
    this.graph = graphs[0];
    const { resources } = this.graph;
    this.runs = graphs.map(runsOf);
    this.unitAt = unitOffsets(this.graph);
    this.unitBusyNs = new Float64Array(this.unitAt[resources.length]);
    this.coveredNs = new Float64Array(resources.length);
    this.waitNs = new Float64Array(resources.length ** 2);
    this.bytes = new Float64Array(resources.length);
  }

  /** Time that resources of a kind had nothing to run while what comes next was on one of another kind, or in its queue. */
  waitsNs(kind: string, forKind: string): number {
    const { resources } = this.graph;
    return sumOfKind(
      this.graph,
      kind,
      resources.map((_, r) => sumOfKind(this.graph, forKind, this.waitNs.subarray(r * resources.length))),
    );
  }

  /** Time that no channel computed while what the next one needs was on its way, or in the queue for it. */
  get pimWaitsForInputNs(): number {
    const { on, resources } = this.graph;
    const { pim, link } = on.offload ?? {};
    return pim !== undefined && link ? this.waitNs[pim * resources.length + link.up] : 0;
  }

  /** Time that each unit of a resource ran something. */
  unitsNs(resource: number): Float64Array {
    return this.unitBusyNs.subarray(this.unitAt[resource], this.unitAt[resource + 1]);
  }

  /** An iteration has run. */
  add(kind: IterationKind, batch: Batch, table: StageTable, played: Readonly<Played>): void {
    this.iterations[kind]++;
    this.runningNs += played.latencyNs;
    this.batchNs += batch.size * played.latencyNs;
    this.largestBatch = Math.max(this.largestBatch, batch.size);
    if (batch.heldBy) this.heldNs[batch.heldBy] += played.latencyNs;
    addTo(this.coveredNs, played.coveredNs);
    addTo(this.waitNs, played.waitNs);
    const { stages, subBatches } = table.graph;
    const runs = this.runs[subBatches - 1];
    addUnitBusy(table, runs, this.unitAt, this.unitBusyNs);
    for (let s = 0; s < stages.length; s++) this.bytes[stages[s].resource] += runs[s] * table.bytes[s];
  }
}

function addTo(sums: Float64Array, values: Float64Array): void {
  for (let i = 0; i < sums.length; i++) sums[i] += values[i];
}
