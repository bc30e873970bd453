/**
 * @module
 * What the difference between GPU-only and an offloaded mode consists of, a row for each cause.
 */
import type { Composition } from "@tandem-sim/schemas";
import { type Table, titledTable } from "../part.js";

type Figures = Composition["from"];

const signed = (value: number, digits: number): string => {
  const text = Math.abs(value).toFixed(digits);
  return Number(text) === 0 ? "0" : `${value > 0 ? "+" : "-"}${text}`;
};

const cells = (figures: Figures, text: (value: number, digits: number) => string): string[] => [
  text(figures.makespan_ns / 1e9, 2),
  text(figures.ttft_ms, 1),
  text(figures.queuing_ms, 1),
  text(figures.tpot_ms, 2),
];

/** GPU-only, what each cause adds, and the mode that they lead to. */
export function compositionTable({ from, to, steps }: Composition): Table {
  const plain = (value: number, digits: number): string => value.toFixed(digits);
  const end = { ...from };
  for (const step of steps) for (const key of Object.keys(end) as (keyof Figures)[]) end[key] += step[key];
  return titledTable(
    ["one cause at a time", "makespan s", "TTFT ms", "of it queueing", "TPOT ms"],
    [
      ["gpu-only", ...cells(from, plain)],
      ...steps.map((step) => [`  ${step.cause}`, ...cells(step, signed)]),
      [to, ...cells(end, plain)],
    ],
  );
}
