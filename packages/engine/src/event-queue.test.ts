import fc from "fast-check";
import { expect, test } from "vitest";
import { EventQueue } from "./event-queue.js";

test("events come by time, at one time by group, of one group in the order in which they were pushed", () => {
  const queue = new EventQueue();
  for (const [time, group] of [
    [30, 0],
    [10, 2],
    [10, 1],
    [20, 5],
  ]) {
    queue.push(time!, group!);
  }
  expect(queue.nextNs).toBe(10);
  expect([queue.pop(), queue.pop(), queue.pop(), queue.pop()]).toEqual([1, 2, 5, 0]);
});

test("an empty queue has its next event at infinity", () => {
  const queue = new EventQueue();
  expect(queue.nextNs).toBe(Number.POSITIVE_INFINITY);
  queue.push(5, 0);
  queue.pop();
  expect([queue.size, queue.nextNs]).toEqual([0, Number.POSITIVE_INFINITY]);
});

test("whatever is pushed and popped, the queue is a sorted list", () => {
  const step = fc.oneof(fc.constant(null), fc.tuple(fc.nat({ max: 20 }), fc.nat({ max: 5 })));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const queue = new EventQueue();
      const plain: [time: number, group: number][] = [];
      for (const event of steps) {
        if (event) {
          queue.push(...event);
          plain.push(event);
          plain.sort(([timeA, groupA], [timeB, groupB]) => timeA - timeB || groupA - groupB);
        } else if (plain.length > 0) {
          expect(queue.nextNs).toBe(plain[0]![0]);
          expect(queue.pop()).toBe(plain.shift()![1]);
        }
        expect(queue.size).toBe(plain.length);
      }
    }),
  );
});
