import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { WaitingQueue } from "./waiting-queue.js";

const drain = (queue: WaitingQueue): number[] => Array.from({ length: queue.size }, () => queue.popFront());

describe("the waiting queue", () => {
  test("serves the first come first, and a request that returns to the front before all", () => {
    const queue = new WaitingQueue();
    for (const request of [1, 2, 3]) queue.pushBack(request);
    queue.pushFront(9);
    expect(queue.first).toBe(9);
    expect(drain(queue)).toEqual([9, 1, 2, 3]);
  });

  test("keeps its order when it grows around its end", () => {
    const queue = new WaitingQueue();
    for (let i = 0; i < 200; i++) queue.pushBack(i);
    for (let i = 0; i < 200; i++) queue.popFront();
    const many = Array.from({ length: 1000 }, (_, i) => i);
    for (const request of many) queue.pushBack(request);
    expect(drain(queue)).toEqual(many);
  });

  test("does what a plain array does", () => {
    const step = fc.tuple(fc.constantFrom("back", "front", "pop", "remove"), fc.nat({ max: 20 }));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 100 }), fc.nat({ max: 300 }), (steps, offset) => {
        const queue = new WaitingQueue();
        // Somewhere in the ring, so that wrapping is exercised.
        for (let i = 0; i < offset; i++) queue.pushBack(0);
        for (let i = 0; i < offset; i++) queue.popFront();
        let plain: number[] = [];
        for (const [op, request] of steps) {
          if (op === "back") {
            queue.pushBack(request);
            plain.push(request);
          } else if (op === "front") {
            queue.pushFront(request);
            plain.unshift(request);
          } else if (op === "pop" && plain.length > 0) expect(queue.popFront()).toBe(plain.shift());
          else if (op === "remove") {
            queue.remove(request);
            const at = plain.indexOf(request);
            plain = plain.filter((_, i) => i !== at);
          }
          expect(queue.size).toBe(plain.length);
        }
        expect(drain(queue)).toEqual(plain);
      }),
    );
  });

  test("touches as many slots for a request where 100,000 wait as where ten do", () => {
    const slotsPerMove = (requests: number): number => {
      const queue = new WaitingQueue();
      for (let i = 0; i < requests; i++) queue.pushBack(i);
      let touched = 0;
      const ring: Int32Array = Reflect.get(queue, "ring");
      const counted = new Proxy(ring, {
        get: (_, key) => {
          if (key !== "length") touched++;
          return Reflect.get(ring, key, ring);
        },
        set: (_, key, value) => {
          touched++;
          return Reflect.set(ring, key, value, ring);
        },
      });
      Reflect.set(queue, "ring", counted);
      // Admissions with a preemption now and then.
      let moves = 0;
      for (; queue.size > 0; moves++) {
        if (queue.popFront() % 64 !== 63) continue;
        queue.pushFront(0);
        moves++;
      }
      return touched / moves;
    };
    expect(slotsPerMove(100_000)).toBe(1);
    expect(slotsPerMove(10)).toBe(1);
  });
});
