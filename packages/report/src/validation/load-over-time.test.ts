import { expect, it } from "vitest";
import { loadOf } from "./load-over-time.js";

it("a request waits from when it is taken in and runs from when it is scheduled until it is done", () => {
  const load = loadOf([
    { takenIn: 0, scheduled: 0, done: 4 },
    { takenIn: 1, scheduled: 3, done: 5 },
  ]);
  expect(load).toEqual([
    { s: 0, running: 1, waiting: 0 },
    { s: 1, running: 1, waiting: 1 },
    { s: 3, running: 2, waiting: 0 },
    { s: 4, running: 1, waiting: 0 },
    { s: 5, running: 0, waiting: 0 },
  ]);
});
