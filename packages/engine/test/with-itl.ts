/**
 * @module
 * A finished request with its inter-token latencies, cut from the log while that holds them.
 */
import { interTokenNs, type RequestResult } from "../src/index.js";

export interface WithItl extends RequestResult {
  itlNs: Float64Array;
}

export const withItl = (result: RequestResult): WithItl => ({ ...result, itlNs: interTokenNs(result.tokenRuns) });
