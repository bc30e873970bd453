/**
 * @module
 * The per-request CSV: a row per request, times in whole ns, columns as LLMServingSim has them.
 */
import { type IterationEnds, interTokenNs, type RequestResult } from "@tandem-sim/engine";
import { GapText } from "./gap-text.js";

/** The header line, without its line end. */
export const csvHeader =
  "instance id,request id,model,input,output,arrival,end_time,latency,queuing_delay,TTFT,TPOT,ITL";

/** One row, without its line end. */
export const csvRow = (result: RequestResult): string =>
  `${figures(result)},"[${interTokenNs(result.tokenRuns).join(", ")}]"`;

/** All columns but the list of inter-token latencies. */
function figures(result: RequestResult): string {
  return [
    result.instanceId,
    result.requestId,
    csvText(result.model),
    result.inputTokens,
    result.outputTokens,
    result.arrivalNs,
    result.endNs,
    result.latencyNs,
    result.queuingNs,
    result.ttftNs,
    // Whole ns, as LLMServingSim writes it.
    Math.floor(result.tpotNs),
  ].join(",");
}

/** Bytes that are gathered before they are passed on. */
const GATHERED_BYTES = 1 << 20;

const utf8 = new TextEncoder();

/**
 * The rows of {@link csvRow}, with their line ends, in large pieces; the lists of inter-token latencies are copied from what
 * has been written once per iteration.
 *
 * @example
 * const rows = new CsvRows((bytes) => writeSync(file, bytes));
 * simulate(plan, chunks, { onRequest: (finished) => rows.add(finished) });
 * rows.flush();
 */
export class CsvRows {
  private gathered = new Uint8Array(2 * GATHERED_BYTES);
  private size = 0;
  /** By the log of an instance. */
  private readonly gapTexts = new Map<IterationEnds, GapText>();

  /** @param write receives the next bytes of the file; they are good until it returns */
  constructor(private readonly write: (bytes: Uint8Array) => void) {}

  /** A request has finished: within the call of its observer. */
  add(result: RequestResult): void {
    const { ends, runs } = result.tokenRuns;
    let gaps = this.gapTexts.get(ends);
    if (!gaps) {
      gaps = new GapText(ends);
      this.gapTexts.set(ends, gaps);
    }
    this.addText(`${figures(result)},"[`);
    // The first entry of the list has no comma in front.
    let isFirst = true;
    const addList = (text: Uint8Array): void => {
      this.addBytes(isFirst ? text.subarray(", ".length) : text);
      if (text.length > 0) isFirst = false;
    };
    let lastNs = 0;
    runs.forEach(({ first, last }, k) => {
      if (k > 0) addList(utf8.encode(`, ${ends.at(first) - lastNs}`));
      addList(gaps.of(first + 1, last + 1));
      lastNs = ends.at(last);
    });
    this.addText(']"\n');
    if (this.size >= GATHERED_BYTES) this.flush();
  }

  /** Passes on what is gathered. */
  flush(): void {
    if (this.size > 0) this.write(this.gathered.subarray(0, this.size));
    this.size = 0;
  }

  private addText(text: string): void {
    this.reserve(3 * text.length);
    this.size += utf8.encodeInto(text, this.gathered.subarray(this.size)).written;
  }

  private addBytes(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.gathered.set(bytes, this.size);
    this.size += bytes.length;
  }

  private reserve(bytes: number): void {
    if (this.size + bytes <= this.gathered.length) return;
    const larger = new Uint8Array(2 * (this.size + bytes));
    larger.set(this.gathered.subarray(0, this.size));
    this.gathered = larger;
  }
}

const csvText = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
