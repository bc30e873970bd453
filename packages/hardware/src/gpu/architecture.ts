/**
 * @module
 * Dense decoder architectures by Hugging Face `model_type`: which layers one iteration runs, in order.
 */
import { expertsOf, expertsRefused, type ModelConfig, TandemError } from "@tandem-sim/schemas";

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

const supported = `supported: dense ${Object.keys(architectures).join(", ")}`;

/**
 * The layer lists registered under a `model_type`.
 *
 * @param where the place that names it, for the error
 * @throws {TandemError} E_UNSUPPORTED for mixture-of-experts models and for architectures that are not registered
 */
export function architectureNamed(modelType: string, where?: string): Architecture {
  const place = { hint: supported, ...(where ? { where } : {}) };
  const registered = Object.hasOwn(architectures, modelType) ? architectures[modelType] : undefined;
  if (registered) return registered;
  const experts = expertsOf({ model_type: modelType });
  if (experts) throw expertsRefused(experts, place);
  throw new TandemError("E_UNSUPPORTED", `no layer list for model_type "${modelType}"`, place);
}

/**
 * The layer lists of a model.
 *
 * @throws {TandemError} E_UNSUPPORTED as {@link architectureNamed}, and for experts in any architecture
 * @example
 * architectureOf(llamaConfig).pre; // ["layernorm", "qkv_proj", "rotary_emb"]
 */
export function architectureOf(model: ModelConfig): Architecture {
  const experts = expertsOf(model);
  if (experts) throw expertsRefused(experts, { hint: supported });
  return architectureNamed(model.model_type);
}

/** The layers of `post` up to and with attention's output projection; the MLP is what is behind them. */
export const outLayers = ({ post }: Architecture): readonly LayerName[] => post.slice(0, post.indexOf("o_proj") + 1);
