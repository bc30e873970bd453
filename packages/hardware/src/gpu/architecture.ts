/**
 * @module
 * Dense decoder architectures by Hugging Face `model_type`: which layers one iteration runs, in order, and what they are.
 */
import { expertsOf, expertsRefused, type ModelConfig, refuseUnknownAttention, TandemError } from "@tandem-sim/schemas";
import { gptKinds, type LayerKind, type LayerName, layerKinds, withPositions } from "./layer-kinds.js";

export type { LayerName } from "./layer-kinds.js";

/** Whether a layer has a bias: always, or where this field of the config says so. */
type BiasRule = true | "attention_bias" | "mlp_bias" | "enable_bias";

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
  /** What each layer is, of those that it has. */
  kinds: Readonly<Record<LayerName, LayerKind>>;
  biases: Readonly<Partial<Record<LayerName, BiasRule>>>;
}

const llama: Architecture = {
  modelType: "llama",
  prologue: ["embedding"],
  pre: ["layernorm", "qkv_proj", "rotary_emb"],
  post: ["o_proj", "layernorm", "gate_up_proj", "act_fn", "down_proj"],
  head: { dense: ["final_layernorm"], perSequence: ["lm_head", "sampler"] },
  kinds: layerKinds,
  biases: {
    qkv_proj: "attention_bias",
    o_proj: "attention_bias",
    gate_up_proj: "mlp_bias",
    down_proj: "mlp_bias",
  },
};

const mistral: Architecture = { ...llama, modelType: "mistral", biases: {} };

const qwen2: Architecture = { ...llama, modelType: "qwen2", biases: { qkv_proj: true } };

const qwen3: Architecture = {
  ...llama,
  modelType: "qwen3",
  pre: ["layernorm", "qkv_proj", "qk_norm", "rotary_emb"],
};

const phi3: Architecture = { ...llama, modelType: "phi3", biases: {} };

/** GPT-2, and GPT-3, whose shape it has: learned positions, no gate, biases everywhere. */
const gpt2: Architecture = {
  modelType: "gpt2",
  prologue: ["embedding"],
  pre: ["layernorm", "qkv_proj"],
  post: ["o_proj", "layernorm", "up_proj", "act_fn", "down_proj"],
  head: llama.head,
  kinds: { ...layerKinds, ...gptKinds, embedding: withPositions(0) },
  biases: { layernorm: true, final_layernorm: true, qkv_proj: true, o_proj: true, up_proj: true, down_proj: true },
};

/** OPT's table of positions starts at 2. */
const opt: Architecture = {
  ...gpt2,
  modelType: "opt",
  kinds: { ...gpt2.kinds, embedding: withPositions(2) },
  biases: {
    layernorm: true,
    final_layernorm: true,
    qkv_proj: "enable_bias",
    o_proj: "enable_bias",
    up_proj: "enable_bias",
    down_proj: "enable_bias",
  },
};

/** The registry: a new dense architecture is one entry here. */
export const architectures: Readonly<Record<string, Architecture>> = { llama, mistral, qwen2, qwen3, phi3, gpt2, opt };

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
 * @throws {TandemError} E_UNSUPPORTED as {@link architectureNamed}, for experts in any architecture, and for attention that
 *   is not simulated
 * @example
 * architectureOf(llamaConfig).pre; // ["layernorm", "qkv_proj", "rotary_emb"]
 */
export function architectureOf(model: ModelConfig): Architecture {
  const experts = expertsOf(model);
  if (experts) throw expertsRefused(experts, { hint: supported });
  refuseUnknownAttention(model);
  return architectureNamed(model.model_type);
}

/** Whether a layer of a model has a bias. */
export function hasBias({ biases }: Architecture, model: ModelConfig, layer: LayerName): boolean {
  const rule = biases[layer];
  return rule !== undefined && (rule === true || model[rule] === true);
}

/** The layers of `post` up to and with attention's output projection; the MLP is what is behind them. */
export const outLayers = ({ post }: Architecture): readonly LayerName[] => post.slice(0, post.indexOf("o_proj") + 1);
