/**
 * @module
 * Fits the constants of a service to a recorded run. Every look at them is a simulation, so there are few: slopes by one
 * step each at the start, from then on what each further simulation says of them. Deterministic.
 */
import { lossOf, nextStep, outlier } from "../analytic/robust-fit.js";
import { independence } from "./independence.js";

/**
 * Constants as slow-downs, each 0 where it changes nothing and 0.01 where it makes 1% of what it acts on: -ln of an
 * efficiency; host time over that of a mean iteration.
 */
export type Slowdowns = readonly number[];

/**
 * Residuals at these slow-downs, ln(simulated / recorded), weighted so that the sum of squares is a mean; in parts of the
 * run that must agree. Something that only one of them shows, as an engine that warms up, is no constant.
 */
export type ServiceResiduals = (slowdowns: Slowdowns) => Promise<readonly Float64Array[]>;

/** The parts in a row, weighted. */
type Weighed = (slowdowns: Slowdowns) => Promise<Float64Array>;

/** One constant that the run may say something of. */
export interface Candidate {
  name: string;
  least: number;
  most: number;
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

/** One step for a slope: well above the noise of batches that form otherwise, well below where slopes change. */
const slopeStep = 0.04;
/** A constant is fitted where it takes this much of the error away: a share, and percentage points. */
const leastGain = 0.1;
const leastGainPct = 0.05;
/** Below it a constant is as good as none. */
const leastSlowdown = 0.002;
/** The part of a constant's effect that no combination of the others makes. */
const leastIndependence = 0.2;
const leastLossGain = 1e-3;
const stepsPerFit = 6;

/** The size of a typical residual, in percent, for a sum of squares that is a mean. */
const errorPct = (residuals: Float64Array): number => 100 * outlier * Math.sqrt(lossOf(residuals));

const joined = (parts: readonly Float64Array[]): Float64Array => Float64Array.from(parts.flatMap((part) => [...part]));

/** Whether the error of any part grows, by more than the noise of a simulation. @param parts figures in each */
function harms(before: Float64Array, after: Float64Array, parts: readonly number[]): boolean {
  let from = 0;
  return parts.some((length) => {
    const [was, is] = [before, after].map((values) => errorPct(values.subarray(from, from + length)));
    from += length;
    return is > was + leastGainPct;
  });
}

/** A place in the search: where, what the simulation said there, and how that moves with each candidate. */
interface Place {
  slowdowns: number[];
  residuals: Float64Array;
  slopes: Float64Array[];
}

/** The slopes after a step, mended along it by what the simulation said: Broyden's rule. */
function mended({ slopes, slowdowns, residuals }: Place, to: readonly number[], now: Float64Array): Float64Array[] {
  const step = to.map((value, k) => value - slowdowns[k]);
  const length = step.reduce((sum, part) => sum + part * part, 0);
  // The noise of a simulation over a short step says nothing of slopes.
  if (length < (slopeStep / 4) ** 2) return slopes;
  const missed = now.map((value, i) => value - residuals[i] - step.reduce((sum, d, k) => sum + d * slopes[k][i], 0));
  return slopes.map((slope, k) => slope.map((value, i) => value + (missed[i] * step[k]) / length));
}

const within = (value: number, { least, most }: Candidate): number => Math.min(most, Math.max(least, value));

/** From `start`, the best of some candidates together; the others stay as they are. */
async function refine(
  candidates: readonly Candidate[],
  chosen: readonly number[],
  residuals: Weighed,
  start: Place,
): Promise<Place> {
  let best = start;
  let damping = 1e-3;
  for (let i = 0; i < stepsPerFit; i++) {
    const move = nextStep(
      chosen.map((k) => best.slopes[k]),
      best.residuals,
      damping,
    );
    const tried = best.slowdowns.map((value, k) => {
      const at = chosen.indexOf(k);
      return at < 0 ? value : within(value + move[at], candidates[k]);
    });
    if (tried.every((value, k) => Math.abs(value - best.slowdowns[k]) < leastSlowdown / 4)) break;
    const now = await residuals(tried);
    const slopes = mended(best, tried, now);
    const gain = 1 - lossOf(now) / lossOf(best.residuals);
    if (gain > 0) best = { slowdowns: tried, residuals: now, slopes };
    else best = { ...best, slopes };
    damping = gain > 0 ? damping / 3 : damping * 30;
    if (gain > 0 && gain < leastLossGain) break;
  }
  return best;
}

/** What the error would be after the step that slopes ask for. */
function promisedLoss({ slopes, residuals }: Place, chosen: readonly number[]): number {
  const own = chosen.map((k) => slopes[k]);
  const move = nextStep(own, residuals, 1e-3);
  return lossOf(residuals.map((value, i) => value + own.reduce((sum, slope, k) => sum + slope[i] * move[k], 0)));
}

/**
 * By figure, what its residual counts. A figure that a slow-down of 1% moves by 5%, as TTFT behind a growing queue, is off
 * by 5% where the iterations are off by 1%, and by as much again for every hiccup of the recorded engine: it says no more
 * of the iterations than one that moves by 1%.
 */
const weightsOf = (slopes: readonly Float64Array[], figures: number): Float64Array =>
  Float64Array.from({ length: figures }, (_, i) => {
    const most = slopes.reduce((greatest, slope) => Math.max(greatest, Math.abs(slope[i])), 0);
    return 1 / Math.max(1, most * Math.sqrt(figures));
  });

const weighted = (values: Float64Array, weights: Float64Array): Float64Array =>
  values.map((value, i) => value * weights[i]);

async function start(
  candidates: readonly Candidate[],
  residuals: ServiceResiduals,
): Promise<{ place: Place; weighing: Weighed; parts: number[] }> {
  const slowdowns = candidates.map(() => 0);
  const parts = await residuals(slowdowns);
  const at = joined(parts);
  const slopes: Float64Array[] = [];
  for (const k of candidates.keys()) {
    const moved = joined(await residuals(slowdowns.map((value, i) => (i === k ? value + slopeStep : value))));
    slopes.push(moved.map((value, i) => (value - at[i]) / slopeStep));
  }
  const weights = weightsOf(slopes, at.length);
  const place = {
    slowdowns,
    residuals: weighted(at, weights),
    slopes: slopes.map((slope) => weighted(slope, weights)),
  };
  const weighing = async (tried: Slowdowns) => weighted(joined(await residuals(tried)), weights);
  return { place, weighing, parts: parts.map(({ length }) => length) };
}

/**
 * Takes up one constant after the other, the most promising first, as long as each lowers the error by a tenth and can be
 * told from those before it, and no part of the run is worse off.
 *
 * @example
 * await fitService([{ name: "memory", least: -1, most: 1 }], async ([x = 0]) => [Float64Array.of(x - 0.2)]); // slowdowns: [0.2]
 */
export async function fitService(candidates: readonly Candidate[], residuals: ServiceResiduals): Promise<ServiceFit> {
  const { place: first, weighing, parts } = await start(candidates, residuals);
  let place = first;
  const { slopes } = place;
  const beforePct = errorPct(place.residuals);
  const findings = candidates.map(() => "");
  const chosen: number[] = [];
  let open = [...candidates.keys()];
  while (open.length > 0) {
    const others = chosen.map((k) => slopes[k]);
    for (const k of open) {
      if (independence(slopes[k], others) >= leastIndependence) continue;
      findings[k] = `this run cannot tell it from ${chosen.map((at) => candidates[at].name).join(" and ")}`;
    }
    open = open.filter((k) => findings[k] === "");
    const promise = new Map(open.map((k) => [k, promisedLoss(place, [...chosen, k])]));
    const [next] = open.sort((a, b) => (promise.get(a) ?? 0) - (promise.get(b) ?? 0));
    if (next === undefined) break;
    open = open.filter((k) => k !== next);
    const found = await refine(candidates, [...chosen, next], weighing, place);
    const [wasPct, isPct] = [errorPct(place.residuals), errorPct(found.residuals)];
    const gained = wasPct - isPct >= Math.max(leastGain * wasPct, leastGainPct);
    if (!gained) findings[next] = `takes no tenth of the error away (${wasPct.toFixed(2)}% to ${isPct.toFixed(2)}%)`;
    else if (harms(place.residuals, found.residuals, parts))
      findings[next] = "helps one part of the fitted requests and harms another: what it would correct is not constant";
    else {
      chosen.push(next);
      place = found;
      findings[next] = "fitted";
    }
  }
  return settled(place, chosen, findings, { residuals: weighing, beforePct });
}

/** A constant that the ones after it have brought back to nothing is none. */
async function settled(
  { slowdowns, residuals: at }: Place,
  chosen: readonly number[],
  findings: string[],
  { residuals, beforePct }: { residuals: Weighed; beforePct: number },
): Promise<ServiceFit> {
  const idle = chosen.filter((k) => slowdowns[k] !== 0 && Math.abs(slowdowns[k]) < leastSlowdown);
  for (const k of chosen) if (Math.abs(slowdowns[k]) < leastSlowdown) findings[k] = "fitted, and nothing to correct";
  const kept = slowdowns.map((value, k) => (idle.includes(k) ? 0 : value));
  const afterPct = errorPct(idle.length > 0 ? await residuals(kept) : at);
  return { slowdowns: kept, findings, beforePct, afterPct };
}
