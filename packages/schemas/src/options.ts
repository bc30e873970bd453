/**
 * @module
 * Serving options of one instance: vLLM's names where vLLM has them. The CLI's flags and the cluster config's
 * per-instance overrides are both made from this one shape.
 */
import * as z from "zod";

const count = (text: string) => z.int().nonnegative().describe(text);

export const Dtype = z.enum(["float16", "bfloat16", "float32", "fp8", "int8"]);
export type Dtype = z.infer<typeof Dtype>;

/** Options that hold for one instance; the shape's defaults are the program's defaults. */
export const InstanceOptions = z.strictObject({
  dtype: Dtype.optional().describe("Weights and activations; float16 and bfloat16 are one 16-bit profile"),
  kvCacheDtype: z.enum(["auto", "fp8"]).default("auto").describe("KV cache elements; auto = as dtype"),
  blockSize: z.int().min(1).max(1024).default(16).describe("Tokens of one KV block"),
  maxNumSeqs: count("Requests in a batch at most; 0 = unlimited").default(128),
  maxNumBatchedTokens: count("Tokens in a batch at most; 0 = unlimited").default(2048),
  longPrefillTokenThreshold: count("Tokens of one request in a step at most; 0 = off").default(0),
  enableChunkedPrefill: z.boolean().default(true).describe("Prompts may be computed over several steps"),
  enablePrefixCaching: z.boolean().default(true).describe("Reuse KV blocks of equal prefixes"),
  reserveFullIsl: z.boolean().default(true).describe("Admit a request only if its whole sequence so far fits"),
  asyncScheduling: z.boolean().default(true).describe("Schedule a step while the one before it runs"),
  npuMemoryUtilization: z.number().gt(0).max(1).default(0.9).describe("Share of GPU memory for weights and KV"),
  enableAttnOffloading: z.boolean().default(false).describe("Attention runs on the node's PIM device"),
  attnOffloadPhase: z
    .enum(["all", "decode"])
    .default("all")
    .describe("all: prefill and decode attention on PIM; decode: prefill attention stays on the GPU"),
  enableSubBatchInterleaving: z
    .boolean()
    .default(false)
    .describe("Split every batch in two sub-batches, one on the GPU while the other is on PIM"),
  subBatchPolicy: z
    .enum(["always", "auto"])
    .default("always")
    .describe("auto: interleave an iteration only where that is predicted shorter"),
  subBatchSplit: z
    .enum(["tokens", "requests", "cost", "chunk", "neupims"])
    .default("tokens")
    .describe("What the two sub-batches share evenly; chunk may cut one prefill; neupims: half of each group's list"),
  kvPlacement: z
    .enum(["time", "tokens", "neupims"])
    .default("time")
    .describe("Channel group of a new request: least PIM time, fewest tokens, or NeuPIMs' estimate, longest first"),
  gpuMixedAttention: z
    .enum(["fused", "separate"])
    .default("fused")
    .describe("fused: one GPU kernel for prefills and decodes, as measured; separate: what if it ran one for each"),
  kvOffload: z
    .enum(["none", "host"])
    .default("none")
    .describe("host: KV that the GPU has no room for moves to host memory and back"),
  kvOffloadGib: z
    .number()
    .positive()
    .max(16_384)
    .optional()
    .describe("Host memory for that, GiB per instance; default: an equal share of the node's"),
  maxModelLen: z.int().positive().optional().describe("Refuse longer requests; default: the model's"),
});
export type InstanceOptions = z.infer<typeof InstanceOptions>;

/** The serving options among other values, such as flags. @throws {ZodError} for a value out of bounds */
export const instanceOptionsFrom = (values: object): InstanceOptions => z.object(InstanceOptions.shape).parse(values);

/** `maxNumSeqs` -> `max_num_seqs`. */
export const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`);

const withoutDefault = (schema: z.ZodType): z.ZodType =>
  schema instanceof z.ZodDefault ? (schema.unwrap() as z.ZodType) : schema;

/** The same options in snake_case, all optional: what an instance of a cluster config may set for itself. */
export const instanceOverrideShape: Record<string, z.ZodType> = Object.fromEntries(
  Object.entries(InstanceOptions.shape).map(([name, schema]) => [
    snakeCase(name),
    withoutDefault(schema)
      .optional()
      .describe(schema.description ?? ""),
  ]),
);

/** The options that an instance of a cluster config sets for itself, back in camelCase. */
export function instanceOverrides(instance: Record<string, unknown>): Partial<InstanceOptions> {
  const entries = Object.keys(InstanceOptions.shape)
    .map((name) => [name, instance[snakeCase(name)]] as const)
    .filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as Partial<InstanceOptions>;
}
