/**
 * @module
 * JSON Schemas of every input and output, made from the zod schemas. A new one is one entry of {@link jsonSchemas}.
 */
import * as z from "zod";
import { ClusterConfig } from "./cluster.js";
import { CompactProfileMeta } from "./gpu-profile/profile-meta.js";
import { ModelConfig } from "./model.js";
import { PimIni } from "./pim/device.js";
import { ServiceCalibration } from "./service-calibration.js";
import { SpecSheet } from "./spec-sheet.js";
import { Summary } from "./summary.js";
import { SweepFile, SweepRecord } from "./sweep.js";
import { WorkloadLine } from "./workload.js";

interface Published {
  schema: z.ZodType;
  title: string;
  /** Which side of the zod schema is published: what a user writes (default) or what Tandem has after parsing. */
  io?: "input" | "output";
}

/** What is published, by name: `configs/schema/<name>.schema.json` and `tandem schema <name>`. */
export const jsonSchemas = {
  cluster: { schema: ClusterConfig, title: "Cluster config: nodes, host memory, instances, power" },
  "gpu-calibration": {
    schema: ServiceCalibration,
    title: "Constants fitted to a recorded vLLM run: what tandem calibrate writes and --gpu-calibration takes",
  },
  "gpu-profile": { schema: CompactProfileMeta, title: "profile.json of a compact GPU profile" },
  "gpu-spec": {
    schema: SpecSheet,
    title: "Spec sheet of a GPU, or of another accelerator: what its times are computed from where none were measured",
  },
  model: { schema: ModelConfig, title: "Model config: the fields of a Hugging Face config.json that Tandem reads" },
  pim: {
    schema: PimIni,
    title: "PIM device: the sections of a DRAMsim3 INI (of HBM files, tRCDRD as tRCD and tRTP_L as tRTP)",
    io: "output",
  },
  summary: { schema: Summary, title: "Result of a run, as --summary writes it", io: "output" },
  sweep: { schema: SweepFile, title: "A sweep: flags of tandem run, and those of them that vary" },
  "sweep-result": { schema: SweepRecord, title: "One line of a sweep's results.jsonl", io: "output" },
  "workload-line": { schema: WorkloadLine, title: "One line of a JSONL workload" },
} satisfies Record<string, Published>;

export type JsonSchemaName = keyof typeof jsonSchemas;

/**
 * The JSON Schema (draft 2020-12) of an input or output.
 *
 * @example
 * toJsonSchema("workload-line").required; // ["input_toks", "output_toks", "arrival_time_ns"]
 */
export function toJsonSchema(name: JsonSchemaName): z.core.JSONSchema.BaseSchema {
  const { schema, title, io = "input" }: Published = jsonSchemas[name];
  const $schema = "https://json-schema.org/draft/2020-12/schema";
  return { $schema, title, ...z.toJSONSchema(schema, { io, unrepresentable: "any" }) };
}
