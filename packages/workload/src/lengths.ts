/**
 * @module
 * How long the prompts and outputs of a generated workload are.
 */
import { MAX_TOKENS, suggestion, TandemError } from "@tandem-sim/schemas";
import { normal } from "./distributions.js";
import type { Random } from "./random.js";
import { isTokenCount } from "./request-chunk.js";

/** A distribution of token counts. */
export type Lengths =
  | { readonly kind: "fixed"; readonly tokens: number }
  /** Both ends included. */
  | { readonly kind: "uniform"; readonly min: number; readonly max: number }
  /** `mean` of the tokens themselves, `sigma` of their logarithm; longer ones are cut to `max`. */
  | { readonly kind: "lognormal"; readonly mean: number; readonly sigma: number; readonly max?: number };

const syntaxes: Record<Lengths["kind"], string> = {
  fixed: "fixed:TOKENS",
  uniform: "uniform:MIN:MAX",
  lognormal: "lognormal:MEAN:SIGMA[:MAX]",
};

/** How {@link parseLengths} wants them. */
export const lengthsSyntax = Object.values(syntaxes).join(", ");

/** Lengths spread over far more than a workload can hold; a greater one draws what is no number. */
const MAX_SIGMA = 100;

function isValid(lengths: Lengths): boolean {
  switch (lengths.kind) {
    case "fixed":
      return isTokenCount(lengths.tokens);
    case "uniform":
      return isTokenCount(lengths.min) && isTokenCount(lengths.max) && lengths.min <= lengths.max;
    case "lognormal": {
      const { mean, sigma, max = MAX_TOKENS } = lengths;
      return mean >= 1 && mean <= MAX_TOKENS && sigma >= 0 && sigma <= MAX_SIGMA && isTokenCount(max);
    }
  }
}

/**
 * A distribution from its short form.
 *
 * @param where the flag or field it came from
 * @example
 * parseLengths("lognormal:250:0.9", "--input-lengths");
 * @throws {TandemError} E_USAGE
 */
export function parseLengths(text: string, where: string): Lengths {
  const [kind = "", ...rest] = text.split(":");
  const numbers = rest.map((part) => (part.trim() === "" ? Number.NaN : Number(part)));
  const [a = Number.NaN, b = Number.NaN, c] = numbers;
  const forms: Record<string, [Lengths, counts: number[]]> = {
    fixed: [{ kind: "fixed", tokens: a }, [1]],
    uniform: [{ kind: "uniform", min: a, max: b }, [2]],
    lognormal: [{ kind: "lognormal", mean: a, sigma: b, ...(c === undefined ? {} : { max: c }) }, [2, 3]],
  };
  const form = Object.hasOwn(forms, kind) ? forms[kind] : undefined;
  if (form?.[1].includes(rest.length) && isValid(form[0])) return form[0];
  const meant = form ? kind : suggestion(kind, Object.keys(forms));
  throw new TandemError("E_USAGE", `expected a length distribution, found "${text}"`, {
    where,
    hint: meant ? `${syntaxes[meant as Lengths["kind"]]}, in tokens, at least 1` : lengthsSyntax,
  });
}

/**
 * A function that draws token counts, whole and at least 1.
 *
 * @throws {TandemError} E_USAGE where the distribution has impossible parameters
 */
export function createLengths(lengths: Lengths, random: Random): () => number {
  if (!isValid(lengths)) {
    throw new TandemError("E_USAGE", `no such lengths: ${JSON.stringify(lengths)}`, { hint: lengthsSyntax });
  }
  switch (lengths.kind) {
    case "fixed":
      return () => lengths.tokens;
    case "uniform":
      return () => lengths.min + Math.floor(random.uniform() * (lengths.max - lengths.min + 1));
    case "lognormal": {
      const { mean, sigma, max = MAX_TOKENS } = lengths;
      const mu = Math.log(mean) - sigma ** 2 / 2;
      return () => Math.min(max, Math.max(1, Math.round(Math.exp(mu + sigma * normal(random)))));
    }
  }
}
