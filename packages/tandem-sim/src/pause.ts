/**
 * @module
 * Turns of others: timers, input, drawing.
 */

/** Real ms of work between two pauses: a page that is drawn so often is still alive, and a pause costs nothing beside. */
const WORK_MS = 50;

/** What is called now and then in a long run; it waits only where the last pause is long enough ago. */
export function createPause(): () => Promise<void> {
  let workedSince = performance.now();
  return async () => {
    if (performance.now() - workedSince < WORK_MS) return;
    await new Promise<void>((resolve) => setTimeout(resolve, 0));
    workedSince = performance.now();
  };
}
