/**
 * @module
 * How far a run is, for who watches it: requests done, and of a long one how fast and how long still.
 */
import { compact } from "@tandem-sim/report";
import { status } from "./terminal.js";

/** A run is long from here on: before, its rate says little. */
const LONG_MS = 2000;

/** Between two lines; a terminal that is written to without pause flickers. */
const PAUSE_MS = 100;

const seconds = (s: number): string => (s < 90 ? `${Math.ceil(s)} s` : `${Math.ceil(s / 60)} min`);

/** "simulating: 420000 of 1000000 requests, 12.1k/s, 48 s left" */
export function progressText(label: string, done: number, total: number, elapsedMs: number): string {
  const counted = `${label}: ${done} of ${total} requests`;
  if (elapsedMs < LONG_MS || done === 0) return counted;
  const perSecond = (1000 * done) / elapsedMs;
  return `${counted}, ${compact(perSecond)}/s, ${seconds((total - done) / perSecond)} left`;
}

/** Progress of one run, on a terminal. */
export class Progress {
  /** Requests that have finished. */
  done = 0;
  private readonly startMs = performance.now();
  private shownMs = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly label: string,
    private readonly total: number,
  ) {}

  show(): void {
    const nowMs = performance.now();
    if (nowMs - this.shownMs < PAUSE_MS) return;
    this.shownMs = nowMs;
    status(progressText(this.label, this.done, this.total, nowMs - this.startMs));
  }
}
