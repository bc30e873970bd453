import { expect, it } from "vitest";
import { createHashSet } from "./hash-set.js";
import { createRandom } from "./random.js";

it("a hash set agrees with Set, however it grows", () => {
  const random = createRandom(3, "hashes");
  const ours = createHashSet();
  const theirs = new Set<number>();
  let disagreements = 0;
  for (let i = 0; i < 20_000; i++) {
    // A third of the hashes come twice, and many share their low bits.
    const hash = 1 + Math.floor(random.uniform() * 12_000) * 2 ** 20;
    if (ours.has(hash) !== theirs.has(hash)) disagreements++;
    ours.add(hash);
    theirs.add(hash);
  }
  expect(theirs.size).toBeGreaterThan(5000);
  expect(disagreements).toBe(0);
});
