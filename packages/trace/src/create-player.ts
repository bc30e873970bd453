/**
 * @module
 * The player that a graph needs.
 */
import { ContendedPlayer } from "./contended-player.js";
import { Player, type SchedulePlayer } from "./player.js";
import type { StageGraph } from "./stages.js";

export const createPlayer = (graph: StageGraph): SchedulePlayer =>
  graph.contend ? new ContendedPlayer(graph, graph.contend) : new Player(graph);
