/**
 * @module
 * Fits the constants of a service to a recorded run. What each constant does to a stretch of a simulated run is known from
 * its iterations, costed again, so every simulation gives the next step without trying any: a handful is enough.
 */
import { solve } from "../analytic/robust-fit.js";
import { independence } from "./independence.js";

/**
 * Constants as slow-downs, each 0 where it changes nothing and 0.01 where it makes 1% of what it acts on: -ln of an
 * efficiency; host time over that of a mean iteration.
 */
export type Slowdowns = readonly number[];

/** What one simulation says, stretch by stretch. */
export interface Observation {
  /** ln(simulated / recorded). */
  residuals: Float64Array;
  /** By candidate: how each residual moves with it, the batches as they were. */
  slopes: readonly Float64Array[];
  /** Sum 1. */
  weights: Float64Array;
  /** Numbers, from 0, of parts of the run that must agree. What only one shows, as an engine that warms up, is no constant. */
  parts: Uint8Array;
  /** Numbers, from 0, of kinds of stretches: some are noisier than others. */
  kinds: Uint8Array;
}

/** One constant that the run may say something of. */
export interface Candidate {
  name: string;
  least: number;
  most: number;
  /** How far from 0 nobody would be surprised to find it. Of constants that do nearly the same, the usual ones win. */
  usual: number;
}

export interface ServiceFit {
  /** By candidate; 0 where it is left alone. */
  slowdowns: number[];
  /** By candidate, what came of it. */
  findings: string[];
  /** Robust error in percent, before and after. */
  beforePct: number;
  afterPct: number;
}

/** Residuals well below it count as squares, those above hardly more than as themselves. */
const outlier = 0.05;
/** A constant is worth having where it takes this much of the error away: a share, and percentage points. */
const leastGain = 0.1;
const leastGainPct = 0.05;
/** The part of a constant's effect that no combination of the others makes: a fifth makes five of every percent of noise. */
const leastIndependence = 0.2;
/** The error that as much as is usual must take away to be believed: ridge regression. */
const believedError = 0.01;
/** No kind of stretch is known better than this, percent. */
const leastNoisePct = 0.5;
const stepsOfRegression = 12;
const simulations = 6;
/** Steps below it change nothing that anyone would see. */
const leastStep = 1e-3;

/** Where the search stands, and what the simulation said there. */
interface Place {
  slowdowns: readonly number[];
  seen: Observation;
}

/** Residuals at other slow-downs, as far as batches stay as they were. */
function foreseen({ slowdowns, seen }: Place, at: Slowdowns): Float64Array {
  const step = at.map((value, k) => value - slowdowns[k]);
  return seen.residuals.map((value, i) => value + step.reduce((sum, d, k) => sum + d * seen.slopes[k][i], 0));
}

/** The size of a typical residual, percent, of the whole run or a part of it. */
function errorPct(residuals: Float64Array, { weights, parts }: Observation, part?: number): number {
  let loss = 0;
  let weight = 0;
  residuals.forEach((residual, i) => {
    if (part !== undefined && parts[i] !== part) return;
    loss += weights[i] * 2 * (Math.sqrt(1 + (residual / outlier) ** 2) - 1);
    weight += weights[i];
  });
  return weight === 0 ? 0 : 100 * outlier * Math.sqrt(loss / weight);
}

const within = (value: number, { least, most }: Candidate): number => Math.min(most, Math.max(least, value));

/** The best of some candidates together, the others at 0, as far as one simulation says: robust, by weighted squares. */
function regression(candidates: readonly Candidate[], chosen: readonly number[], place: Place): number[] {
  const { slopes, weights } = place.seen;
  let at = candidates.map((_, k) => (chosen.includes(k) ? place.slowdowns[k] : 0));
  if (chosen.length === 0) return at;
  for (let i = 0; i < stepsOfRegression; i++) {
    const residuals = foreseen(place, at);
    const weight = residuals.map((residual, j) => weights[j] / Math.sqrt(1 + (residual / outlier) ** 2));
    const dot = (a: Float64Array, b: Float64Array): number =>
      a.reduce((sum, value, j) => sum + weight[j] * value * b[j], 0);
    const doubt = (k: number): number => (believedError / candidates[k].usual) ** 2;
    const move = solve(
      chosen.map((k) => chosen.map((j) => dot(slopes[k], slopes[j]) + (k === j ? doubt(k) : 0))),
      chosen.map((k) => -dot(slopes[k], residuals) - doubt(k) * at[k]),
    );
    at = at.map((value, k) => (chosen.includes(k) ? within(value + move[chosen.indexOf(k)], candidates[k]) : value));
  }
  return at;
}

type Observe = (slowdowns: Slowdowns) => Promise<Observation>;

/** Simulates where the regression leads, until it stays there; the best place on the way. */
async function search(
  candidates: readonly Candidate[],
  chosen: readonly number[],
  observe: Observe,
  from: Place,
): Promise<Place> {
  const errorAt = ({ seen }: Place): number => errorPct(seen.residuals, seen);
  const start = from.slowdowns.every((value, k) => value === 0 || chosen.includes(k));
  let best = start ? from : null;
  let place = from;
  for (let i = 0; i < simulations; i++) {
    const next = regression(candidates, chosen, place);
    if (best && next.every((value, k) => Math.abs(value - place.slowdowns[k]) < leastStep)) break;
    place = { slowdowns: next, seen: await observe(next) };
    if (!best || errorAt(place) < errorAt(best)) best = place;
  }
  return best ?? from;
}

/** Candidates that can be told from those named before them; the others have their finding. */
function toldApart(candidates: readonly Candidate[], { slopes, weights }: Observation, findings: string[]): number[] {
  const effects = slopes.map((slope) => slope.map((value, i) => value * Math.sqrt(weights[i])));
  const told: number[] = [];
  for (const k of candidates.keys()) {
    const others = told.map((other) => effects[other]);
    if (independence(effects[k], others) >= leastIndependence) {
      told.push(k);
      continue;
    }
    const apart = others.map((other) => independence(effects[k], [other]));
    const nearest = told[apart.indexOf(Math.min(...apart))];
    findings[k] = nearest === undefined ? "moves nothing" : `this run cannot tell it from ${candidates[nearest].name}`;
  }
  return told;
}

/** Weights by what is left of each kind's error at a place: where one says 1% and another 10%, the first is to be believed. */
function believing({ seen }: Place): (other: Observation) => Observation {
  const noise = [...new Set(seen.kinds)].sort().map((kind) => {
    const own = { ...seen, parts: seen.kinds };
    return Math.max(leastNoisePct, errorPct(seen.residuals, own, kind));
  });
  return (other) => {
    const weights = other.weights.map((weight, i) => weight / (noise[other.kinds[i]] ?? 1) ** 2);
    const sum = weights.reduce((total, weight) => total + weight, 0);
    return { ...other, weights: weights.map((weight) => weight / sum) };
  };
}

/** Why a constant is not worth having, from residuals without and with it; null where it is. */
function idle(without: Float64Array, having: Float64Array, seen: Observation): string | null {
  const [wasPct, isPct] = [without, having].map((residuals) => errorPct(residuals, seen));
  if (wasPct - isPct < Math.max(leastGain * wasPct, leastGainPct)) {
    return `takes no tenth of the error away (${wasPct.toFixed(2)}% to ${Math.min(wasPct, isPct).toFixed(2)}%)`;
  }
  const harmed = [...new Set(seen.parts)].some(
    (part) => errorPct(having, seen, part) > errorPct(without, seen, part) + leastGainPct,
  );
  return harmed
    ? "helps one part of the fitted requests and harms another: what it would correct is not constant"
    : null;
}

/** Of candidates that were fitted together, those that are worth having; the others have their finding. */
function worthHaving(
  candidates: readonly Candidate[],
  told: readonly number[],
  place: Place,
  findings: string[],
): number[] {
  const left = (chosen: readonly number[]): Float64Array => foreseen(place, regression(candidates, chosen, place));
  let chosen = [...told];
  // The last named first: it is the least likely.
  for (const k of [...told].reverse()) {
    const others = chosen.filter((other) => other !== k);
    const why = idle(left(others), left(chosen), place.seen);
    if (why === null) continue;
    findings[k] = why;
    chosen = others;
  }
  return chosen;
}

/**
 * Fits all candidates that the run can tell apart together, leaves out each that takes no tenth of the error away or harms
 * a part of the run, and fits the rest again. Of two that cannot be told apart the first named is fitted.
 */
export async function fitService(candidates: readonly Candidate[], observe: Observe): Promise<ServiceFit> {
  const slowdowns = candidates.map(() => 0);
  const neutral: Place = { slowdowns, seen: await observe(slowdowns) };
  const findings = candidates.map(() => "fitted");
  const told = toldApart(candidates, neutral.seen, findings);
  const rough = await search(candidates, told, observe, neutral);
  const weigh = believing(rough);
  const weighed: Observe = async (at) => weigh(await observe(at));
  const before: Place = { ...neutral, seen: weigh(neutral.seen) };
  const together = await search(candidates, told, weighed, { ...rough, seen: weigh(rough.seen) });
  const chosen = worthHaving(candidates, told, together, findings);
  const others = chosen.length < told.length;
  const found = chosen.length === 0 ? before : others ? await search(candidates, chosen, weighed, together) : together;
  return {
    slowdowns: [...found.slowdowns],
    findings,
    beforePct: errorPct(before.seen.residuals, before.seen),
    afterPct: errorPct(found.seen.residuals, found.seen),
  };
}
