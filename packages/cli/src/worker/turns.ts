/* Work side by side, and work that wants to be alone. */

/** Lets work run together, or alone: what may end the worker shall take nothing else along. */
export interface Turns {
  together<T>(work: () => Promise<T>): Promise<T>;
  alone<T>(work: () => Promise<T>): Promise<T>;
}

/** Turns in the order of their asking. */
export function makeTurns(): Turns {
  let last: Promise<unknown> = Promise.resolve();
  const running = new Set<Promise<unknown>>();
  const quiet = (promise: Promise<unknown>): Promise<unknown> => promise.catch(() => {});

  return {
    async together(work) {
      await last;
      const done = work();
      const settled = quiet(done);
      running.add(settled);
      settled.finally(() => running.delete(settled));
      return done;
    },
    async alone(work) {
      const before = last;
      const { promise, resolve } = Promise.withResolvers<void>();
      last = promise;
      try {
        await before;
        await Promise.all(running);
        return await work();
      } finally {
        resolve();
      }
    },
  };
}
