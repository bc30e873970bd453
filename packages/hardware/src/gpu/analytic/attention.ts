/**
 * @module
 * Time of attention over one layer, ns, by the thread blocks that its kernel launches and the bytes of K and V that it
 * reads. Decodes alone split each context over blocks. Beside a prompt FlashAttention 2 gives each decode of each head one
 * block in the same launch; FlashAttention 3 takes both apart.
 */
import type { AttentionKernel } from "@tandem-sim/schemas";
import type { AttentionLookup } from "../even-attention.js";
import type { ModelShape } from "../model-shape.js";
import type { AttentionConstants } from "./constants.js";
import type { GpuRates } from "./rates.js";

/** What attention depends on besides the batch. */
export interface AttentionSetting {
  constants: AttentionConstants;
  rates: GpuRates;
  shape: Pick<ModelShape, "heads" | "kvHeads" | "headDim">;
  kvElementBytes: number;
}

/** Multiplications and additions per query row and element of K, and of V. */
const flopPerElement = 4;

/** K and V of one token, bytes. */
const kvBytes = ({ shape, kvElementBytes }: AttentionSetting): number =>
  2 * shape.kvHeads * shape.headDim * kvElementBytes;

/** ns that one block takes per token of its context, all SMs at work. */
const blockTokenNs = ({ constants, rates, shape }: AttentionSetting): number =>
  (flopPerElement * constants.tileRows * shape.headDim * rates.sms) / rates.attentionFlop;

/** (a^3 + b^3)^(1/3): of two times that overlap the longer one, and up to a quarter more where they are equal. */
const cubicOverlap = (a: number, b: number): number => Math.cbrt(a * a * a + b * b * b);

/** Decodes alone, each at `context` tokens. */
function decodeAttention(setting: AttentionSetting): (decodes: number, context: number) => number {
  const { constants, rates, shape } = setting;
  const bytesPerToken = kvBytes(setting);
  const coldNs = (constants.coldL2 * rates.l2) / rates.peakBytes;
  const coldBytes = constants.coldSpan * rates.l2;
  const blockNs = (constants.decodeBlockNs * shape.kvHeads) / rates.sms;
  return (decodes, context) => {
    const bytes = decodes * context * bytesPerToken;
    const blocks = decodes * blockNs;
    const read = bytes / rates.memoryBytes;
    return constants.decodeFixedNs + (coldNs * bytes) / (bytes + coldBytes) + Math.sqrt(blocks * blocks + read * read);
  };
}

/** Blocks of a prompt: `count` of `mean` tokens each, the longest of `longest`, what a block takes apart in tokens. */
interface PromptBlocks {
  count: number;
  mean: number;
  longest: number;
}

function promptBlocks(tileRows: number, heads: number, apart: number, chunk: number, cached: number): PromptBlocks {
  return {
    count: heads * Math.ceil(chunk / tileRows),
    mean: apart + cached + (chunk + tileRows) / 2,
    longest: apart + cached + chunk,
  };
}

/** Tokens' worth of time for blocks of one prompt: much alike, they end in waves. */
const wholeWaves = (sms: number, { count, mean, longest }: PromptBlocks): number =>
  count <= sms ? longest : Math.max(longest, Math.ceil(count / sms) * mean);

/** Tokens' worth of time until SMs that take a block each, in order, have done blocks of two lengths. */
function lastBlockEnds(sms: number, prompt: PromptBlocks, decodes: number, decode: number, empty: number): number {
  const longest = Math.max(prompt.longest, decode);
  if (prompt.count + decodes <= sms) return longest;
  const promptWork = prompt.count * prompt.mean;
  const decodeWork = decodes * decode;
  // When the last block starts, the others that run have half of theirs left, the long ones more often.
  const left = (promptWork * prompt.mean + decodeWork * decode) / (promptWork + decodeWork) / 2;
  return Math.max(longest, (promptWork + decodeWork + empty) / sms - left + longest);
}

/**
 * How often K and V of decodes are read: blocks of the query heads that share them run one after another, with all other
 * decodes in between, and find them in L2 only while those fit.
 */
function readsOfKv(setting: AttentionSetting, decodes: number, context: number): number {
  const { constants, rates, shape, kvElementBytes } = setting;
  const group = shape.heads / shape.kvHeads;
  const apart = Math.min(group, Math.max(1, (constants.rereads * group * decodes) / rates.sms));
  const perHead = (2 * decodes * context * shape.headDim * kvElementBytes) / (constants.rereadL2 * rates.l2);
  return 1 + ((apart - 1) * perHead * perHead) / (1 + perHead * perHead);
}

/** FlashAttention 2 (compute capability 8.x and 12.x). */
function flashAttention2(setting: AttentionSetting): AttentionLookup {
  const { constants, rates, shape } = setting;
  const { sms } = rates;
  const tokenNs = blockTokenNs(setting);
  const apart = constants.blockCycles / rates.cyclesPerNs / tokenNs;
  const empty = constants.emptyBlockCycles / rates.cyclesPerNs / tokenNs;
  const bytesPerToken = kvBytes(setting);
  const decodesAlone = decodeAttention(setting);
  return (chunk, cached, decodes, context) => {
    if (chunk === 0) return decodesAlone(decodes, context);
    const prompt = promptBlocks(constants.tileRows, shape.heads, apart, chunk, cached);
    const blocks = shape.heads * decodes;
    // Every request gets as many blocks as the longest one needs.
    const idle = blocks * (Math.ceil(chunk / constants.tileRows) - 1) * empty;
    const alone = wholeWaves(sms, prompt);
    const tokens = decodes === 0 ? alone : Math.max(alone, lastBlockEnds(sms, prompt, blocks, apart + context, idle));
    const read = cached + chunk + decodes * context * readsOfKv(setting, decodes, context);
    return constants.promptFixedNs + cubicOverlap(tokens * tokenNs, (read * bytesPerToken) / rates.memoryBytes);
  };
}

/** FlashAttention 3 (compute capability 9.0), and FlashInfer, taken to be like it: blocks share the work out evenly. */
function flashAttention3(setting: AttentionSetting): AttentionLookup {
  const { constants, rates, shape } = setting;
  const tokenNs = blockTokenNs(setting);
  const apart = constants.blockCycles / rates.cyclesPerNs / tokenNs;
  const bytesPerToken = kvBytes(setting);
  const decodesAlone = decodeAttention(setting);
  return (chunk, cached, decodes, context) => {
    const decodeNs = decodes === 0 ? 0 : decodesAlone(decodes, context);
    if (chunk === 0) return decodeNs;
    const prompt = promptBlocks(constants.tileRows, shape.heads, apart, chunk, cached);
    const tokens = Math.max(prompt.longest, (prompt.count * prompt.mean) / rates.sms);
    const read = (cached + chunk) * bytesPerToken;
    return constants.promptFixedNs + cubicOverlap(tokens * tokenNs, read / rates.memoryBytes) + decodeNs;
  };
}

/** Attention of decodes that are all equally long, by the kernel that it runs on. A new kernel is one entry. */
export const evenAttentionOf: Readonly<Record<AttentionKernel, (setting: AttentionSetting) => AttentionLookup>> = {
  FA2: flashAttention2,
  FA3: flashAttention3,
};
