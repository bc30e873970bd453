/**
 * @module
 * Dense decoder architectures by Hugging Face `model_type`: which layers one iteration runs, in order.
 */
import { type ModelConfig, TandemError } from "@tandem-sim/schemas";

/** Every layer that a dense architecture may have. The names are those of the profile tables and of trace rows. */
export type LayerName =
  | "embedding"
  | "layernorm"
  | "qkv_proj"
  | "qk_norm"
  | "rotary_emb"
  | "attention"
  | "o_proj"
  | "gate_up_proj"
  | "act_fn"
  | "down_proj"
  | "final_layernorm"
  | "lm_head"
  | "sampler";

/** Layers in execution order. `pre` and `post` stand around attention in every decoder layer. */
export interface Architecture {
  modelType: string;
  prologue: readonly LayerName[];
  pre: readonly LayerName[];
  post: readonly LayerName[];
  head: {
    /** Costed by tokens. */
    dense: readonly LayerName[];
    /** Costed by sequences. */
    perSequence: readonly LayerName[];
  };
}

const llama: Architecture = {
  modelType: "llama",
  prologue: ["embedding"],
  pre: ["layernorm", "qkv_proj", "rotary_emb"],
  post: ["o_proj", "layernorm", "gate_up_proj", "act_fn", "down_proj"],
  head: { dense: ["final_layernorm"], perSequence: ["lm_head", "sampler"] },
};

const qwen3: Architecture = {
  ...llama,
  modelType: "qwen3",
  pre: ["layernorm", "qkv_proj", "qk_norm", "rotary_emb"],
};

/** The registry: a new dense architecture is one entry here. */
export const architectures: Readonly<Record<string, Architecture>> = { llama, qwen3 };

/** Config keys that say how many experts a layer has, over the families that have any. */
const expertKeys = ["num_experts", "num_local_experts", "n_routed_experts"] as const;

function expertsOf(model: ModelConfig): string | undefined {
  const key = expertKeys.find((name) => Number(model[name] ?? 0) > 0);
  if (key) return `${key} ${model[key]}`;
  return /moe/.test(model.model_type) || model.model_type === "mixtral" ? `model_type ${model.model_type}` : undefined;
}

/**
 * The layer lists of a model.
 *
 * @throws {TandemError} E_UNSUPPORTED for mixture-of-experts models and for architectures that are not registered
 * @example
 * architectureOf(llamaConfig).pre; // ["layernorm", "qkv_proj", "rotary_emb"]
 */
export function architectureOf(model: ModelConfig): Architecture {
  const supported = `supported: dense ${Object.keys(architectures).join(", ")}`;
  const experts = expertsOf(model);
  if (experts) {
    throw new TandemError("E_UNSUPPORTED", `mixture-of-experts models are not simulated yet (${experts})`, {
      hint: supported,
    });
  }
  if (!Object.hasOwn(architectures, model.model_type)) {
    throw new TandemError("E_UNSUPPORTED", `no layer list for model_type "${model.model_type}"`, { hint: supported });
  }
  return architectures[model.model_type] as Architecture;
}
