/**
 * @module
 * A worker thread that runs cells.
 */
import workerpool from "workerpool";
import { setLogLevel } from "../terminal.js";
import { CellRunner, type CellTask } from "./run-cell.js";

// The main thread has checked every cell, and warned of what there is to warn of.
setLogLevel("ERROR");

const runner = new CellRunner();

workerpool.worker({ run: (task: CellTask) => runner.run(task) });
