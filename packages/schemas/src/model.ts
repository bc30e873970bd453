/**
 * @module
 * The model config: the fields of a Hugging Face `config.json` that shape, weights and KV follow from.
 */
import * as z from "zod";
import { withUsualNames } from "./model-fields.js";
import { Dtype } from "./options.js";

/** Hugging Face configs carry many more fields; those are read over. */
const NormalModel = z
  .looseObject({
    architectures: z.array(z.string()).optional(),
    model_type: z.string().min(1),
    hidden_size: z.int().positive(),
    intermediate_size: z.int().positive(),
    num_attention_heads: z.int().positive(),
    num_hidden_layers: z.int().positive(),
    num_key_value_heads: z.int().positive().optional(),
    head_dim: z.int().positive().nullish(),
    vocab_size: z.int().positive(),
    max_position_embeddings: z.int().positive(),
    tie_word_embeddings: z.boolean().default(false),
    attention_bias: z.boolean().default(false),
    torch_dtype: z.string().optional(),
    dtype: z.string().optional(),
  })
  .superRefine((model, context) => {
    if (!model.head_dim && model.hidden_size < model.num_attention_heads) {
      context.addIssue({
        code: "custom",
        path: ["num_attention_heads"],
        message: `${model.num_attention_heads} heads leave none of hidden_size (${model.hidden_size}) to each`,
      });
    }
    const kvHeads = model.num_key_value_heads ?? model.num_attention_heads;
    if (model.num_attention_heads % kvHeads !== 0) {
      context.addIssue({
        code: "custom",
        path: ["num_key_value_heads"],
        message: `num_attention_heads (${model.num_attention_heads}) is not a multiple of num_key_value_heads (${kvHeads})`,
      });
    }
  });

const size = z.int().positive().optional();

/** A `config.json` as its family writes it: a field may go by another name, see {@link withUsualNames}. */
const WrittenModel = z.looseObject({
  $schema: z.string().optional(),
  architectures: z.array(z.string()).optional(),
  model_type: z.string().min(1),
  hidden_size: size,
  n_embd: size.describe("hidden_size in GPT-2's words"),
  intermediate_size: size,
  n_inner: size.nullable().describe("intermediate_size in GPT-2's words; null = 4 x hidden size"),
  ffn_dim: size.describe("intermediate_size in OPT's words"),
  num_attention_heads: size,
  n_head: size.describe("num_attention_heads in GPT-2's words"),
  num_hidden_layers: size,
  n_layer: size.describe("num_hidden_layers in GPT-2's words"),
  num_key_value_heads: size.describe("left out: one per query head"),
  head_dim: size.nullable().describe("left out: hidden size / query heads"),
  vocab_size: z.int().positive(),
  max_position_embeddings: size,
  n_positions: size.describe("max_position_embeddings in GPT-2's words"),
  tie_word_embeddings: z.boolean().optional().describe("left out: false, but true for GPT-2 and OPT"),
  attention_bias: z.boolean().default(false),
  torch_dtype: z.string().optional(),
  dtype: z.string().optional(),
});

export const ModelConfig = WrittenModel.transform(
  // What is missing still, the next schema says.
  (written) => withUsualNames(written) as z.input<typeof NormalModel>,
).pipe(NormalModel);
export type ModelConfig = z.output<typeof ModelConfig>;

/** Numbers of query heads, KV heads and elements per head. */
export interface AttentionShape {
  heads: number;
  kvHeads: number;
  headDim: number;
}

export const attentionShape = (model: ModelConfig): AttentionShape => ({
  heads: model.num_attention_heads,
  kvHeads: model.num_key_value_heads ?? model.num_attention_heads,
  headDim: model.head_dim ?? Math.floor(model.hidden_size / model.num_attention_heads),
});

/** Bytes of one element. */
export const dtypeBytes: Record<Dtype, number> = { float16: 2, bfloat16: 2, float32: 4, fp8: 1, int8: 1 };

/** The dtype that the model config names; bfloat16 where it names none that Tandem knows. */
export function modelDtype(model: ModelConfig): Dtype {
  const named = Dtype.safeParse(model.torch_dtype ?? model.dtype);
  return named.success ? named.data : "bfloat16";
}

/** Profile folder of a dtype: float16 and bfloat16 run the same kernels at the same speed. */
export const dtypeVariant: Record<Dtype, string> = {
  float16: "bf16",
  bfloat16: "bf16",
  float32: "fp32",
  fp8: "fp8",
  int8: "int8",
};
