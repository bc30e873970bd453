/**
 * @module
 * How much load can this take: the greatest request rate at which a share of the requests meets a service level.
 */
import { type Bracket, bisection, byRatio } from "./bisection.js";

/** A load, and what became of it. */
export interface LoadPoint {
  /** Requests per second that arrive; Infinity: all at once. */
  rate: number;
  /** Of the requests, those that met the service level. */
  share: number;
  /** Requests per second that met it. */
  goodput: number;
}

export interface Capacity {
  /** Requests per second; 0: not even one at a time; Infinity: whatever arrives. */
  rate: number;
  /** Loads that were tried, by rate. */
  curve: LoadPoint[];
  /** Some rate below it missed the share: to meet it is no matter of more or less load alone. */
  uneven: boolean;
}

export interface CapacitySearch {
  /** Rate to begin with. */
  start: number;
  /** From there in such factors, up or down, until the answer is enclosed. */
  factor: number;
  /** Share of requests that have to meet the service level. */
  share: number;
  /** The answer and the least rate above it that fails differ by no more than this share of it. */
  tolerance: number;
  /** Multiples of the answer to try as well: for the curve, and for rates that pass above it. */
  around: readonly number[];
}

/** Rates so far from the start are not tried: below, a load is one request at a time; above, it is all at once. */
const FARTHEST = 1024;

/**
 * The search takes it that more load is no better, tries `around` the answer whether that holds, and goes on from a
 * greater rate that passes.
 */
export async function findCapacity(
  measure: (rate: number) => Promise<LoadPoint>,
  { start, factor, share, tolerance, around }: CapacitySearch,
): Promise<Capacity> {
  const tried = new Map<number, LoadPoint>();
  const passes = async (rate: number): Promise<boolean> => {
    const point = tried.get(rate) ?? (await measure(rate));
    tried.set(rate, point);
    return point.share >= share;
  };
  const answer = (rate: number): Capacity => {
    const curve = [...tried.values()].sort((a, b) => a.rate - b.rate);
    return { rate, curve, uneven: curve.some((point) => point.rate < rate && point.share < share) };
  };

  /** From a rate that passes to the first that does not; null: all requests may arrive at once. */
  const enclosedAbove = async (from: number): Promise<Bracket | null> => {
    let passing = from;
    for (let rate = from * factor; rate <= start * FARTHEST; rate *= factor) {
      if (!(await passes(rate))) return { passing, failing: rate };
      passing = rate;
    }
    return (await passes(Number.POSITIVE_INFINITY)) ? null : { passing, failing: start * FARTHEST * factor };
  };
  /** From a rate that does not pass to the first below that does; null: none does. */
  const enclosedBelow = async (from: number): Promise<Bracket | null> => {
    let failing = from;
    for (let rate = from / factor; rate >= start / FARTHEST; rate /= factor) {
      if (await passes(rate)) return { passing: rate, failing };
      failing = rate;
    }
    return null;
  };

  const startPasses = await passes(start);
  let bracket = startPasses ? await enclosedAbove(start) : await enclosedBelow(start);
  if (!bracket) return answer(startPasses ? Number.POSITIVE_INFINITY : 0);
  for (;;) {
    const { passing } = await bisection(bracket, byRatio(tolerance), passes);
    for (const multiple of around) await passes(passing * multiple);
    const above = [...tried.values()].filter((point) => point.rate > passing && point.share >= share);
    if (above.length === 0) return answer(passing);
    const greatest = Math.max(...above.map(({ rate }) => rate));
    const failing = Math.min(...[...tried.keys()].filter((rate) => rate > greatest));
    bracket = Number.isFinite(failing) ? { passing: greatest, failing } : await enclosedAbove(greatest);
    if (!bracket) return answer(Number.POSITIVE_INFINITY);
  }
}
