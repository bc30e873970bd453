/**
 * @module
 * Which efficiencies of a GPU some kernels can tell: those that most of the time of at least two of them goes by.
 */
import {
  type AnalyticConstants,
  attentionKernel,
  type Efficiencies,
  type KernelFigures,
  productKernel,
} from "@tandem-sim/hardware";
import type { GpuSpec } from "@tandem-sim/schemas";
import { type Efficiency, efficiencyNames } from "./fit-efficiencies.js";
import { isDecode, isOfLayer, isPrompt, type KernelPoints } from "./measurements.js";

/** One kernel would make its own error the constant's. */
const fewest = 2;
/** Share of a kernel's time. */
const most = 0.5;
const step = 1e-3;

/** Kernels that an efficiency is told by, of all. */
export interface ToldBy {
  kernels: number;
  of: number;
}

/** The time of each kernel that is fitted to, ns. */
function timesOf(spec: GpuSpec, { products, attention }: KernelPoints, figures: KernelFigures): number[] {
  const product = productKernel(spec, "bfloat16", figures);
  return [
    ...products.filter(isOfLayer).map(({ rows, input, output }) => product(rows, input, output)),
    ...attention
      .filter((point) => isPrompt(point) || isDecode(point))
      .map((point) => {
        const { chunk, cached, decodes, context } = point;
        return attentionKernel(spec, point, 2, figures)(chunk, cached, decodes, context);
      }),
  ];
}

/** How many kernels go by each efficiency: twice as efficient, they would take little more than half as long. */
export function toldBy(
  constants: AnalyticConstants,
  spec: GpuSpec,
  points: KernelPoints,
  efficiencies: Efficiencies,
): Record<Efficiency, ToldBy> {
  const now = timesOf(spec, points, { constants, efficiencies });
  const count = (name: Efficiency): ToldBy => {
    const moved = { ...efficiencies, [name]: efficiencies[name] * Math.exp(step) };
    const then = timesOf(spec, points, { constants, efficiencies: moved });
    return { kernels: now.filter((ns, i) => Math.log(ns / then[i]) / step > most).length, of: now.length };
  };
  return { memory: count("memory"), compute: count("compute"), attention: count("attention") };
}

/** The efficiencies that can be fitted. */
export const identified = (told: Record<Efficiency, ToldBy>): Efficiency[] =>
  efficiencyNames.filter((name) => told[name].kernels >= fewest);
