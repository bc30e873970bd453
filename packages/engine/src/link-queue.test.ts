import { expect, test } from "vitest";
import { LinkQueue } from "./link-queue.js";

test("transfers go one at a time, in the order in which they were asked for", () => {
  const link = new LinkQueue();
  expect(link.add(100, 50)).toEqual({ startNs: 100, endNs: 150 });
  expect(link.add(120, 30)).toEqual({ startNs: 150, endNs: 180 });
  expect(link.add(200, 10)).toEqual({ startNs: 200, endNs: 210 });
  expect(link.freeNs).toBe(210);
});

test("it is busy while one is under way, and only up to the moment that is asked about", () => {
  const link = new LinkQueue();
  link.add(100, 50);
  link.add(200, 40);
  link.add(210, 40);
  expect([200, 230, 500].map((ns) => link.busyNs(ns))).toEqual([50, 80, 130]);
});
