/**
 * @module
 * Tests that draw their cases from a seed: few in the suite, many by `npm run hostile` and `npm run interrupts`.
 */

const asked = (name: string): number | undefined => {
  const text = process.env[name];
  return text === undefined ? undefined : Number(text);
};

/** How many cases to draw from which seed, and the one to look at again. */
export const drawn = (cases: number): { cases: number; seed: number; only: number | undefined } => ({
  cases: asked("TANDEM_CASES") ?? cases,
  seed: asked("TANDEM_SEED") ?? 1,
  only: asked("TANDEM_CASE"),
});
