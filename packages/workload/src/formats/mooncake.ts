/**
 * @module
 * Mooncake's JSONL traces (Qin et al., FAST '25): lengths, arrival in ms, and a hash id per block of 512 prompt tokens.
 */
import { MooncakeNumbers, parseWith, TandemError } from "@tandem-sim/schemas";
import { isTokenCount } from "../request-chunk.js";
import { idList, isTime, parseKnownFields, type WorkloadFormat } from "./format.js";

/** Tokens that a hash id stands for. */
const blockTokens = 512;
const fields = [...Object.keys(MooncakeNumbers.shape), "hash_ids"];

const areNumbers = (data: Partial<MooncakeNumbers> | null): data is MooncakeNumbers =>
  isTime(data?.timestamp, Number.MAX_SAFE_INTEGER / 1e6) &&
  isTokenCount(data?.input_length) &&
  isTokenCount(data.output_length);

/** Prompts keep their hash ids, 8 bytes each; outputs have none in these traces. */
export const mooncake: WorkloadFormat = {
  name: "mooncake",
  description: "JSONL: timestamp (ms), input_length, output_length, hash_ids? (blocks of 512 tokens)",
  matches: (_path, firstLine) => firstLine.startsWith("{") && /"(input_length|hash_ids)"\s*:/.test(firstLine),
  createParser: () => (line, builder) => {
    const data = parseKnownFields(line, fields) as MooncakeNumbers;
    const numbers = areNumbers(data) ? data : parseWith(MooncakeNumbers, data, line.where);
    const { timestamp, input_length, output_length } = numbers;
    const hashIds = idList(line, data, "hash_ids", Number.MAX_SAFE_INTEGER);
    const blocks = Math.ceil(input_length / blockTokens);
    if (hashIds && hashIds.length !== blocks) {
      throw new TandemError("E_SCHEMA", `${hashIds.length} hash ids for input_length = ${input_length}`, {
        where: `${line.where}: $.hash_ids`,
        hint: `one per ${blockTokens} tokens, so ${blocks}`,
      });
    }
    builder.addHashed(input_length, output_length, Math.round(timestamp * 1e6), hashIds ?? [], blockTokens);
  },
};
