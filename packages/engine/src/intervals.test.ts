import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type TinyCluster,
  type TinyRequest,
  tinyClusters,
  tinyPlan,
  tinyRequests,
  tinyWorkload,
} from "../test/tiny-cluster.js";
import type { IntervalReport } from "./observer.js";
import { createSimulation } from "./simulation.js";

function run(cluster: TinyCluster, requests: readonly TinyRequest[], logIntervalNs: number) {
  const reports: IntervalReport[] = [];
  const simulation = createSimulation(
    tinyPlan(cluster, { routing: "RR" }),
    { onInterval: (report) => void reports.push(report) },
    { logIntervalS: logIntervalNs / 1e9 },
  );
  simulation.push(tinyWorkload(requests));
  return { reports, summary: simulation.finish() };
}

const total = (reports: readonly IntervalReport[], rate: (report: IntervalReport) => number): number =>
  reports.reduce((sum, report) => sum + rate(report) * (report.endNs - report.startNs), 0);

/** Claims that hold for the reports of any run. */
function checkTotals({ reports, summary }: ReturnType<typeof run>, firstArrivalNs: number): void {
  const endNs = firstArrivalNs + summary.makespan_ns;
  expect(total(reports, ({ decodeTokS }) => decodeTokS) / 1e9).toBeCloseTo(summary.output_tokens, 6);
  // A preempted request's tokens are computed again.
  if (summary.preemptions === 0) {
    expect(total(reports, ({ promptTokS }) => promptTokS) / 1e9).toBeCloseTo(summary.input_tokens, 6);
  }
  expect(total(reports, ({ gpuBusy }) => gpuBusy)).toBeCloseTo(summary.gpu_busy * summary.makespan_ns, 3);
  if (summary.pim_busy !== null) {
    expect(total(reports, ({ pimBusy }) => pimBusy!)).toBeCloseTo(summary.pim_busy * summary.makespan_ns, 3);
  }
  expect(reports.at(-1)!.endNs).toBe(endNs);
  reports.forEach((report, i) => {
    expect(report.startNs).toBeGreaterThanOrEqual(reports[i - 1]?.endNs ?? 0);
    expect(report.endNs).toBeGreaterThan(report.startNs);
  });
}

describe("interval reports", () => {
  test("add up to the totals of the run, for any log interval", () => {
    fc.assert(
      fc.property(
        tinyClusters,
        tinyRequests,
        fc.integer({ min: 7_001, max: 3_000_001 }),
        (cluster, requests, intervalNs) => {
          checkTotals(run(cluster, requests, intervalNs), Math.min(...requests.map(({ arrivalNs }) => arrivalNs)));
        },
      ),
      { numRuns: 40 },
    );
  });

  test("end at multiples of the interval, the last one with the run", () => {
    const requests = [{ input: 30, output: 20, arrivalNs: 0 }];
    const { reports, summary } = run({}, requests, 100_000);
    const ends = reports.map(({ endNs }) => endNs);
    expect(ends.slice(0, -1)).toEqual(ends.slice(0, -1).map((_, i) => 100_000 * (i + 1)));
    expect(ends.at(-1)).toBe(summary.makespan_ns);
  });

  test("of 0 come one per iteration", () => {
    const requests = [
      { input: 30, output: 5, arrivalNs: 0 },
      { input: 30, output: 5, arrivalNs: 5_000_000 },
    ];
    const result = run({}, requests, 0);
    expect(result.reports).toHaveLength(10);
    expect(result.reports.map(({ step }) => step)).toEqual(result.reports.map((_, i) => i + 1));
    checkTotals(result, 0);
  });

  test("skip idle time, however long, with however short an interval", () => {
    const day = 86_400e9;
    const requests = [0, day, 30 * day].map((arrivalNs) => ({ input: 10, output: 1, arrivalNs }));
    // Walked through, 30 days of intervals would not end.
    const { reports } = run({}, requests, 10_000);
    expect(reports.length).toBeLessThan(100);
    expect(total(reports, ({ decodeTokS }) => decodeTokS) / 1e9).toBeCloseTo(3, 6);
  });

  test("count an iteration that ends exactly with the last interval", () => {
    const requests = [{ input: 16, output: 2, arrivalNs: 0 }];
    const { makespan_ns: makespanNs } = run({}, requests, 1e9).summary;
    checkTotals(run({}, requests, makespanNs), 0);
  });

  test("of 0 are numbers where two instances end an iteration at one moment", () => {
    const twins = [0, 0].map(() => ({ input: 16, output: 2, arrivalNs: 0 }));
    for (const report of run({ instances: 2 }, twins, 0).reports) {
      for (const value of [report.promptTokS, report.decodeTokS, report.gpuBusy])
        expect(value).toSatisfy(Number.isFinite);
    }
  });
});
