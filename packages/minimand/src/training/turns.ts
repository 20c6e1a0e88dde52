/** Milliseconds of work after which the event loop gets its turn. */
const turn = 20;

/** Gives the event loop its turn, where the last one was long ago. */
export function turnTaker(): () => Promise<void> {
  let last = performance.now();
  return async () => {
    if (performance.now() - last <= turn) return;
    await new Promise((resolve) => setTimeout(resolve));
    last = performance.now();
  };
}
