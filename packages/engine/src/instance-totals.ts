/**
 * @module
 * Sums over the iterations that an instance has finished. Times are whole ns.
 */
import type { Batch, HeldBy } from "@tandem-sim/scheduler";
import {
  ABSENT,
  addUnitBusy,
  createStageTable,
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
  /** As in `Played`. */
  readonly coveredNs: Float64Array;
  readonly waitNs: Float64Array;
  /** The instance's topology for an undivided batch. */
  readonly graph: DecoderGraph;
  /** By topology, what a run of each stage took and moved, added up over its iterations. */
  private readonly perRun: readonly StageTable[];

  /** @param graphs topologies of the instance, which have the same resources; index: sub-batches - 1 */
  constructor(graphs: readonly DecoderGraph[]) {
    this.graph = graphs[0];
    const { resources } = this.graph;
    this.perRun = graphs.map(createStageTable);
    for (const { ns } of this.perRun) ns.fill(0);
    this.coveredNs = new Float64Array(resources.length);
    this.waitNs = new Float64Array(resources.length ** 2);
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
    const unitAt = unitOffsets(this.graph);
    const busyNs = new Float64Array(unitAt[this.graph.resources.length]);
    for (const table of this.perRun) addUnitBusy(table, runsOf(table.graph), unitAt, busyNs);
    return busyNs.subarray(unitAt[resource], unitAt[resource + 1]);
  }

  /** Bytes that each resource moved. Index: resource. */
  get bytes(): Float64Array {
    const moved = new Float64Array(this.graph.resources.length);
    for (const { graph, bytes } of this.perRun) {
      runsOf(graph).forEach((runs, stage) => {
        moved[graph.stages[stage].resource] += runs * bytes[stage];
      });
    }
    return moved;
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
    const perRun = this.perRun[table.graph.subBatches - 1];
    for (let u = 0; u < table.ns.length; u++) if (table.ns[u] !== ABSENT) perRun.ns[u] += table.ns[u];
    addTo(perRun.bytes, table.bytes);
  }
}

function addTo(sums: Float64Array, values: Float64Array): void {
  for (let i = 0; i < sums.length; i++) sums[i] += values[i];
}
