import type { Progress } from "@minimand/papers";
import { Interrupted } from "../failure.ts";
import { tell } from "../printable.ts";
import { plural } from "../report/format.ts";
import { progressLine } from "../run/progress.ts";
import type { PapersHost } from "./papers-host.ts";

/**
 * Drives a generator of a reproduction to its end, with its progress on stderr: a line with the time left for what is
 * counted, a line of its own for what is only said.
 *
 * @throws Interrupted when the host's signal is aborted
 */
export async function drive<Result>(
  generator: AsyncGenerator<Progress, Result>,
  host: PapersHost,
): Promise<Result> {
  const { signal, trialsSoFar } = host;
  let line = progressLine(process.stderr);
  let kept = 0;
  try {
    while (true) {
      const step = await generator.next();
      signal.throwIfAborted();
      if (step.done === true) return step.value;
      const { done, total, message } = step.value;
      if (total === 0) {
        line.clear();
        tell(message);
        continue;
      }
      if (trialsSoFar.kept !== kept) {
        // The estimate starts anew after trials that took no time.
        kept = trialsSoFar.kept;
        line.clear();
        line = progressLine(process.stderr, done);
      }
      line.update(done, total, `trials: ${message}`);
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
    line.clear();
    await host.close();
    const doubts = host.doubts();
    if (doubts !== null) tell(doubts);
  }
}
