/**
 * @module
 * Reads text traces.
 */
import { TandemError } from "@tandem-sim/schemas";
import { COLUMNS, isMarker, type TraceRow } from "./row.js";

/**
 * Reads a text trace.
 *
 * @param source file name, for errors
 * @throws {TandemError} E_PARSE naming the line
 */
export function parseText(text: string, source: string): TraceRow[] {
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  const complain = (message: string, at: number): never => {
    throw new TandemError("E_PARSE", message, { where: `${source}:${at}` });
  };
  if (!lines[0]?.startsWith("COLOCATED")) complain("not a trace: the first line does not begin with COLOCATED", 1);
  if (Number(lines[1]) !== lines.length - 3) complain(`${lines[1]} rows announced, ${lines.length - 3} found`, 2);
  return lines.slice(3).map((row, i) => {
    if (isMarker(row)) return marker(row.trimEnd());
    const fields = row.trim().split(/\s+/);
    if (fields.length !== COLUMNS.length) complain(`expected ${COLUMNS.length} fields, found ${fields.length}`, i + 4);
    const [name, time, from, input, weightLocation, weight, to, output, commType, comm, misc] = fields;
    return {
      name,
      compTimeNs: Number(time),
      inputLocation: from,
      inputBytes: Number(input),
      weightLocation,
      weightBytes: Number(weight),
      outputLocation: to,
      outputBytes: Number(output),
      commType,
      commBytes: Number(comm),
      misc,
    };
  });
}

const marker = (name: string): TraceRow => ({
  name,
  compTimeNs: 0,
  inputLocation: "",
  inputBytes: 0,
  weightLocation: "",
  weightBytes: 0,
  outputLocation: "",
  outputBytes: 0,
  commType: "",
  commBytes: 0,
  misc: "",
});
