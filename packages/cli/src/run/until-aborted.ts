import { addAbortListener } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";

/** The signal of what nobody stops. */
export const never = new AbortController().signal;

/**
 * What comes of some work, unless the signal is aborted first: the work is left to its own end then.
 *
 * @param patience milliseconds that the work has left from then on
 * @throws the signal's reason
 */
export async function untilAborted<T>(signal: AbortSignal, work: Promise<T>, patience = 0): Promise<T> {
  const { promise: stopped, reject } = Promise.withResolvers<never>();
  const stop = async (): Promise<void> => {
    if (patience > 0) await sleep(patience, undefined, { ref: false });
    reject(signal.reason);
  };
  stopped.catch(() => {});
  work.catch(() => {});
  const listening = addAbortListener(signal, () => void stop());
  try {
    return await Promise.race([work, stopped]);
  } finally {
    listening[Symbol.dispose]();
  }
}
