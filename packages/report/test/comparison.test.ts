import { addSample, emptySamples, type ModeOutcome, type ServedMode } from "@tandem-sim/comparison";
import { createPlan, inMode, modeNames, simulate } from "@tandem-sim/engine";
import { InstanceOptions } from "@tandem-sim/schemas";
import { findWorkloadFile, loadClusterInputs } from "@tandem-sim/schemas/node";
import { loadWorkload } from "@tandem-sim/workload/node";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { comparisonRows, verdictOn } from "../src/index.js";
import { comparisonPage } from "../src/pages/index.js";

const inputs = loadClusterInputs("single_node_pim_instance", InstanceOptions.parse({}));
const chunks = await loadWorkload(findWorkloadFile("example_trace"));

function serve(mode: (typeof modeNames)[number]): ServedMode {
  const samples = emptySamples();
  const onRequest = (result: Parameters<typeof addSample>[1]): void => addSample(samples, result);
  return { summary: simulate(createPlan(inMode(inputs, mode)), chunks, { onRequest }), samples };
}

const served = new Map(modeNames.map((mode) => [mode, serve(mode)]));

/** Which modes do not fit, and for what reason. */
const reasons = fc.dictionary(fc.constantFrom(...modeNames), fc.string({ minLength: 1, maxLength: 30 }));

describe("a comparison of which any modes do not fit", () => {
  const outcomesWith = (unfit: Record<string, string>): Map<string, ModeOutcome> =>
    new Map([...served].map(([mode, outcome]) => [mode, mode in unfit ? { doesNotFit: unfit[mode] ?? "" } : outcome]));

  test("has a row of full length for each mode, and ratios of 1 in the first that fits", () => {
    fc.assert(
      fc.property(reasons, (unfit) => {
        const [head = [], ...rows] = comparisonRows(outcomesWith(unfit));
        expect(rows.map(([mode]) => mode)).toEqual(modeNames);
        for (const row of rows) {
          expect(row).toHaveLength(head.length);
          expect(row[1] === "does not fit").toBe((row[0] ?? "") in unfit);
        }
        const [first] = rows.filter(([, makespan]) => makespan !== "does not fit");
        if (first) for (const column of [2, 4, 6, 8]) expect(first[column]).toMatch(/^1\.00x[* ]$/);
      }),
    );
  });

  test("draws the others on its page", () => {
    fc.assert(
      fc.property(reasons, (unfit) => {
        const outcomes = outcomesWith(unfit);
        const verdict = verdictOn(outcomes);
        const html = comparisonPage({ outcomes, verdict, notes: [], compared: [], madeBy: "test" });
        expect(html).not.toMatch(/NaN|undefined|Infinity/);
        expect(html.match(/does not fit/g) ?? []).toHaveLength(Object.keys(unfit).length);
        for (const mode of modeNames) expect(html.includes(`>${mode}</text>`)).toBe(!(mode in unfit));
      }),
      { numRuns: 12 },
    );
  });
});
