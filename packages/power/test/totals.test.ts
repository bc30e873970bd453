/**
 * @module
 * Time on a GPU reported as one total is what its segments would have been, where a total may stand for them.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createNodeMeter, type NodeMeter } from "../src/index.js";
import { oneGpu, power, twoGpus, withPim } from "./sample-node.js";

const s = 1e9;

/** Segments of one stretch of work: gaps and lengths, ns. */
const stretches = fc.array(
  fc.record({
    restNs: fc.integer({ min: 0, max: 5 * s }),
    runs: fc.array(fc.tuple(fc.integer({ min: 1, max: 1000 }), fc.integer({ min: 0, max: 1000 })), {
      minLength: 1,
      maxLength: 6,
    }),
  }),
  { minLength: 1, maxLength: 5 },
);

describe("a total", () => {
  test("of 3 s in a stretch of 4 s: the rest of it on standby, CPU and GPU as busy as by segments", () => {
    const meter = createNodeMeter(power, oneGpu);
    meter.gpuBusyWithin(0, 1 * s, 5 * s, 3 * s);
    // 1 s idle before; 1 s of standby within, 2 s of it after, then 3 s idle. The CPU: 3 s at 0.7, 7 s at 0.1.
    const { components } = meter.finish(10 * s);
    expect(components.npu_active).toBeCloseTo(3 * 550, 9);
    expect(components.npu_standby).toBeCloseTo((1 + 2) * 100, 9);
    expect(components.npu_idle).toBeCloseTo((1 + 3) * 25, 9);
    expect(components.cpu).toBeCloseTo(10 * 20 + (3 * 0.7 + 7 * 0.1) * 100, 9);
  });

  test("falls into the step of the series that holds its stretch", () => {
    const meter = createNodeMeter(power, oneGpu, 4 * s);
    meter.gpuBusyWithin(0, 4 * s, 8 * s, 3 * s);
    const { series } = meter.finish(12 * s);
    expect(series.map(({ startNs }) => startNs / s)).toEqual([0, 4, 8]);
    expect(series.map(({ components }) => components.npu_active)).toEqual([0, (3 * 550) / 4, 0]);
    expect(series.map(({ components }) => components.npu_standby)).toEqual([0, (1 * 100) / 4, (2 * 100) / 4]);
    expect(series.map(({ components }) => components.npu_idle)).toEqual([25, 0, (2 * 25) / 4]);
  });

  test("of nothing changes nothing", () => {
    const meter = createNodeMeter(power, oneGpu);
    meter.gpuBusyWithin(0, 1 * s, 1 * s, 0);
    const { components } = meter.finish(2 * s);
    expect([components.npu_active, components.npu_standby, components.npu_idle]).toEqual([0, 0, 50]);
  });

  test("cannot stand for a time that is accounted for", () => {
    const meter = createNodeMeter(power, oneGpu);
    meter.gpuBusyWithin(0, 0, 2 * s, 1 * s);
    expect(() => meter.gpuBusyWithin(0, 1 * s, 3 * s, 1 * s)).toThrow(/GPU 0 cannot run in \[1000000000, 3000000000\)/);
    expect(() => meter.finish(1 * s)).toThrow(RangeError);
  });
});

describe("a total may stand for segments", () => {
  const takes = (meter: NodeMeter, startNs: number, endNs: number, idleNs = 0): boolean =>
    meter.takesTotals(0, startNs, endNs, idleNs);

  test("of a node's only GPU: the CPU goes by the union of several", () => {
    expect(takes(createNodeMeter(power, oneGpu), 0, 10)).toBe(true);
    expect(takes(createNodeMeter(power, twoGpus), 0, 10)).toBe(false);
  });

  test("while it stays warm: 2 s of gaps, and not a ns more", () => {
    const meter = createNodeMeter(power, oneGpu);
    expect(takes(meter, 0, 10 * s, 2 * s)).toBe(true);
    expect(takes(meter, 0, 10 * s, 2 * s + 1)).toBe(false);
  });

  test("that lie between two borders of the series", () => {
    const meter = createNodeMeter(power, oneGpu, 100);
    const inside = [
      [0, 100],
      [100, 200],
      [150, 151],
    ] as const;
    for (const [startNs, endNs] of inside) expect(takes(meter, startNs, endNs)).toBe(true);
    const across = [
      [0, 101],
      [99, 101],
      [150, 450],
    ] as const;
    for (const [startNs, endNs] of across) expect(takes(meter, startNs, endNs)).toBe(false);
  });
});

test("energy and series are to the last bit those of the segments, wherever totals are taken", () => {
  fc.assert(
    fc.property(stretches, fc.constantFrom(Number.POSITIVE_INFINITY, 3000, 700), (work, stepNs) => {
      const bySegment = createNodeMeter(power, withPim, stepNs);
      const byTotal = createNodeMeter(power, withPim, stepNs);
      let nowNs = 0;
      for (const { restNs, runs } of work) {
        nowNs += restNs;
        const startNs = nowNs;
        let busyNs = 0;
        let endNs = startNs;
        const segments = runs.map(([lengthNs, gapNs]): [number, number] => {
          const segment: [number, number] = [nowNs, nowNs + lengthNs];
          busyNs += lengthNs;
          endNs = nowNs + lengthNs;
          nowNs = endNs + gapNs;
          return segment;
        });
        for (const segment of segments) bySegment.gpuBusy(0, ...segment);
        if (byTotal.takesTotals(0, startNs, endNs, endNs - startNs - busyNs)) {
          byTotal.gpuBusyWithin(0, startNs, endNs, busyNs);
        } else for (const segment of segments) byTotal.gpuBusy(0, ...segment);
      }
      expect(byTotal.finish(nowNs)).toEqual(bySegment.finish(nowNs));
    }),
  );
});
