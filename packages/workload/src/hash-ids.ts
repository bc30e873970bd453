/**
 * @module
 * Prompts that are known by a hash id per stretch of tokens, as traces give them that may not show their tokens.
 */
import { createRandom, syntheticTokenId } from "./random.js";

/** The hash ids of a chunk's prompts. Equal ids in equal places behind equal ids mean equal tokens. */
export interface HashIds {
  /** Tokens that an id stands for; the last one of a prompt may stand for fewer. */
  readonly tokens: number;
  /** Of all requests, one after another. */
  readonly ids: Float64Array;
  /** `count + 1` offsets: those of request i are `ids[offsets[i] .. offsets[i + 1]]`, or none. */
  readonly offsets: Float64Array;
}

/** Made-up token ids of a prompt: always the same for one hash id, so that equal hash ids share KV blocks. */
export function madeUpTokens(hashIds: ArrayLike<number>, tokensPerId: number, inputTokens: number): Int32Array {
  const tokens = new Int32Array(hashIds.length > 0 ? inputTokens : 0);
  for (let k = 0; k < hashIds.length; k++) {
    const random = createRandom(hashIds[k] ?? 0, "mooncake");
    const end = Math.min(inputTokens, (k + 1) * tokensPerId);
    for (let i = k * tokensPerId; i < end; i++) tokens[i] = syntheticTokenId(random);
  }
  return tokens;
}
