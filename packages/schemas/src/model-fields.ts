/**
 * @module
 * How model families name what all of them have, and what they leave out: `config.json` in the words that Llama's has.
 */

/** Other names of a field, of which the first one that is there counts. A family that has its own is a word here. */
const otherNames: Readonly<Record<string, readonly string[]>> = {
  hidden_size: ["n_embd"],
  intermediate_size: ["ffn_dim", "n_inner"],
  num_attention_heads: ["n_head"],
  num_hidden_layers: ["n_layer"],
  max_position_embeddings: ["n_positions", "n_ctx"],
};

/** What the config classes of Hugging Face's transformers assume where a file is silent, by `model_type`. */
const familyDefaults: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  gpt2: { tie_word_embeddings: true },
  opt: { tie_word_embeddings: true, enable_bias: true },
};

/** Width of the feed-forward layer in hidden sizes, for families whose configs may leave it out. */
const widenings: Readonly<Record<string, number>> = { gpt2: 4 };

function fieldOf(config: Readonly<Record<string, unknown>>, name: string): unknown {
  const named = [name, ...(otherNames[name] ?? [])].find((key) => config[key] !== undefined && config[key] !== null);
  return named === undefined ? undefined : config[named];
}

/**
 * A `config.json` with each field under its usual name beside the family's own.
 *
 * @example
 * withUsualNames({ model_type: "gpt2", n_embd: 768 }); // { ..., hidden_size: 768, intermediate_size: 3072 }
 */
export function withUsualNames<Config extends { model_type: string }>(
  config: Config,
): Config & Record<string, unknown> {
  const usual: Record<string, unknown> = {};
  for (const name of Object.keys(otherNames)) {
    const value = fieldOf(config, name);
    if (value !== undefined) usual[name] = value;
  }
  const widening = widenings[config.model_type];
  if (widening !== undefined && usual.intermediate_size === undefined)
    usual.intermediate_size = widening * Number(usual.hidden_size);
  return { ...familyDefaults[config.model_type], ...config, ...usual };
}
