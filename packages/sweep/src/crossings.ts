/**
 * @module
 * Where along an axis one mode overtakes another.
 */
import { type Between, bisection } from "./bisection.js";

/** Two modes at one value of the axis, by a figure of which less is better. */
export interface ComparedPoint {
  value: number;
  first: number;
  second: number;
}

/** Neighbouring values, as close as was asked for, between which the better mode changes. */
export interface Crossing {
  below: ComparedPoint;
  above: ComparedPoint;
}

export interface Crossings {
  /** All values that were tried, in order. */
  curve: ComparedPoint[];
  /** In order of the axis; several where it goes to and fro. */
  crossings: Crossing[];
}

/** Whether the second mode is the better one. */
export const secondWins = ({ first, second }: ComparedPoint): boolean => second < first;

/**
 * Tries some values, then halves every gap across which the better mode changes. A change and its opposite between two
 * neighbouring values stay unseen.
 *
 * @param values in order, two or more
 * @param compare null where one of the modes cannot serve the load
 */
export async function findCrossings(
  values: readonly number[],
  between: Between,
  compare: (value: number) => Promise<ComparedPoint | null>,
): Promise<Crossings> {
  const tried = new Map<number, ComparedPoint>();
  const at = async (value: number): Promise<ComparedPoint | null> => {
    const point = tried.get(value) ?? (await compare(value));
    if (point) tried.set(value, point);
    return point;
  };
  const coarse: ComparedPoint[] = [];
  for (const point of await Promise.all(values.map(at))) if (point) coarse.push(point);
  const crossings: Crossing[] = [];
  for (const [i, above] of coarse.entries()) {
    const below = coarse[i - 1];
    if (!below || secondWins(below) === secondWins(above)) continue;
    const asBelow = secondWins(below);
    const found = await bisection({ passing: below.value, failing: above.value }, between, async (value) => {
      const point = await at(value);
      return point && secondWins(point) === asBelow;
    });
    const ends = [tried.get(found.passing), tried.get(found.failing)];
    if (ends[0] && ends[1]) crossings.push({ below: ends[0], above: ends[1] });
  }
  return { curve: [...tried.values()].sort((a, b) => a.value - b.value), crossings };
}
