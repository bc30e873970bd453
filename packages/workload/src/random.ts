/**
 * @module
 * Seeded random numbers, the same on any machine: pure-rand's xoroshiro128+, its 128 bits of state filled by splitmix32 from
 * a seed of 53 bits and the name of a stream. Streams of one seed are independent, so that changing how lengths are drawn
 * leaves arrivals alone; and no two hash ids of a trace share one, as they would with a seed of 32 bits.
 */
import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { xoroshiro128plusFromState } from "pure-rand/generator/xoroshiro128plus";

/** A stream of random numbers. */
export interface Random {
  /** 32 random bits, 0 <= x < 2^32. */
  bits(): number;
  /** Uniform in [0, 1), 53 random bits. */
  uniform(): number;
}

/** Output of splitmix32 for state `x`: a bijection that mixes like MurmurHash3's, with constants by Wellons. */
function splitmix32(x: number): number {
  let z = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
  return z ^ (z >>> 15);
}

/**
 * A stream of a seed.
 *
 * @param seed whole number, 0 to 2^53 - 1
 * @param stream what the numbers are for; every name is a stream of its own
 * @example
 * createRandom(42, "arrivals").uniform();
 */
export function createRandom(seed: number, stream: string): Random {
  let key = splitmix32((seed | 0) + 0x9e3779b9) ^ splitmix32(Math.floor(seed / 2 ** 32) + 0x3c6ef372);
  for (let i = 0; i < stream.length; i++) key = splitmix32(Math.imul(key, 31) + stream.charCodeAt(i));
  const next = (): number => {
    key = (key + 0x9e3779b9) | 0;
    return splitmix32(key);
  };
  const generator = xoroshiro128plusFromState([next(), next(), next(), next()]);
  return { bits: () => generator.next() >>> 0, uniform: () => uniformFloat64(generator) };
}

/** Made-up token ids stay below this: the ordinary tokens of Llama 3, and of vocabularies as large. */
const syntheticVocabulary = 128_000;

/** A made-up token id. Multiply and shift, without a rejection loop: the bias is below 2^-14. */
export const syntheticTokenId = (random: Random): number => Math.floor((random.bits() / 2 ** 32) * syntheticVocabulary);
