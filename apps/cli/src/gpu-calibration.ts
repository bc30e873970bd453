/**
 * @module
 * `--gpu-calibration`: constants of a service, from the file that `tandem calibrate` wrote.
 */
import { calibratedInputs } from "@tandem-sim/schemas";
import { type ClusterInputs, readServiceCalibration } from "@tandem-sim/schemas/node";
import { warnOnce } from "./terminal.js";

/** The same inputs with the constants of a file; as they are without one. @throws {TandemError} */
export const withCalibration = (inputs: ClusterInputs, file: string | undefined): ClusterInputs =>
  file === undefined ? inputs : calibratedInputs(inputs, readServiceCalibration(file), file, warnOnce);
