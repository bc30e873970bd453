/**
 * @module
 * The schedule of an iteration in which everything waits for what was issued before it, as on a lone GPU, or where all
 * attention of an undivided batch is offloaded: it takes what its stages take together.
 */
import { presentStages } from "./compiled-segment.js";
import { type Played, Player, type SchedulePlayer, type StageSink } from "./player.js";
import { issued, longestNs, type StageTable } from "./stage-table.js";
import type { StageGraph } from "./stages.js";

/** Stages that run one after the other. */
interface Turns {
  stages: Int32Array;
  /** Runs of each. Index as in `stages`. */
  runs: Int32Array;
  /** Runs of each for whose end a resource waits, before its last run. Index: `turn * resources + resource`. */
  waited: Int32Array;
}

/** Adds up where all waits for its turn, and plays run by run where not, or where somebody asks for the runs. */
export class SerialPlayer implements SchedulePlayer {
  private readonly inOrder: Player;
  /** By the stages that an iteration has; null where some run beside each other. */
  private readonly known = new Map<number, Turns | null>();

  constructor(private readonly graph: StageGraph) {
    this.inOrder = new Player(graph);
  }

  play(table: StageTable, out: Played, sink: StageSink | null = null, joinUnits = false): void {
    if (sink !== null || !this.addUp(table, out)) this.inOrder.play(table, out, sink, joinUnits);
  }

  /** False, and `out` undefined, where the iteration is no such sum. */
  private addUp(table: StageTable, out: Played): boolean {
    const turns = this.turnsOf(table);
    if (turns === null) return false;
    const { resources, stages } = this.graph;
    const { coveredNs, waitNs } = out;
    for (let r = 0; r < coveredNs.length; r++) coveredNs[r] = 0;
    for (let w = 0; w < waitNs.length; w++) waitNs[w] = 0;
    let latencyNs = 0;
    for (let turn = 0; turn < turns.stages.length; turn++) {
      const stage = turns.stages[turn];
      const ns = longestNs(table, stage);
      // What takes no time ends with what it waits for: idle times are told of either.
      if (ns === 0 && resources.length > 1) return false;
      const { resource } = stages[stage];
      latencyNs += turns.runs[turn] * ns;
      coveredNs[resource] += turns.runs[turn] * ns;
      for (let r = 0; r < resources.length; r++) {
        waitNs[r * resources.length + resource] += turns.waited[turn * resources.length + r] * ns;
      }
    }
    out.latencyNs = latencyNs;
    return true;
  }

  private turnsOf(table: StageTable): Turns | null {
    const has = presentStages(table);
    let turns = this.known.get(has);
    if (turns === undefined) {
      turns = findTurns(table);
      this.known.set(has, turns);
    }
    return turns;
  }
}

/** Null where a stage may start before the one that is issued in front of it has ended. */
function findTurns(table: StageTable): Turns | null {
  const { stages, resources } = table.graph;
  const sequence = [...issued(table)].map(({ stage }) => stage);
  const queued = queuedAtFirst(sequence, table.graph);
  if (!sequence.every((stage, k) => k < queued || stages[stage].after.includes(sequence[k - 1]))) return null;
  const present = [...new Set(sequence)];
  const runsBefore = (stage: number, end: number): number =>
    sequence.slice(0, end).reduce((runs, other) => runs + (other === stage ? 1 : 0), 0);
  const lastRun = resources.map((_, r) => sequence.findLastIndex((stage) => stages[stage].resource === r));
  const waitedBy = (stage: number, r: number): number =>
    resources[r].explainsIdle && r !== stages[stage].resource && lastRun[r] >= 0 ? runsBefore(stage, lastRun[r]) : 0;
  return {
    stages: Int32Array.from(present),
    runs: Int32Array.from(present, (stage) => runsBefore(stage, sequence.length)),
    waited: Int32Array.from(present.flatMap((stage) => resources.map((_, r) => waitedBy(stage, r)))),
  };
}

/** How many runs from the first one on have run on one unit, so that its queue is all that they need to wait for. */
function queuedAtFirst(sequence: readonly number[], { stages, resources }: StageGraph): number {
  const [first] = sequence;
  if (first === undefined || resources[stages[first].resource].units > 1) return 1;
  const elsewhere = sequence.findIndex((stage) => stages[stage].resource !== stages[first].resource);
  return elsewhere < 0 ? sequence.length : elsewhere;
}
