/**
 * @module
 * Random programs: what halves of a batch may cost, without a batch.
 */
import { createProgram, type HalfProgram, type Program } from "@tandem-sim/trace";
import fc from "fast-check";

/** Where a half's attention runs. `appends`: all of it on the GPU, K and V go to PIM. `both`: decodes on PIM beside it. */
export type Shape = "gpu" | "pim" | "appends" | "both";

/** Small numbers make ties, large ones make steady states. */
const ns = (most: number, least = 0): fc.Arbitrary<number> =>
  fc.oneof(fc.integer({ min: least, max: 12 }), fc.integer({ min: least, max: most }));

function half(shape: Shape, groups: number): fc.Arbitrary<Partial<HalfProgram>> {
  const offloads = shape !== "gpu";
  const no = fc.constant(0);
  // Somebody is on PIM: the first group has work at least.
  const loads = fc
    .tuple(ns(3000, 1), fc.array(fc.oneof(no, ns(3000, 1)), { minLength: groups - 1, maxLength: groups - 1 }))
    .map(([first, others]) => Float64Array.of(...others, first));
  return fc.record({
    prologueNs: ns(500),
    preNs: ns(1000, 1),
    postNs: ns(2000, 1),
    headNs: ns(2000),
    gpuAttentionNs: shape === "pim" ? no : ns(1000, 1),
    upNs: offloads ? ns(800, 1) : no,
    groupNs: offloads ? loads : fc.constant(new Float64Array(groups)),
    downNs: shape === "pim" || shape === "both" ? ns(800, 1) : no,
    fetchNs: shape === "appends" || shape === "both" ? fc.oneof(no, ns(1500, 1)) : no,
  });
}

export function programOf(layers: number, groups: number, halves: readonly Partial<HalfProgram>[]): Program {
  const program = createProgram(layers, groups);
  program.halves = halves.length === 2 ? 2 : 1;
  halves.forEach((given, h) => {
    Object.assign(program.half[h]!, given);
  });
  return program;
}

/** Programs with these shapes, up to 128 layers. */
export const programs = (shapes: readonly Shape[], halves: readonly number[] = [1, 2]): fc.Arbitrary<Program> =>
  fc
    .record({
      layers: fc.oneof(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 128 })),
      groups: fc.integer({ min: 1, max: 4 }),
      halves: fc.constantFrom(...halves),
    })
    .chain(({ layers, groups, halves: count }) => {
      const one = fc.constantFrom(...shapes).chain((shape) => half(shape, groups));
      return fc.array(one, { minLength: count, maxLength: count }).map((list) => programOf(layers, groups, list));
    });

/** One half of a program alone. */
export const alone = (program: Program, h: 0 | 1): Program =>
  programOf(program.layers, program.groups, [program.half[h]]);
