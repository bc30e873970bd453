import fc from "fast-check";
import { expect, test } from "vitest";
import { ARRIVAL, EventQueue, ITERATION_END } from "./event-queue.js";

test("events come by time, at one time by group, of one group in the order in which they were pushed", () => {
  const queue = new EventQueue();
  for (const [time, group] of [
    [30, 0],
    [10, 2],
    [10, 1],
    [20, 5],
  ]) {
    queue.push(time!, ITERATION_END, group!);
  }
  expect(queue.nextNs).toBe(10);
  expect([queue.pop(), queue.pop(), queue.pop(), queue.pop()]).toEqual([1, 2, 5, 0]);
});

test("at one time arrivals come before ends of iterations", () => {
  const queue = new EventQueue();
  queue.push(10, ITERATION_END, 0);
  queue.push(10, ARRIVAL, 7);
  expect([queue.pop(), queue.pop()]).toEqual([7, 0]);
});

test("an empty queue has its next event at infinity", () => {
  const queue = new EventQueue();
  expect(queue.nextNs).toBe(Number.POSITIVE_INFINITY);
  queue.push(5, ARRIVAL, 0);
  queue.pop();
  expect([queue.size, queue.nextNs]).toEqual([0, Number.POSITIVE_INFINITY]);
});

test("whatever is pushed and popped, the queue is a sorted list", () => {
  const step = fc.oneof(
    fc.constant(null),
    fc.tuple(fc.nat({ max: 20 }), fc.constantFrom(ARRIVAL, ITERATION_END), fc.nat({ max: 5 })),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const queue = new EventQueue();
      const plain: [time: number, kind: number, subject: number][] = [];
      for (const event of steps) {
        if (event) {
          queue.push(...event);
          plain.push([...event]);
          plain.sort((a, b) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2]);
        } else if (plain.length > 0) {
          expect([queue.nextNs, queue.nextKind]).toEqual(plain[0]!.slice(0, 2));
          expect(queue.pop()).toBe(plain.shift()![2]);
        }
        expect(queue.size).toBe(plain.length);
      }
    }),
  );
});
