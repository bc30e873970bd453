/**
 * @module
 * Mooncake's JSONL traces (Qin et al., FAST '25): lengths, arrival in ms, and a hash id per block of 512 prompt tokens.
 */
import { MooncakeNumbers, parseWith, TandemError } from "@tandem-sim/schemas";
import { createRandom, syntheticTokenId } from "../random.js";
import { idList, parseKnownFields, type WorkloadFormat } from "./format.js";

const blockTokens = 512;
const fields = [...Object.keys(MooncakeNumbers.shape), "hash_ids"];

/** The made-up tokens of the block with this hash id: always the same, so that equal hash ids share KV blocks. */
function fillBlock(ids: Int32Array, start: number, end: number, hashId: number): void {
  const random = createRandom(hashId, "mooncake");
  for (let i = start; i < end; i++) ids[i] = syntheticTokenId(random);
}

/**
 * Prompt ids are made up from the hash ids, the last, partial block included; outputs have none in these traces.
 * 512 tokens become 2 KiB: a trace of 10,000 prompts of 10,000 tokens takes 400 MB.
 */
export const mooncake: WorkloadFormat = {
  name: "mooncake",
  description: "JSONL: timestamp (ms), input_length, output_length, hash_ids? (blocks of 512 tokens)",
  matches: (_path, firstLine) => firstLine.startsWith("{") && /"(input_length|hash_ids)"\s*:/.test(firstLine),
  createParser: () => (line, builder) => {
    const data = parseKnownFields(line, fields);
    const { timestamp, input_length, output_length } = parseWith(MooncakeNumbers, data, line.where, true);
    const hashIds = idList(line, data as object, "hash_ids", Number.MAX_SAFE_INTEGER);
    const blocks = Math.ceil(input_length / blockTokens);
    if (hashIds && hashIds.length !== blocks) {
      throw new TandemError("E_SCHEMA", `${hashIds.length} hash ids for input_length = ${input_length}`, {
        where: `${line.where}: $.hash_ids`,
        hint: `one per ${blockTokens} tokens, so ${blocks}`,
      });
    }
    const ids = hashIds && new Int32Array(input_length);
    if (ids) {
      for (const [k, hashId] of hashIds.entries()) {
        fillBlock(ids, k * blockTokens, Math.min(input_length, (k + 1) * blockTokens), hashId);
      }
    }
    builder.add(input_length, output_length, Math.round(timestamp * 1e6), ids);
  },
};
