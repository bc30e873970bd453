/**
 * @module
 * The recorded answers of claims, so that none changes unnoticed: `claim-answers.json`.
 */
import { parseWith } from "@tandem-sim/schemas";
import { readJson } from "@tandem-sim/schemas/node";
import { z } from "zod";
import type { JudgedClaim } from "./claim.js";
import { packageFolder } from "./scenario.js";

export const recordFile = `${packageFolder}claim-answers.json`;

/** A case: whether it holds, and its figures in three digits. */
const RecordedCase = z.object({ holds: z.boolean() }).catchall(z.union([z.number(), z.boolean()]));

const ClaimRecord = z.record(
  z.string(),
  z.strictObject({
    answer: z.enum(["holds", "fails", "depends"]),
    cases: z.record(z.string(), RecordedCase),
  }),
);
export type ClaimRecord = z.infer<typeof ClaimRecord>;

/** Figures as far from their record as this have moved. */
const MOVED = 0.02;

const rounded = (value: number): number => Number(value.toPrecision(3));

export const recordOf = (judged: readonly JudgedClaim[]): ClaimRecord =>
  Object.fromEntries(
    judged.map(({ claim, answer, cases }) => [
      claim.id,
      {
        answer,
        cases: Object.fromEntries(
          cases.map(({ of, holds, figures }) => [
            of,
            { holds, ...Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, rounded(value)])) },
          ]),
        ),
      },
    ]),
  );

/** The text of the file, a case in a line. */
export function recordText(record: ClaimRecord): string {
  const fields = (values: object): string =>
    Object.entries(values)
      .map(([name, value]) => `${JSON.stringify(name)}: ${JSON.stringify(value)}`)
      .join(", ");
  const claimText = ([id, { answer, cases }]: [string, ClaimRecord[string]]): string => {
    const lines = Object.entries(cases).map(([of, found]) => `      ${JSON.stringify(of)}: { ${fields(found)} }`);
    return `  ${JSON.stringify(id)}: {\n    "answer": "${answer}",\n    "cases": {\n${lines.join(",\n")}\n    }\n  }`;
  };
  return `{\n${Object.entries(record).map(claimText).join(",\n")}\n}\n`;
}

/** @throws {TandemError} naming file and place of a mistake */
export const readRecord = (): ClaimRecord => parseWith(ClaimRecord, readJson(recordFile), recordFile);

type Case = ClaimRecord[string]["cases"][string];

/** What of a case is not as recorded. */
function caseDifferences(found: Case, recorded: Case | undefined): string[] {
  if (!recorded) return ["is not recorded"];
  if (found.holds !== recorded.holds) return [found.holds ? "holds, and did not" : "does not hold, and did"];
  return Object.entries(found).flatMap(([name, value]) => {
    const before = recorded[name];
    if (typeof value !== "number") return [];
    if (typeof before !== "number") return [`${name} is not recorded`];
    return Math.abs(value - before) > MOVED * Math.abs(before) ? [`${name} was ${before} and is ${value}`] : [];
  });
}

/**
 * A sentence for each answer, each case and each figure that is not as recorded.
 *
 * @param complete whether all scenarios ran: else only the cases that there are say anything
 */
export function recordDifferences(found: ClaimRecord, recorded: ClaimRecord, complete: boolean): string[] {
  const claimDifferences = ([id, claim]: [string, ClaimRecord[string]]): string[] => {
    const before = recorded[id];
    if (!before) return [`${id} is not recorded`];
    const answer = complete && before.answer !== claim.answer ? [`${id}: ${before.answer} -> ${claim.answer}`] : [];
    const cases = Object.entries(claim.cases).flatMap(([of, one]) =>
      caseDifferences(one, before.cases[of]).map((text) => `${id}: ${of}: ${text}`),
    );
    return [...answer, ...cases];
  };
  const gone = Object.entries(recorded).flatMap(([id, { cases }]) =>
    Object.keys(cases).flatMap((of) => (found[id]?.cases[of] ? [] : [`${id}: ${of}: is recorded, and did not run`])),
  );
  return [...Object.entries(found).flatMap(claimDifferences), ...(complete ? gone : [])];
}
