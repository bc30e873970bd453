/**
 * @module
 * What a scenario's claims and schedules need to know of a run beside its summary.
 */
import type { IterationStart, RequestResult, SimulationObserver } from "@tandem-sim/engine";
import { csvRow } from "@tandem-sim/report";
import type { Batch } from "@tandem-sim/scheduler";
import { type BatchShape, decodes } from "./batch-shape.js";

export interface Observed {
  /** Iterations of a single request, and those of them that were divided all the same. */
  singleRequest: number;
  singleRequestDivided: number;
  /** Numbers of columns that rows of the per-request CSV have: one number, if all is well. */
  csvColumns: number[];
  /** The largest batch of decodes alone, at its mean context; null where there was none. */
  decodeStep: BatchShape | null;
  /** The batch with most prompt tokens, its prompts and its decodes at their means; null where there was none. */
  promptStep: BatchShape | null;
}

/** Columns of a CSV row, whose quoted fields hold commas. */
const columnsOf = (row: string): number => row.replaceAll(/"[^"]*"/g, "").split(",").length;

const mean = (sum: number, count: number): number => (count === 0 ? 0 : Math.round(sum / count));

/** A batch as if its prompts were alike, and its decodes. */
function meanShape({ size, prefill, tokens, context }: Batch): BatchShape {
  const sums = { prompts: 0, tokens: 0, before: 0, decodes: 0, context: 0 };
  for (let i = 0; i < size; i++) {
    if (prefill[i] === 1) {
      sums.prompts++;
      sums.tokens += tokens[i] ?? 0;
      sums.before += context[i] ?? 0;
    } else {
      sums.decodes++;
      sums.context += context[i] ?? 0;
    }
  }
  return {
    prompts: {
      requests: sums.prompts,
      tokens: mean(sums.tokens, sums.prompts),
      context: mean(sums.before, sums.prompts),
    },
    decodes: { requests: sums.decodes, context: mean(sums.context, sums.decodes) },
  };
}

export class RunObserver implements SimulationObserver {
  private singleRequest = 0;
  private singleRequestDivided = 0;
  private readonly csvColumns = new Set<number>();
  private promptStep: BatchShape | null = null;
  private promptTokens = 0;
  /** Of batches of decodes alone: the most of them, and how often and at what contexts they were as many. */
  private readonly most = { decodes: 0, contexts: 0, iterations: 0 };

  constructor(private readonly onFinished: (result: RequestResult) => void) {}

  onRequest(result: RequestResult): void {
    this.onFinished(result);
    // The list of ITLs is one quoted field, however long it is.
    const { ends, runs } = result.tokenRuns;
    this.csvColumns.add(columnsOf(csvRow({ ...result, tokenRuns: { ends, runs: runs.slice(-1) } })));
  }

  onIteration({ batch, division }: IterationStart): void {
    if (batch.size === 1) {
      this.singleRequest++;
      if (division) this.singleRequestDivided++;
    }
    const shape = meanShape(batch);
    const { prompts } = shape;
    if (prompts.requests === 0) this.addDecodes(shape.decodes);
    else if (prompts.requests * prompts.tokens > this.promptTokens) {
      this.promptTokens = prompts.requests * prompts.tokens;
      this.promptStep = shape;
    }
  }

  private addDecodes({ requests, context }: BatchShape["decodes"]): void {
    const { most } = this;
    if (requests < most.decodes) return;
    if (requests > most.decodes) Object.assign(most, { decodes: requests, contexts: 0, iterations: 0 });
    most.contexts += context;
    most.iterations++;
  }

  get observed(): Observed {
    const { most } = this;
    return {
      singleRequest: this.singleRequest,
      singleRequestDivided: this.singleRequestDivided,
      csvColumns: [...this.csvColumns].sort((a, b) => a - b),
      decodeStep: most.decodes > 0 ? decodes(most.decodes, mean(most.contexts, most.iterations)) : null,
      promptStep: this.promptStep,
    };
  }
}
