import type { ProgressSink, TrialSource } from "@minimand/papers";
import { tell } from "../../printable.ts";
import { progressLine } from "../../run/progress.ts";

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
