import type { Progress } from "@minimand/papers";
import { Interrupted } from "../failure.ts";
import { tell } from "../printable.ts";
import { plural } from "../report/format.ts";
import { progressLine } from "../run/progress.ts";
import type { PapersHost, TrialSource } from "./papers-host.ts";

/** Where the progress of a run goes to. */
export interface ProgressSink {
  /** So much is done of what is counted; where the total is 0, a word. */
  show(progress: Progress): void;
  /** There is no progress for now. */
  clear(): void;
}

/** Progress on stderr: a line with the time left for what is counted, a line of its own for what is only said. */
export function progressOnStderr({ trialsSoFar }: Pick<TrialSource, "trialsSoFar">): ProgressSink {
  let line = progressLine(process.stderr);
  let { kept } = trialsSoFar;
  return {
    show({ done, total, message }) {
      if (total === 0) {
        line.clear();
        tell(message);
        return;
      }
      if (trialsSoFar.kept !== kept) {
        // The estimate starts anew after trials that took no time.
        kept = trialsSoFar.kept;
        line.clear();
        line = progressLine(process.stderr, done);
      }
      line.update(done, total, `trials: ${message}`);
    },
    clear: () => line.clear(),
  };
}

/**
 * Drives a generator of a reproduction to its end, and tells a sink of its progress.
 *
 * @throws Interrupted when the host's signal is aborted
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
    if (!signal.aborted) throw error;
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
