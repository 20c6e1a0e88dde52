import type { Compile } from "minimand/engine";
import { startEngine } from "minimand/start";
import type { Contents } from "../model/artifacts/contents.ts";
import { fitModels, modelFiles } from "../model/artifacts/keep-models.ts";
import { keepQuantised } from "../model/artifacts/keep-quantised.ts";
import type { ProgressLine } from "../progress-line.ts";
import type { Results } from "../results.ts";
import type { Ran } from "./compare-run.ts";
import type { Look, Seen } from "./looks.ts";
import { runQuantised } from "./quantised-trials.ts";
import { resultsOf } from "./results-of.ts";

/** What {@link finishComparison} needs in addition to what was run. */
export interface Finishing {
  /** Called with messages to the user about the kept models. */
  say: (text: string) => void;
  /** Gives the compiler of training steps, once the engine is started; absent: the array engine's own. */
  compiler?: () => Promise<Compile | undefined>;
  /** Shows how far the kept models are. */
  progress: () => ProgressLine;
  signal: AbortSignal;
}

/**
 * Returns the results of trials that were run, and the models that are kept: trained on all rows, and quantised where that was asked for,
 * after further trials of the team.
 *
 * @param look with which alpha it tests, see `lookAt`
 * @returns `files` are those of the models, by their paths in the output folder
 * @throws as `Team` does; the reason of the signal
 */
export async function finishComparison(
  { taken, kept, records, missing }: Ran,
  look: Look & Seen,
  { say, compiler, progress, signal }: Finishing,
): Promise<{ results: Results; files: Contents }> {
  const { subjects, settings, quantize: widths, model, ownCandidates: candidates } = taken;
  const results = resultsOf(taken, records, missing, look);
  const trials = await runQuantised(taken, results);
  await startEngine();
  const compile = await compiler?.();
  const models = await fitModels(kept.subjects, settings, results, {
    signal,
    left: kept.left,
    candidates,
    ...(compile && { compile }),
    ...(model && { model }),
  });
  const quantised =
    widths.length === 0
      ? {}
      : await keepQuantised(subjects, models, results, {
          widths,
          trials,
          own: model,
          compile,
          signal,
          progress,
        });
  const names = subjects.map(({ name }) => name);
  return { results, files: { ...(await modelFiles(names, models, model, say)), ...quantised } };
}
