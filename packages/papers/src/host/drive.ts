import { DataError, Interrupted, isArgumentError, plural } from "@minimand/compare";
import type { Progress } from "../reproduction.ts";
import type { PapersHost } from "./papers-host.ts";

/** Where the progress of a run goes to. */
export interface ProgressSink {
  /** So much is done of what is counted; where the total is 0, a word. */
  show(progress: Progress): void;
  /** There is no progress for now. */
  clear(): void;
}

/**
 * Drives a generator of a reproduction to its end, and reports its progress to a sink.
 *
 * @throws Interrupted when the host's signal is aborted; DataError where the run fails on trials that were kept
 */
export async function drive<Result>(
  generator: AsyncGenerator<Progress, Result>,
  host: PapersHost,
  progress: ProgressSink,
): Promise<Result> {
  const { signal, trialsSoFar } = host;
  try {
    while (true) {
      const step = await generator.next();
      signal.throwIfAborted();
      if (step.done === true) return step.value;
      progress.show(step.value);
    }
  } catch (error) {
    // What is being stored is stored to its end, and counted.
    await host.close();
    if (!signal.aborted) throw trialsSoFar.kept > 0 ? ofKept(error) : error;
    const kept = plural(trialsSoFar.total, "trial");
    throw new Interrupted(
      `interrupted before a verdict: what was finished is kept (${kept}); the same command continues`,
    );
  } finally {
    progress.clear();
    await host.close();
    const doubts = host.doubts();
    if (doubts !== null) progress.show({ done: 0, total: 0, message: doubts });
  }
}

/** Kept results have the types of the paper's own, but those of somebody else may have lists of any length, and any names. */
export function ofKept(error: unknown): unknown {
  const isFault = error instanceof TypeError || error instanceof RangeError;
  return !isFault || isArgumentError(error) ? error : unusable((error as Error).message, error);
}

/** What is said of trials that somebody else has made. */
export function unusable(why: string, cause?: unknown): DataError {
  return new DataError(
    `kept trials: expected results of this version, got some that can't be used (${why}); remove them, or name another --out`,
    { cause },
  );
}
