/**
 * @module
 * How far a sweep has come: a status line on a terminal, a line for every tenth in a pipe.
 */
import { clearStatus, report, status } from "../terminal.js";

/** 75 -> "1m15s" */
export function duration(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole}s`;
  const minutes = Math.floor(whole / 60);
  return minutes < 60 ? `${minutes}m${whole % 60}s` : `${Math.floor(minutes / 60)}h${minutes % 60}m`;
}

export class Progress {
  private done = 0;
  private readonly startedMs = performance.now();

  /** @param cells to run */
  constructor(private readonly cells: number) {}

  /** A cell has ended. */
  step(): void {
    const tenth = (done: number): number => Math.floor((10 * done) / this.cells);
    this.done++;
    if (process.stderr.isTTY) status(this.text());
    else if (tenth(this.done) > tenth(this.done - 1)) report(this.text());
  }

  end(): void {
    clearStatus();
  }

  private text(): string {
    const perSecond = this.done / ((performance.now() - this.startedMs) / 1000);
    const left = (this.cells - this.done) / perSecond;
    const eta = this.done < this.cells ? `, ${duration(left)} left` : "";
    return `${this.done} of ${this.cells} cells, ${perSecond.toPrecision(2)} per second${eta}`;
  }
}
