import type { TandemError } from "@tandem-sim/schemas";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Activity, oneGpu, power, type Spread, twoGpus, wattsByNs, withPim } from "../test/sample-node.js";
import { type Component, components, totalOf } from "./components.js";
import type { NodeEnergy } from "./node-energy.js";
import { createNodeMeter, type NodeMeter } from "./node-meter.js";
import type { NodeHardware } from "./node-power.js";

const s = 1e9;

function expectClose(actual: number, expected: number, relative = 1e-9): void {
  expect(Math.abs(actual - expected), `${actual} against ${expected}`).toBeLessThanOrEqual(
    relative * Math.abs(expected),
  );
}

function expectJoules(energy: NodeEnergy, expected: Record<Component, number>): void {
  for (const component of components) expectClose(energy.components[component], expected[component]);
  expectClose(energy.total, totalOf(expected));
}

const integral = (energy: NodeEnergy, of: (row: NodeEnergy["series"][number]) => number = (row) => row.total): number =>
  energy.series.reduce((sum, row) => sum + of(row) * ((row.endNs - row.startNs) / s), 0);

describe("hand-worked cases", () => {
  it("one iteration of 4 s: active throughout, CPU at 0.7, the rest idle", () => {
    const meter = createNodeMeter(power, oneGpu);
    meter.gpuBusy(0, 0, 4 * s);
    expectJoules(meter.finish(4 * s), {
      npu_active: 4 * 550,
      npu_standby: 0,
      npu_idle: 0,
      cpu: 4 * (20 + 0.7 * 100),
      dram: 4 * 4 * 3, // 100 GiB are 4 DIMMs of 32
      pim_compute: 0,
      link: 4 * 8,
      base: 4 * 75,
    });
  });

  it("a gap of 5 s: standby for 2 s, idle for 3 s", () => {
    const meter = createNodeMeter(power, oneGpu);
    meter.gpuBusy(0, 0, 1 * s);
    meter.gpuBusy(0, 6 * s, 7 * s);
    expectJoules(meter.finish(7 * s), {
      npu_active: 2 * 550,
      npu_standby: 2 * 100,
      npu_idle: 3 * 25,
      cpu: 7 * 20 + (2 * 0.7 + 5 * 0.1) * 100,
      dram: 7 * 12,
      pim_compute: 0,
      link: 7 * 8,
      base: 7 * 75,
    });
  });

  it("gaps shorter than standby_duration: standby all the time, each gap once, and idle before the first segment", () => {
    const meter = createNodeMeter(power, oneGpu);
    meter.gpuBusy(0, 1 * s, 2 * s);
    meter.gpuBusy(0, 3.5 * s, 4 * s);
    meter.gpuBusy(0, 4 * s, 5 * s);
    meter.gpuBusy(0, 5.25 * s, 6 * s);
    meter.settle(6 * s);
    meter.settle(7 * s);
    const { components: joules } = meter.finish(8 * s);
    expectClose(joules.npu_active, (1 + 0.5 + 1 + 0.75) * 550);
    expectClose(joules.npu_standby, (1.5 + 0.25 + 2) * 100);
    expectClose(joules.npu_idle, 1 * 25);
  });

  it("PIM only: the channels' background is the DRAM idle power, command energy stands apart", () => {
    const meter = createNodeMeter(power, withPim);
    meter.pimBusy(1 * s, 2 * s, 7.5e12);
    meter.pimBusy(1.5 * s, 3 * s, 0.25e12);
    expectJoules(meter.finish(4 * s), {
      npu_active: 0,
      npu_standby: 0,
      npu_idle: 4 * 25,
      cpu: 4 * (20 + 0.1 * 100),
      dram: 4 * 16 * 0.5,
      pim_compute: 7.75,
      link: 4 * 8,
      base: 4 * 75,
    });
  });

  it("link only: a byte costs 8 x energy_per_bit on the link and again in DRAM", () => {
    const meter = createNodeMeter(power, withPim);
    meter.linkBytes(0, 1 * s, 64e9);
    meter.hostBytes(0, 2 * s, 4096);
    const { components: joules } = meter.finish(2 * s);
    expectClose(joules.link, 2 * 8 + 64e9 * 8 * 6e-12);
    expectClose(joules.dram, 2 * 16 * 0.5 + (64e9 + 4096) * 8 * 5e-12);
    expect(joules.pim_compute).toBe(0);
  });

  it("two GPUs that overlap: each pays for itself, the CPU for their union", () => {
    const meter = createNodeMeter(power, twoGpus);
    // The second GPU's iteration is reported as a whole before the first one's next.
    meter.gpuBusy(0, 0, 2 * s);
    meter.gpuBusy(1, 1 * s, 3 * s);
    meter.gpuBusy(1, 6 * s, 7 * s);
    meter.gpuBusy(0, 2.5 * s, 4 * s);
    const { components: joules } = meter.finish(8 * s);
    expectClose(joules.npu_active, (2 + 2 + 1 + 1.5) * 550);
    expectClose(joules.npu_standby, (0.5 + 2 + 2 + 1) * 100);
    expectClose(joules.npu_idle, (1 + 1 + 2) * 25);
    expectClose(joules.cpu, 8 * 20 + (5 * 0.7 + 3 * 0.1) * 100);
  });

  it("a CPU that is busier than 0.7 anyway stays so", () => {
    const meter = createNodeMeter({ ...power, cpu: { ...power.cpu, util: 0.9 } }, oneGpu);
    meter.gpuBusy(0, 0, 1 * s);
    expectClose(meter.finish(2 * s).components.cpu, 2 * (20 + 0.9 * 100));
  });

  it("GPUs of two kinds are told apart by hardware name", () => {
    const meter = createNodeMeter(power, { ...oneGpu, gpus: ["small", "big"] });
    meter.gpuBusy(0, 0, 1 * s);
    const { components: joules } = meter.finish(2 * s);
    expectClose(joules.npu_active, 70);
    expectClose(joules.npu_standby, 0.5 * 30);
    expectClose(joules.npu_idle, 0.5 * 10 + 2 * 25);
  });

  it("no time is no energy and no rows", () => {
    const energy = createNodeMeter(power, oneGpu, 1 * s).finish(0);
    expect(energy.total).toBe(0);
    expect(energy.series).toEqual([]);
  });
});

describe("power over time", () => {
  it("is the average over each step, the last one shorter", () => {
    const meter = createNodeMeter(power, withPim, 2 * s);
    meter.gpuBusy(0, 0.5 * s, 2.5 * s);
    meter.pimBusy(1 * s, 5 * s, 8e12);
    const { series } = meter.finish(5 * s);
    expect(series.map(({ startNs, endNs }) => [startNs / s, endNs / s])).toEqual([
      [0, 2],
      [2, 4],
      [4, 5],
    ]);
    expect(series.map((row) => row.components.npu_active)).toEqual([(1.5 * 550) / 2, (0.5 * 550) / 2, 0]);
    expect(series.map((row) => row.components.npu_standby)).toEqual([0, (1.5 * 100) / 2, 0.5 * 100]);
    expect(series.map((row) => row.components.npu_idle)).toEqual([(0.5 * 25) / 2, 0, 0.5 * 25]);
    expect(series.map((row) => row.components.pim_compute)).toEqual([1, 2, 2]);
  });

  it("without a step is one row", () => {
    const meter = createNodeMeter(power, oneGpu);
    meter.gpuBusy(0, 1 * s, 2 * s);
    const energy = meter.finish(4 * s);
    expect(energy.series).toHaveLength(1);
    expectClose(integral(energy), energy.total);
  });

  it("a hundred days without work in steps of 1 ns is a handful of rows", () => {
    const meter = createNodeMeter(power, oneGpu, 1);
    // The second segment lies as far out as whole ns go in a double: 104 days.
    const far = 2 ** 53 - 2;
    meter.gpuBusy(0, 10, 13);
    meter.gpuBusy(0, far - 5, far);
    const energy = meter.finish(far);
    expect(energy.series.map(({ startNs, endNs }) => [startNs, endNs])).toEqual([
      [0, 10],
      [10, 13],
      [13, 13 + 2 * s],
      [13 + 2 * s, far - 5],
      [far - 5, far],
    ]);
    expectClose(integral(energy), energy.total);
  });

  it("the average of a log interval is there as soon as it is settled", () => {
    const meter = createNodeMeter(power, oneGpu, 1 * s);
    // An iteration of 1.5 s, reported when it starts.
    meter.gpuBusy(0, 0.5 * s, 2 * s);
    expect(() => meter.averagePowerW(0, 1 * s)).toThrow(RangeError);
    meter.settle(1 * s);
    const restW = 12 + 8 + 75;
    expectClose(meter.averagePowerW(0, 1 * s), 0.5 * (25 + 30 + 550 + 90) + restW);
    expect(() => meter.averagePowerW(0, 2 * s)).toThrow(RangeError);
    meter.settle(2 * s);
    expectClose(meter.averagePowerW(1 * s, 2 * s), 550 + 90 + restW);
    meter.finish(2.25 * s);
    expectClose(meter.averagePowerW(2 * s, 2.25 * s), 100 + 30 + restW);
    expectClose(meter.averagePowerW(0.5 * s, 1.5 * s), 0.25 * (25 + 30 + 550 + 90) + 0.5 * (550 + 90) + restW);
  });
});

describe("wrong use", () => {
  it("a GPU without figures is named at once", () => {
    const create = (): NodeMeter => createNodeMeter(power, { ...oneGpu, gpus: ["big", "H100"] });
    expect(create).toThrow("power.npu.H100: the power block has no figures for H100 (it has big, small)");
    expect(create).toThrow(expect.objectContaining({ code: "E_SCHEMA" } satisfies Partial<TandemError>));
  });

  it("refuses what lies in settled time, runs backwards or comes after the end", () => {
    const meter = createNodeMeter(power, withPim, 10);
    meter.gpuBusy(0, 0, 20);
    expect(() => meter.gpuBusy(0, 19, 30)).toThrow(RangeError);
    meter.settle(50);
    expect(() => meter.gpuBusy(0, 49, 60)).toThrow(RangeError);
    expect(() => meter.linkBytes(49, 60, 1)).toThrow(RangeError);
    expect(() => meter.pimBusy(60, 60, 1)).toThrow(RangeError);
    expect(() => meter.hostBytes(60, 70, Number.NaN)).toThrow(RangeError);
    meter.hostBytes(60, 70, 1);
    expect(() => meter.finish(69)).toThrow(RangeError);
    meter.finish(70);
    expect(() => meter.gpuBusy(0, 80, 90)).toThrow(RangeError);
    expect(() => meter.finish(90)).toThrow(RangeError);
  });

  it("refuses PIM energy on a node without PIM, and a step that is not whole", () => {
    expect(() => createNodeMeter(power, oneGpu).pimBusy(0, 1, 1)).toThrow(RangeError);
    for (const step of [0, -1, 0.5, Number.NaN]) expect(() => createNodeMeter(power, oneGpu, step)).toThrow(RangeError);
  });
});

/** A node whose standby fits a run of some hundred ns. */
const fastPower = {
  ...power,
  npu: {
    big: { ...power.npu.big, standby_duration: 20e-9 },
    small: { ...power.npu.small, standby_duration: 7e-9 },
  },
};
const fastNode: NodeHardware = { ...withPim, gpus: ["big", "small", "big"] };

const segments = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 40 })), { maxLength: 6 })
  .map((steps) => {
    let now = 0;
    return steps.map(([gap, length]): [number, number] => {
      const start = now + gap;
      now = start + length;
      return [start, now];
    });
  });
const spreads = fc.array(
  fc
    .tuple(
      fc.integer({ min: 0, max: 300 }),
      fc.integer({ min: 1, max: 90 }),
      fc.double({ min: 1e-3, max: 1e7, noNaN: true }),
    )
    .map(([start, length, value]): Spread => [start, start + length, value]),
  { maxLength: 6 },
);
const activities = fc
  .record({
    gpus: fc.tuple(segments, segments, segments),
    pim: spreads,
    link: spreads,
    host: spreads,
    rest: fc.nat(50),
  })
  .map(({ rest, ...activity }): Activity => {
    const ends = [...activity.gpus.flat(), ...activity.pim, ...activity.link, ...activity.host].map(([, end]) => end);
    return { ...activity, endNs: Math.max(1, ...ends) + rest };
  });
const steps = fc.oneof(fc.integer({ min: 1, max: 80 }), fc.integer({ min: 1, max: 1000 }));

/** Reports everything that begins before each settling time, and settles. */
function meterActivity(
  activity: Activity,
  step: number,
  settleAt: readonly number[] = [],
  backwards = false,
): NodeEnergy {
  const meter = createNodeMeter(fastPower, fastNode, step);
  const order = <T>(items: readonly T[]): T[] => (backwards ? items.toReversed() : [...items]);
  let from = -1;
  for (const until of [...settleAt, activity.endNs + 1]) {
    const due = ([start]: readonly number[]): boolean => start >= from && start < until;
    for (const gpu of order([0, 1, 2])) for (const [a, b] of activity.gpus[gpu].filter(due)) meter.gpuBusy(gpu, a, b);
    for (const spread of order(activity.pim.filter(due))) meter.pimBusy(...spread);
    for (const spread of order(activity.link.filter(due))) meter.linkBytes(...spread);
    for (const spread of order(activity.host.filter(due))) meter.hostBytes(...spread);
    if (until <= activity.endNs) meter.settle(until);
    from = until;
  }
  return meter.finish(activity.endNs);
}

describe("for any activity", () => {
  it("energy and every row are what adding up ns by ns gives", () => {
    fc.assert(
      fc.property(activities, steps, (activity, step) => {
        const watts = wattsByNs(fastPower, fastNode, activity);
        const energy = meterActivity(activity, step);
        const sum = (from: number, to: number): number => watts.slice(from, to).reduce((a, b) => a + b, 0);
        expectClose(energy.total, sum(0, activity.endNs) / s);
        for (const { startNs, endNs, total } of energy.series) {
          expectClose(total, sum(startNs, endNs) / (endNs - startNs));
        }
      }),
    );
  });

  it("the series has no gaps, its components sum to its total, and its integral is the energy", () => {
    fc.assert(
      fc.property(activities, steps, (activity, step) => {
        const energy = meterActivity(activity, step);
        expect(energy.series.map((row) => row.startNs)).toEqual([
          0,
          ...energy.series.slice(0, -1).map((row) => row.endNs),
        ]);
        expect(energy.series.at(-1)?.endNs).toBe(activity.endNs);
        for (const row of energy.series) expect(totalOf(row.components)).toBe(row.total);
        expect(totalOf(energy.components)).toBe(energy.total);
        expectClose(integral(energy), energy.total);
        for (const component of components) {
          const joules = energy.components[component];
          expect(Math.abs(integral(energy, (row) => row.components[component]) - joules)).toBeLessThanOrEqual(
            1e-9 * energy.total,
          );
        }
      }),
    );
  });

  it("energy depends neither on the step, nor on the order of reports, nor on when time is settled, to the last bit", () => {
    fc.assert(
      fc.property(activities, steps, fc.array(fc.nat(400), { maxLength: 8 }), (activity, step, times) => {
        const settleAt = times.filter((time) => time <= activity.endNs).sort((a, b) => a - b);
        const expected = meterActivity(activity, Number.POSITIVE_INFINITY).components;
        expect(meterActivity(activity, step).components).toEqual(expected);
        expect(meterActivity(activity, step, settleAt).components).toEqual(expected);
        expect(meterActivity(activity, step, settleAt, true).components).toEqual(expected);
      }),
    );
  });

  it("rows do not depend on when time is settled, nor on the order of reports", () => {
    fc.assert(
      fc.property(activities, steps, fc.array(fc.nat(400), { maxLength: 8 }), (activity, step, times) => {
        const settleAt = times.filter((time) => time <= activity.endNs).sort((a, b) => a - b);
        const expected = meterActivity(activity, step).series;
        const actual = meterActivity(activity, step, settleAt, true).series;
        expect(actual.map(({ startNs, endNs }) => [startNs, endNs])).toEqual(
          expected.map(({ startNs, endNs }) => [startNs, endNs]),
        );
        actual.forEach((row, i) => {
          expectClose(row.total, expected[i].total, 1e-12);
        });
      }),
    );
  });

  it("standby never lasts longer than standby_duration per segment", () => {
    fc.assert(
      fc.property(segments, fc.nat(200), (busy, rest) => {
        const meter = createNodeMeter(fastPower, { ...oneGpu, gpus: ["big"] });
        for (const [start, end] of busy) meter.gpuBusy(0, start, end);
        const { components: joules } = meter.finish((busy.at(-1)?.[1] ?? 0) + rest);
        const gaps = busy.filter(([start, end]) => end > start).length;
        expect(joules.npu_standby).toBeLessThanOrEqual(100 * 20e-9 * gaps * (1 + 1e-12));
      }),
    );
  });
});

it("a million segments add up, settled now and then or never", () => {
  for (const settleEvery of [100, Number.POSITIVE_INFINITY]) {
    const meter = createNodeMeter(power, oneGpu, 1e6);
    for (let i = 0; i < 1e6; i++) {
      meter.gpuBusy(0, i * 1000, i * 1000 + 600);
      if (i % settleEvery === 0) meter.settle(i * 1000);
    }
    const energy = meter.finish(1 * s);
    expectClose(energy.components.npu_active, 0.6 * 550);
    expectClose(energy.components.npu_standby, 0.4 * 100);
    // Every step is like the others.
    expect(energy.series).toHaveLength(1);
  }
});
