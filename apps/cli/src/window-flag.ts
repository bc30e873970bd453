/**
 * @module
 * `--timeline-window A:B`.
 */
import type { TimelineWindow } from "@tandem-sim/engine";
import { TandemError } from "@tandem-sim/schemas";

/** Simulated seconds `A:B`; either may be left out. */
export function parseWindow(text: string): TimelineWindow {
  const match = /^(\d*\.?\d*):(\d*\.?\d*)$/.exec(text);
  const start = match?.[1] ? Number(match[1]) : 0;
  const end = match?.[2] ? Number(match[2]) : Number.POSITIVE_INFINITY;
  if (!match || !(start < end)) {
    throw new TandemError("E_USAGE", `expected A:B in simulated seconds with A < B, found "${text}"`, {
      where: "--timeline-window",
      hint: "e.g. 2.5:3",
    });
  }
  return { startNs: start * 1e9, endNs: end * 1e9 };
}
