/**
 * @module
 * From where on the answer to "auto or GPU-only?" is the other one, found by running again: more PIM or larger batches
 * where GPU-only wins, less and smaller ones where it loses.
 */
import { inMode, type PlanInputs } from "@tandem-sim/engine";
import type { Flip, Measure, Summary } from "@tandem-sim/schemas";
import { pimGiB, withOptions, withPim } from "./axes.js";
import { ratioBy } from "./best.js";
import type { ModeOutcome, Serve } from "./mode-outcome.js";

/** So many times more or less PIM are tried. */
const MOST_PIM = 8;

/** No fewer requests at a time are tried. */
const LEAST_SEQUENCES = 8;

/** What two modes came to. */
interface Pair {
  auto: Summary;
  gpuOnly: Summary;
}

type Probe = NonNullable<Flip["flipped"]>;

/** One value of an axis, tried. */
interface Tried extends Probe {
  /** Whether a request had to wait for another one to end. */
  full: boolean;
}

/** What is looked for, and how a value of the axis is tried; null where a mode does not serve the load. */
interface Search {
  axis: Flip["axis"];
  measure: Measure;
  here: Tried;
  tryAt: (value: number) => Promise<Tried | null>;
}

const autoWins = ({ ratio }: Probe): boolean => ratio < 1;

/**
 * @param coarse values to try, ever further from here
 * @param between a value between two that were tried; null where they are close enough
 */
async function search(
  { axis, measure, here, tryAt }: Search,
  coarse: readonly number[],
  between: (same: number, flipped: number) => number | null,
): Promise<Flip> {
  let same = here;
  let flipped: Tried | null = null;
  for (const value of coarse) {
    // A limit that nobody reaches changes nothing when it is raised.
    if (axis === "max_num_seqs" && value > same.value && !same.full) break;
    const tried = await tryAt(value);
    if (!tried) break;
    if (autoWins(tried) !== autoWins(here)) {
      flipped = tried;
      break;
    }
    same = tried;
  }
  while (flipped) {
    const value = between(same.value, flipped.value);
    const tried = value === null ? null : await tryAt(value);
    if (!tried) break;
    if (autoWins(tried) === autoWins(here)) same = tried;
    else flipped = tried;
  }
  const told = ({ value, gemv_gbps, ratio }: Tried): Probe => ({ value, gemv_gbps, ratio });
  return { axis, measure, here: told(here), same: told(same), flipped: flipped && told(flipped) };
}

/** A value half way, on a grid; null where two are neighbours on it. */
const halfway =
  (grid: number) =>
  (a: number, b: number): number | null => {
    const middle = Math.round((a + b) / 2 / grid) * grid;
    return middle === a || middle === b ? null : middle;
  };

function tried(value: number, measure: Measure, { auto, gpuOnly }: Pair): Tried {
  const offloading = auto.instances.find(({ pim_gemv_bandwidth_gbps: some }) => some !== null);
  return {
    value,
    gemv_gbps: offloading?.pim_gemv_bandwidth_gbps ?? 0,
    ratio: ratioBy(measure, auto, gpuOnly),
    full: auto.held.sequences > 0 || gpuOnly.held.sequences > 0,
  };
}

const summaryOf = (outcome: ModeOutcome): Summary | null => ("summary" in outcome ? outcome.summary : null);

/** Along the memory that makes up the PIM, `size` GiB as it is: a channel group more or less at a time. */
function flipInPim(size: number, inputs: PlanInputs, pair: Pair, measure: Measure, serve: Serve): Promise<Flip> {
  const groups = pair.auto.instances.find(({ pim_channel_groups: some }) => some > 0)?.pim_channel_groups ?? 1;
  const here = tried(size, measure, pair);
  const factors = autoWins(here) ? (by: number) => 1 / by : (by: number) => by;
  const tryAt = async (value: number): Promise<Tried | null> => {
    const changed = inMode(withPim(inputs, value / size), "auto");
    const auto = summaryOf(await serve(changed, `auto with ${value} GiB of PIM`));
    return auto && tried(value, measure, { ...pair, auto });
  };
  const coarse = [2, 4, MOST_PIM].map((by) => size * factors(by));
  return search({ axis: "mem_size", measure, here, tryAt }, coarse, halfway(size / groups));
}

/** Along the limit of requests at a time. */
function flipInBatch(inputs: PlanInputs, pair: Pair, measure: Measure, serve: Serve): Promise<Flip> {
  const { requests, batch } = pair.gpuOnly;
  const limit = inputs.nodes[0]?.instances[0]?.options.maxNumSeqs || Math.max(batch.max, pair.auto.batch.max);
  const here = tried(limit, measure, pair);
  const tryAt = async (value: number): Promise<Tried | null> => {
    const changed = withOptions(inputs, { maxNumSeqs: value });
    const of = async (mode: "auto" | "gpu-only"): Promise<Summary | null> =>
      summaryOf(await serve(inMode(changed, mode), `${mode} with ${value} requests at a time`));
    const [auto, gpuOnly] = [await of("auto"), await of("gpu-only")];
    return auto && gpuOnly && tried(value, measure, { auto, gpuOnly });
  };
  const powers = [2, 4, 8];
  const coarse = autoWins(here)
    ? powers.map((by) => Math.floor(limit / by)).filter((value) => value >= LEAST_SEQUENCES)
    : powers.map((by) => Math.min(limit * by, requests)).filter((value) => value > limit);
  const grid = Math.max(1, Math.floor(limit / 8));
  return search({ axis: "max_num_seqs", measure, here, tryAt }, [...new Set(coarse)], halfway(grid));
}

/**
 * Where auto and GPU-only change places along both axes. PIM in the GPUs' own memory has no size of its own to change.
 *
 * @param measure by which one is called the faster
 */
export async function flipsOf(inputs: PlanInputs, pair: Pair, measure: Measure, serve: Serve): Promise<Flip[]> {
  const size = pimGiB(inputs);
  const inPim = size === null ? [] : [flipInPim(size, inputs, pair, measure, serve)];
  return await Promise.all([...inPim, flipInBatch(inputs, pair, measure, serve)]);
}
