import { Interrupted } from "../failure.ts";
import { leave } from "./leave.ts";
import { onStop } from "./supervised.ts";

/**
 * Lets a signal of the system be heard in the midst of long work.
 *
 * @throws the signal's reason
 */
export async function hear(signal: AbortSignal): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  signal.throwIfAborted();
}

/**
 * Runs work that Ctrl-C (or SIGTERM) stops by aborting its signal, with {@link Interrupted} as the reason. A second
 * Ctrl-C ends the program at once.
 *
 * @param after what the same command does then
 */
export async function interruptible<T>(
  work: (signal: AbortSignal) => Promise<T>,
  after: "continues" | "begins anew" = "continues",
): Promise<T> {
  const controller = new AbortController();
  const off = onStop(() => {
    if (controller.signal.aborted) leave(130);
    controller.abort(new Interrupted(`interrupted; the same command ${after}`));
  });
  try {
    return await work(controller.signal);
  } finally {
    off();
  }
}
