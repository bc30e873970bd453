/**
 * @module
 * Where along an axis one mode overtakes another, as sentences and a table.
 */
import type { Measure } from "@tandem-sim/schemas";
import { type ComparedPoint, type Crossing, type Crossings, secondWins } from "@tandem-sim/sweep";
import { type Part, titledTable } from "../part.js";

/** What was asked. */
export interface BreakEvenQuestion {
  axis: string;
  /** The axis with its unit. */
  label: string;
  /** Its value as the inputs have it. */
  here: number;
  from: number;
  to: number;
  measure: Measure;
  modes: readonly [first: string, second: string];
  dataset: string;
  requests: number;
}

/** A measure with its unit, and what a figure is divided by to be in it. */
export const measureUnits: Readonly<Record<Measure, readonly [label: string, per: number]>> = {
  makespan: ["makespan, s", 1e9],
  ttft: ["mean TTFT, ms", 1],
  tpot: ["mean TPOT, ms", 1],
  energy: ["J per token", 1],
};

const valueText = (value: number): string => (Number.isInteger(value) ? String(value) : value.toPrecision(4));

const winner = ({ modes: [first, second] }: BreakEvenQuestion, point: ComparedPoint): string =>
  secondWins(point) ? second : first;

function crossingText(question: BreakEvenQuestion, { below, above }: Crossing): string {
  const [loser, leader] = [winner(question, below), winner(question, above)];
  return `${leader} overtakes ${loser} between ${valueText(below.value)} and ${valueText(above.value)} (${question.label}).`;
}

/** The answer. */
export function breakEvenSentences(question: BreakEvenQuestion, { curve, crossings }: Crossings): string[] {
  const { modes, from, to, label, here } = question;
  const range = `from ${valueText(from)} to ${valueText(to)} (${label})`;
  const [any] = curve;
  if (!any) return [`${modes.join(" and ")} cannot both serve the load anywhere ${range}.`];
  if (crossings.length === 0) {
    const leader = winner(question, any);
    const other = modes.find((mode) => mode !== leader) ?? leader;
    return [`Never in the range: ${other} does not overtake ${leader} ${range}.`];
  }
  return [
    ...crossings.map((crossing) => crossingText(question, crossing)),
    ...(crossings.length > 1 ? ["It goes to and fro: there is no single break-even."] : []),
    `As it is: ${valueText(here)}.`,
  ];
}

/** Head and rows: a value of the axis each. */
export function breakEvenRows({ label, measure, modes }: BreakEvenQuestion, { curve }: Crossings): string[][] {
  const [unit, per] = measureUnits[measure];
  const figure = (value: number): string => (value / per).toPrecision(5);
  const head = [label, ...modes.map((mode) => `${mode} ${unit}`), "ratio"];
  return [
    head,
    ...curve.map(({ value, first, second }) => [
      valueText(value),
      figure(first),
      figure(second),
      `${(second / first).toFixed(3)}x`,
    ]),
  ];
}

export function breakEvenResult(question: BreakEvenQuestion, found: Crossings): Part[] {
  const [head = [], ...rows] = breakEvenRows(question, found);
  return [...breakEvenSentences(question, found), "", titledTable(head, rows)];
}

/** The same for scripts; figures of the makespan are ns. */
export function breakEvenJson(question: BreakEvenQuestion, { curve, crossings }: Crossings): Record<string, unknown> {
  const [first, second] = question.modes;
  const point = (of: ComparedPoint) => ({ value: of.value, [first]: of.first, [second]: of.second });
  return {
    ...question,
    crossings: crossings.map(({ below, above }) => ({
      overtakes: winner(question, above),
      below: point(below),
      above: point(above),
    })),
    curve: curve.map(point),
  };
}
