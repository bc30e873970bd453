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
  /** Requests per second that were served. */
  throughput: number;
}

export interface Capacity {
  /** Requests per second; 0: not even one at a time; Infinity: all may arrive at once. */
  rate: number;
  /** Loads that were tried, by rate. */
  curve: LoadPoint[];
  /** A rate below it misses the share: whether a load is met is no matter of its rate alone. */
  uneven: boolean;
}

export interface CapacitySearch {
  /** Share of requests that have to meet the service level. */
  share: number;
  /** The answer and the least rate above it that fails differ by no more than this share of it. */
  tolerance: number;
  /** Multiples of the answer to try as well: for the curve, and for rates above it that pass. */
  around: readonly number[];
  /** A rate that is near the answer, if one is known. */
  near?: number;
}

/** Rates so far from the start are not tried: below, a load is one request at a time; above, it is all at once. */
const FARTHEST = 1024;

/** From the start on, rates grow or shrink by such a factor until the answer is enclosed. */
const STEP = 2;
/** The same from a rate that is near it. */
const SMALL_STEP = 1.1;

/** Loads that were tried, each once. */
class Loads {
  private readonly tried = new Map<number, LoadPoint>();

  constructor(
    private readonly measure: (rate: number) => Promise<LoadPoint>,
    private readonly share: number,
  ) {}

  async at(rate: number): Promise<LoadPoint> {
    const point = this.tried.get(rate) ?? (await this.measure(rate));
    this.tried.set(rate, point);
    return point;
  }

  readonly passes = async (rate: number): Promise<boolean> => (await this.at(rate)).share >= this.share;

  /** By rate. */
  curve(): LoadPoint[] {
    return [...this.tried.values()].sort((a, b) => a.rate - b.rate);
  }

  /** The greatest rate that passed, and the least above it that did not. */
  best(): Bracket | null {
    const passing = this.curve().findLast(({ share }) => share >= this.share)?.rate;
    const failing = this.curve().find(({ rate }) => rate > (passing ?? 0))?.rate;
    return passing === undefined || failing === undefined ? null : { passing, failing };
  }
}

/** Goes from a rate by a factor until what `passes` says changes. The rates are kept in `loads`. */
async function enclose(loads: Loads, start: number, step: number): Promise<void> {
  const passed = await loads.passes(start);
  const factor = passed ? step : 1 / step;
  for (let rate = start * factor; rate <= start * FARTHEST && rate >= start / FARTHEST; rate *= factor) {
    if ((await loads.passes(rate)) !== passed) return;
  }
}

/**
 * The greatest rate that passes. The search takes it that more load is no better, tries rates around the answer whether that
 * holds, and goes on from a greater one that passes.
 *
 * @param measure serves the load at a rate
 */
export async function findCapacity(
  measure: (rate: number) => Promise<LoadPoint>,
  { share, tolerance, around, near }: CapacitySearch,
): Promise<Capacity> {
  const loads = new Loads(measure, share);
  const answer = (rate: number): Capacity => {
    const curve = loads.curve();
    return { rate, curve, uneven: curve.some((point) => point.rate < rate && point.share < share) };
  };
  const atOnce = await loads.at(Number.POSITIVE_INFINITY);
  if (atOnce.share >= share) return answer(Number.POSITIVE_INFINITY);
  await enclose(loads, near ?? atOnce.throughput, near === undefined ? STEP : SMALL_STEP);
  for (;;) {
    const bracket = loads.best();
    if (!bracket) return answer(0);
    const { passing } = await bisection(bracket, byRatio(tolerance), loads.passes);
    for (const multiple of around) await loads.at(passing * multiple);
    if (loads.best()?.passing === passing) return answer(passing);
  }
}
