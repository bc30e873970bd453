/**
 * @module
 * Every kind of layer that a dense decoder may have, as data: what it holds, what goes through it, what its time goes by.
 */
import type { ModelShape } from "./model-shape.js";

/** The names are those of the profile tables and of trace rows. */
export type LayerName =
  | "embedding"
  | "layernorm"
  | "qkv_proj"
  | "qk_norm"
  | "rotary_emb"
  | "attention"
  | "o_proj"
  | "gate_up_proj"
  | "up_proj"
  | "act_fn"
  | "down_proj"
  | "final_layernorm"
  | "lm_head"
  | "sampler";

/** Elements, from the shape of a model on one GPU. */
export type Elements = (shape: ModelShape) => number;

export interface LayerKind {
  /** What its time goes by: a product of matrices, a pass over its data, or a model of its own. */
  work: "product" | "pass" | "attention";
  /** Parameters, without the bias that some families have. */
  weights: Elements;
  bias: Elements;
  /** In and out, per token; per sequence for `lm_head` and `sampler`. A product has input x output weights. */
  input: Elements;
  output: Elements;
  /** A pass: moved through memory per token, both ways. */
  moved: Elements;
  /** A pass: kernels that it takes. */
  kernels: number;
  /** The end that carries token ids, which are int32, rather than activations. */
  ids: "input" | "output" | null;
}

const none: Elements = () => 0;
const hidden: Elements = (shape) => shape.hidden;
const inner: Elements = (shape) => shape.inner;
const vocab: Elements = (shape) => shape.vocab;
const query: Elements = ({ heads, headDim }) => heads * headDim;
const queryAndKey: Elements = ({ heads, kvHeads, headDim }) => (heads + kvHeads) * headDim;
const queryKeyValue: Elements = ({ heads, kvHeads, headDim }) => (heads + 2 * kvHeads) * headDim;
const times =
  (factor: number, elements: Elements): Elements =>
  (shape) =>
    factor * elements(shape);

const product = (input: Elements, output: Elements): LayerKind => ({
  work: "product",
  weights: (shape) => input(shape) * output(shape),
  bias: output,
  input,
  output,
  moved: none,
  kernels: 1,
  ids: null,
});

const pass = (input: Elements, output: Elements, rest: Partial<LayerKind> = {}): LayerKind => ({
  work: "pass",
  weights: none,
  bias: none,
  input,
  output,
  moved: (shape) => input(shape) + output(shape),
  kernels: 1,
  ids: null,
  ...rest,
});

/** Normalisation that adds the residual in the same kernel: both are read, both are written. */
const fusedNorm = pass(hidden, hidden, { weights: hidden, bias: hidden, moved: times(4, hidden) });

/** The layers of Llama's family, gated and normalised by root mean square. */
export const layerKinds: Readonly<Record<LayerName, LayerKind>> = {
  embedding: pass(hidden, hidden, {
    weights: (shape) => shape.vocab * shape.hidden,
    ids: "input",
  }),
  layernorm: fusedNorm,
  qkv_proj: product(hidden, queryKeyValue),
  qk_norm: pass(queryAndKey, queryAndKey, { weights: ({ headDim }) => 2 * headDim }),
  rotary_emb: pass(queryAndKey, queryAndKey),
  attention: { ...pass(query, query), work: "attention" },
  o_proj: product(query, hidden),
  gate_up_proj: product(hidden, times(2, inner)),
  up_proj: product(hidden, inner),
  act_fn: pass(times(2, inner), inner),
  down_proj: product(inner, hidden),
  final_layernorm: fusedNorm,
  lm_head: product(hidden, vocab),
  // vLLM samples in fp32: a logit is read twice as wide.
  sampler: pass(vocab, none, { moved: times(2, vocab), ids: "output" }),
};

/** GPT's: LayerNorm and the residual apart (2 + 3 rows in two kernels), an activation without a gate. */
export const gptKinds: Readonly<Partial<Record<LayerName, LayerKind>>> = {
  layernorm: { ...fusedNorm, moved: times(5, hidden), kernels: 2 },
  act_fn: pass(inner, inner),
};

/** Embeddings that add a learned vector per position, of which there are `extra` more than positions. */
export const withPositions = (extra: number): LayerKind => ({
  ...layerKinds.embedding,
  weights: (shape) => (shape.vocab + shape.maxPositions + extra) * shape.hidden,
  moved: times(3, hidden),
});
