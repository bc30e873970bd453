/**
 * @module
 * The rows that a text trace consists of.
 */

/** One row. Sizes are bytes. Of a marker row (`PIM <channel>`, `PIM END`) only the name counts. */
export interface TraceRow {
  name: string;
  compTimeNs: number;
  inputLocation: string;
  inputBytes: number;
  weightLocation: string;
  weightBytes: number;
  outputLocation: string;
  outputBytes: number;
  commType: string;
  commBytes: number;
  misc: string;
}

/** First line of every trace. */
export const HEADER = "COLOCATED\t\tmodel_parallel_NPU_group: 1";
export const COLUMNS = [
  "Layername",
  "comp_time",
  "input_loc",
  "input_size",
  "weight_loc",
  "weight_size",
  "output_loc",
  "output_size",
  "comm_type",
  "comm_size",
  "misc",
] as const;

/** Name of the row in front of a PIM channel's rows, and of the one behind those of the last. */
export const channelMarker = (channel: number): string => `PIM ${channel}`;
export const END_OF_PIM = "PIM END";
export const isMarker = (name: string): boolean => name.startsWith("PIM ");
