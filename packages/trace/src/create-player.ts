/**
 * @module
 * The player that a graph needs.
 */
import { ContendedPlayer } from "./contended-player.js";
import { Player, type SchedulePlayer } from "./player.js";
import { SerialPlayer } from "./serial-player.js";
import type { StageGraph } from "./stages.js";

export function createPlayer(graph: StageGraph): SchedulePlayer {
  if (graph.contend) return new ContendedPlayer(graph, graph.contend);
  return graph.subBatches === 1 || graph.resources.length === 1 ? new SerialPlayer(graph) : new Player(graph);
}
