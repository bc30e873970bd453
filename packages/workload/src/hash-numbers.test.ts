import { expect, it } from "vitest";
import { createHashNumbers } from "./hash-numbers.js";
import { createRandom } from "./random.js";

it("numbers of hashes agree with Map, however many there are", () => {
  const random = createRandom(3, "hashes");
  const ours = createHashNumbers();
  const theirs = new Map<number, number>();
  let disagreements = 0;
  for (let i = 0; i < 20_000; i++) {
    // A third of the hashes come twice, and many share their low bits.
    const hash = 1 + Math.floor(random.uniform() * 12_000) * 2 ** 20;
    const known = theirs.get(hash) ?? theirs.size + 1;
    if (ours.numberOf(hash, theirs.size + 1) !== known) disagreements++;
    theirs.set(hash, known);
  }
  expect(theirs.size).toBeGreaterThan(5000);
  expect(disagreements).toBe(0);
});
