/**
 * @module
 * One line of a workload file: LLMServingSim's JSONL and Mooncake's. The numbers stand apart from the lists of ids,
 * because a reader of long prompts checks the lists itself: over a thousand ids zod takes two to four times as long as JSON.parse.
 */
import * as z from "zod";

/** What was found instead of a number, however large or deep it is. */
export function foundText(value: unknown): string {
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === "object" && value !== null) return "an object";
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 40 ? `${text.slice(0, 40)}...` : text;
}

/** Says what was expected and what was found, for every check of a number alike. */
const expecting = (what: string) => ({
  error: ({ input }: { input?: unknown }): string =>
    input === undefined ? `missing, expected ${what}` : `expected ${what}, found ${foundText(input)}`,
});

const wholeNumber = (min: number, max: number, what: string) =>
  z.int(expecting(what)).min(min, expecting(what)).max(max, expecting(what));

const time = (max: number, what: string) =>
  z.number(expecting(what)).nonnegative(expecting(what)).max(max, expecting(what));

/** Tokens of a request are counted in 32 bits, and so are token ids. */
export const MAX_TOKENS = 2 ** 31 - 1;
const tokenCount = (text: string) => wholeNumber(1, MAX_TOKENS, "a whole number of tokens, at least 1").describe(text);
const tokenIds = (text: string) =>
  z
    .array(wholeNumber(0, MAX_TOKENS, "a token id, a whole number from 0"))
    .optional()
    .describe(text);

/** The numbers of a {@link WorkloadLine}; its other fields are dropped. */
export const WorkloadNumbers = z.object({
  input_toks: tokenCount("Prompt tokens"),
  output_toks: tokenCount("Tokens to generate"),
  arrival_time_ns: time(Number.MAX_SAFE_INTEGER, "a time in ns, at least 0").describe("ns from the start, rounded"),
});
export type WorkloadNumbers = z.infer<typeof WorkloadNumbers>;

/** One request of LLMServingSim's JSONL. Token ids are what prefix caching goes by; without them no prefix is shared. */
export const WorkloadLine = z
  .strictObject({
    ...WorkloadNumbers.shape,
    input_tok_ids: tokenIds("Ids of the prompt, input_toks of them"),
    output_tok_ids: tokenIds("Ids of the output, output_toks of them; only used with input_tok_ids"),
  })
  .superRefine((line, context) => {
    for (const [ids, count] of [
      ["input_tok_ids", "input_toks"],
      ["output_tok_ids", "output_toks"],
    ] as const) {
      const list = line[ids];
      if (list && list.length !== line[count]) {
        context.addIssue({
          code: "custom",
          path: [ids],
          message: `${list.length} ids for ${count} = ${line[count]}`,
        });
      }
    }
  });
export type WorkloadLine = z.infer<typeof WorkloadLine>;

/** The numbers of a line of a Mooncake trace; `hash_ids`, one per 512 prompt tokens, are checked by the reader. */
export const MooncakeNumbers = z.object({
  timestamp: time(Number.MAX_SAFE_INTEGER / 1e6, "a time in ms, at least 0").describe("ms from the start"),
  input_length: tokenCount("Prompt tokens"),
  output_length: tokenCount("Tokens to generate"),
});
export type MooncakeNumbers = z.infer<typeof MooncakeNumbers>;
