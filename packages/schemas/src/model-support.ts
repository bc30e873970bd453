/**
 * @module
 * Attention that Tandem's KV cache and costs do not describe, refused by name. Mixtures of experts have a file of their own.
 */
import { TandemError } from "./errors.js";
import type { ModelConfig } from "./model.js";

type Fields = Pick<ModelConfig, "model_type" | "hidden_size"> & Record<string, unknown>;

/** What a model has that is not simulated; undefined for one that is. A new refusal is one entry. */
const refusals: readonly ((model: Fields) => string | undefined)[] = [
  ({ kv_lora_rank: rank }) =>
    Number(rank ?? 0) > 0 ? `multi-head latent attention (kv_lora_rank ${rank})` : undefined,
  ({ layer_types: types }) => {
    const other = Array.isArray(types) ? types.find((type) => type !== "full_attention") : undefined;
    return other === undefined ? undefined : `layers of different kinds (layer_types "${other}")`;
  },
  ({ word_embed_proj_dim: width, hidden_size: hidden }) =>
    width === undefined || width === hidden ? undefined : `a projected embedding (word_embed_proj_dim ${width})`,
  ({ do_layer_norm_before: before }) => (before === false ? "normalisation behind each block" : undefined),
  ({ parallel_attn: parallel }) => (parallel === true ? "attention beside the feed-forward layer" : undefined),
];

/** @throws {TandemError} E_UNSUPPORTED with the field that says so */
export function refuseUnknownAttention(model: Fields): void {
  for (const refusal of refusals) {
    const found = refusal(model);
    if (found) throw new TandemError("E_UNSUPPORTED", `${found} is not simulated yet`);
  }
}

/** Tokens that attention looks back at most; undefined where it sees all of the context. */
export function slidingWindowOf(model: Fields): number | undefined {
  const window = Number(model.sliding_window ?? 0);
  return window > 0 && model.use_sliding_window !== false ? window : undefined;
}

/**
 * A window as long as the context is none.
 *
 * @param maxModelLen longest context that is served, tokens
 * @throws {TandemError} E_UNSUPPORTED for a window below it
 */
export function refuseSlidingWindow(model: Fields, maxModelLen: number, where: string): void {
  const window = slidingWindowOf(model);
  if (window === undefined || window >= maxModelLen) return;
  throw new TandemError("E_UNSUPPORTED", `a sliding window (${window} of ${maxModelLen} tokens) is not simulated yet`, {
    where,
    hint: `--max-model-len ${window} serves contexts that the window does not cut`,
  });
}
