import { describe, expect, test } from "vitest";
import { byRatio } from "./bisection.js";
import { findCrossings } from "./crossings.js";

const values = [1, 2, 4, 8, 16, 32];
const against =
  (second: (value: number) => number, served = (_: number) => true) =>
  async (value: number) =>
    served(value) ? { value, first: 10, second: second(value) } : null;

describe("crossings", () => {
  test("enclose every change of the better mode, to the tolerance", async () => {
    const wave = (value: number): number => (value > 3.3 && value < 20 ? 9 : 11);
    const { crossings, curve } = await findCrossings(values, byRatio(0.01), against(wave));
    expect(crossings.map(({ below, above }) => [below.second, above.second])).toEqual([
      [11, 9],
      [9, 11],
    ]);
    for (const [i, at] of [3.3, 20].entries()) {
      const { below, above } = crossings[i] ?? {};
      expect([below?.value, at, above?.value]).toEqual([below?.value, at, above?.value].sort((a = 0, b = 0) => a - b));
      expect((above?.value ?? 0) / (below?.value ?? 1)).toBeLessThanOrEqual(1.01);
    }
    expect(curve.map(({ value }) => value)).toEqual(curve.map(({ value }) => value).sort((a, b) => a - b));
  });

  test("are none where one mode is always the better one, or as good", async () => {
    expect(
      (
        await findCrossings(
          values,
          byRatio(0.01),
          against(() => 10),
        )
      ).crossings,
    ).toEqual([]);
  });

  test("stay as wide as what cannot be served leaves them", async () => {
    const found = await findCrossings(
      values,
      byRatio(0.01),
      against(
        (value) => 14 - value,
        (value) => value < 3 || value >= 8,
      ),
    );
    expect(found.crossings.map(({ below, above }) => [below.value, above.value])).toEqual([[2, 8]]);
  });
});
