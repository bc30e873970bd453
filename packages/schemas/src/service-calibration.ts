/**
 * @module
 * What `tandem calibrate` found from a recorded vLLM run: at most four constants, what they were fitted to, and the errors
 * before and after. `--gpu-calibration` takes it.
 */
import * as z from "zod";
import { positive } from "./spec-figures.js";

/** Of work that takes a time. */
const rate = positive.max(1e9);
const efficiency = z.number().min(0.1).max(10);

/** What acts on a simulation. 1, and 0 for the host, change nothing. */
export const CalibrationConstants = z.strictObject({
  host_ns_per_step: z.int().min(0).max(1e9).describe("ns between the end of an iteration and the next one's start"),
  memory_efficiency: efficiency.describe("GPU work that memory bounds runs so many times as fast"),
  compute_efficiency: efficiency.describe("GPU work that computation bounds runs so many times as fast"),
  link_efficiency: efficiency.describe("all-reduces between the GPUs of an instance run so many times as fast"),
});
export type CalibrationConstants = z.infer<typeof CalibrationConstants>;

export type CalibrationConstant = keyof CalibrationConstants;
export const calibrationConstants = Object.keys(CalibrationConstants.shape) as CalibrationConstant[];

export const constantNames: Readonly<Record<CalibrationConstant, string>> = {
  host_ns_per_step: "host time per step",
  memory_efficiency: "memory efficiency",
  compute_efficiency: "compute efficiency",
  link_efficiency: "link efficiency",
};

/** Constants that change nothing. */
export const neutralConstants: CalibrationConstants = {
  host_ns_per_step: 0,
  memory_efficiency: 1,
  compute_efficiency: 1,
  link_efficiency: 1,
};

/** What tells work that memory bounds from work that computation bounds. */
export const CalibrationRoofline = z.strictObject({
  memory_gbps: rate.describe("GB/s (1e9) of one GPU, as the cluster config has it"),
  tflops: rate
    .nullable()
    .describe("dense, of the spec sheet, in the dtype of the weights; null without one: memory then bounds everything"),
});
export type CalibrationRoofline = z.infer<typeof CalibrationRoofline>;

/** What a simulation needs of the file. */
export interface CalibrationEffect {
  constants: CalibrationConstants;
  roofline: CalibrationRoofline;
}

const Errors = z.strictObject({
  fit_half_pct: z
    .number()
    .describe("what was fitted: robust error over how long prefills and decodes of requests took, first half"),
  mean_abs_error_pct: z.number().describe("of the 15 metrics, second half"),
  metrics: z
    .array(
      z.strictObject({
        metric: z.string(),
        stat: z.string(),
        vllm_ms: z.number(),
        simulated_ms: z.number(),
        diff_pct: z.number(),
      }),
    )
    .describe("second half"),
});
export type CalibrationErrors = z.infer<typeof Errors>;

export const ServiceCalibration = z.strictObject({
  $schema: z.string().optional(),
  schema_version: z.literal(1),
  source: z
    .strictObject({
      made_by: z.string(),
      recordings: z.array(z.string()).min(1).describe("folders or files of the recorded run"),
      vllm_version: z.string().nullable(),
      hardware: z.string(),
      model: z.string(),
      tp: z.int().positive(),
      gpu_times: z
        .string()
        .describe("what the constants correct: measured tables, or how far a spec sheet was calibrated"),
      fitted_requests: z.int().positive().describe("the first half by arrival"),
      held_out_requests: z.int().positive().describe("the second half"),
    })
    .describe("what it holds for"),
  constants: CalibrationConstants,
  roofline: CalibrationRoofline,
  findings: z
    .strictObject({
      host_ns_per_step: z.string(),
      memory_efficiency: z.string(),
      compute_efficiency: z.string(),
      link_efficiency: z.string(),
    })
    .describe("why each constant is what it is"),
  errors: z.strictObject({ before: Errors, after: Errors }),
  spread_pct: z
    .number()
    .nullable()
    .describe("how far the recordings lie apart in the 15 metrics of the second half, mean; null where there is one"),
});
export type ServiceCalibration = z.infer<typeof ServiceCalibration>;
