/**
 * @module
 * The plan of points of the measuring script, and times for it: those of the formulas, as a GPU would have that they describe,
 * or others.
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { attentionKernel, type Efficiencies, passKernel, productKernel } from "@tandem-sim/hardware";
import type { GpuSpec } from "@tandem-sim/schemas";

/** @param script relative to this folder */
export const python = (script: string, ...args: string[]) =>
  spawnSync("python3", ["-B", fileURLToPath(new URL(script, import.meta.url)), ...args], { encoding: "utf8" });

export const hasPython = spawnSync("python3", ["--version"]).status === 0;

export const dryRun = (): string => python("../measure/measure_points.py", "--dry-run").stdout;

/** A row's kind, and its sizes by column. */
interface PlannedPoint {
  kind: string;
  size: (column: string) => number;
}

/** Time of a point, us. */
export type TimeOf = (point: PlannedPoint) => number | undefined;

export const formulas =
  (spec: GpuSpec, efficiencies: Efficiencies): TimeOf =>
  ({ kind, size }) => {
    const figures = { efficiencies };
    if (kind === "gemm") return productKernel(spec, "bfloat16", figures)(size("m"), size("k"), size("n")) / 1000;
    if (kind === "attention") {
      const shape = { heads: size("heads"), kvHeads: size("kv_heads"), headDim: size("head_dim") };
      const lookUp = attentionKernel(spec, shape, 2, figures);
      return lookUp(size("chunk"), size("cached"), size("decodes"), size("context")) / 1000;
    }
    const layer = kind === "act_fn" ? "act_fn" : "layernorm";
    const bytes = 2 * (layer === "act_fn" ? 3 : 4) * size("m") * size("n");
    return passKernel(spec, layer, 1, figures)(bytes) / 1000;
  };

/** The plan with times; points without one are left out. */
export function filledPlan(plan: string, timeOf: TimeOf): string {
  const [header = "", ...lines] = plan.trim().split("\n");
  const columns = header.split(",");
  const filled = lines.flatMap((line) => {
    const cells = line.split(",");
    const cell = (column: string): string => cells[columns.indexOf(column)] ?? "";
    const us = timeOf({ kind: cell("kind"), size: (column) => Number(cell(column)) });
    return us === undefined ? [] : [columns.map((column) => (column === "time_us" ? us : cell(column))).join()];
  });
  return `${[header, ...filled].join("\n")}\n`;
}
