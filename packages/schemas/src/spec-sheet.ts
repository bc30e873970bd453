/**
 * @module
 * A spec sheet of any kind: what the times of an accelerator are computed from where nobody has measured them. A new kind is
 * one schema beside `gpu-spec.ts`, and one form beside those of `@tandem-sim/hardware`.
 */
import * as z from "zod";
import { TandemError } from "./errors.js";
import { GpuSpec } from "./gpu-spec.js";
import { parseWith } from "./parse.js";
import { RooflineSpec } from "./roofline-spec.js";
import { SystolicSpec } from "./systolic-spec.js";

// A JSON Schema says of a union only what its parts are.
export const SpecSheet = z.discriminatedUnion("kind", [GpuSpec, SystolicSpec, RooflineSpec]).meta({ type: "object" });
export type SpecSheet = z.infer<typeof SpecSheet>;

const schemaOf = { gpu: GpuSpec, systolic: SystolicSpec, roofline: RooflineSpec } as const;
const Kind = z.looseObject({ kind: z.enum(["gpu", "systolic", "roofline"]).default("gpu") });

/**
 * The spec sheet in `data`, held to the schema of its kind.
 *
 * @param source what the data came from, for errors
 * @throws {TandemError} E_SCHEMA, as {@link parseWith}
 */
export function parseSpecSheet(data: unknown, source: string): SpecSheet {
  const { kind } = parseWith(Kind, data, source);
  return parseWith(schemaOf[kind], data, source);
}

const isGpu = (sheet: SpecSheet): sheet is GpuSpec => sheet.kind === undefined || sheet.kind === "gpu";

/**
 * A spec sheet that has to be a GPU's.
 *
 * @param source where it came from, for errors
 * @throws {TandemError} E_UNSUPPORTED for another kind
 */
export function gpuSheet(sheet: SpecSheet, source: string): GpuSpec {
  if (isGpu(sheet)) return sheet;
  throw new TandemError(
    "E_UNSUPPORTED",
    `${sheet.hardware} is no GPU that exists: its spec sheet is of kind "${sheet.kind}"`,
    {
      where: source,
      hint: "tandem profile show and --gpu take any kind",
    },
  );
}

/** The accelerator in its maker's words. */
export const deviceName = (sheet: SpecSheet): string => (isGpu(sheet) ? sheet.gpu : sheet.device);

/**
 * How far the times of a spec sheet can be trusted: all three figures of a GPU fitted to it, something less, or nothing; a
 * form that was a simulator's.
 */
export const SpecSheetTier = z.enum(["calibrated", "partly calibrated", "spec sheet", "simulated"]);
export type SpecSheetTier = z.infer<typeof SpecSheetTier>;

export function tierOf(sheet: SpecSheet): SpecSheetTier {
  if (!isGpu(sheet)) return "simulated";
  const { calibration } = sheet;
  const fitted = [calibration?.memory, calibration?.compute, calibration?.attention].filter((it) => it !== undefined);
  if (fitted.length === 0) return "spec sheet";
  return fitted.length === 3 && calibration?.basis === "fitted" ? "calibrated" : "partly calibrated";
}
