import { expect, it } from "vitest";
import { progressText } from "./progress.js";

it("counts requests, and says of a long run how fast it is and when it will be done", () => {
  expect(progressText("simulating", 70, 1000, 1999)).toBe("simulating: 70 of 1000 requests");
  expect(progressText("simulating", 0, 1000, 60_000)).toBe("simulating: 0 of 1000 requests");
  expect(progressText("offload", 240_000, 1_000_000, 20_000)).toBe(
    "offload: 240000 of 1000000 requests, 12.0k/s, 64 s left",
  );
  expect(progressText("simulating", 10, 1000, 5000)).toBe("simulating: 10 of 1000 requests, 2/s, 9 min left");
});
