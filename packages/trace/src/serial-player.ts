/**
 * @module
 * The schedule of a graph whose only resource runs one thing at a time: nothing waits for anything but its turn, so that an
 * iteration takes what its stages take together.
 */
import { type Played, Player, type SchedulePlayer, type StageSink } from "./player.js";
import { ABSENT, type StageTable } from "./stage-table.js";
import { runsOf, type StageGraph } from "./stages.js";

export class SerialPlayer implements SchedulePlayer {
  private readonly runs: Int32Array;
  private readonly inOrder: Player;

  /** Whether a graph is of this kind. */
  static plays = ({ resources, stages }: StageGraph): boolean =>
    resources.length === 1 && resources[0].units === 1 && stages.every(({ excludes }) => excludes === undefined);

  constructor(graph: StageGraph) {
    this.runs = runsOf(graph);
    this.inOrder = new Player(graph);
  }

  play(table: StageTable, out: Played, sink: StageSink | null = null): void {
    if (sink !== null) {
      this.inOrder.play(table, out, sink);
      return;
    }
    const { runs } = this;
    const { ns } = table;
    let latencyNs = 0;
    // A stage has one unit.
    for (let stage = 0; stage < runs.length; stage++) if (ns[stage] !== ABSENT) latencyNs += runs[stage] * ns[stage];
    out.latencyNs = latencyNs;
    out.coveredNs[0] = latencyNs;
    out.waitNs[0] = 0;
  }
}
