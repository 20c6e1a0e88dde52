import type { Metric } from "minimand";
import { beyondOf, firstOf, type Grid } from "../plan/grid.ts";
import type { Configuration, TuningRecord } from "../results.ts";
import type { PreparedFold } from "./fold.ts";
import { isBetter, type Learner, type Run } from "./learner.ts";
import { discard, type Trained } from "./network.ts";
import { finiteOrNull } from "./outcome.ts";
import type { Selection } from "./selection.ts";

/** The configuration that is best on the validation part, with what was trained, owned by whoever holds it. */
export interface Best {
  configuration: Configuration;
  run: Run & { trained: Trained };
}

/** What tuning came to. */
export interface Tuned {
  /** Null where every configuration diverged. */
  best: Best | null;
  /** What was tried, in order. */
  tuning: TuningRecord[];
}

/**
 * Tunes a candidate on a fold: all learning rates with the most usual setting of its own parameters, one rate beyond where the best
 * of them lies at an end, then every other setting at the best rate. Of equally good ones the first is kept.
 */
export async function tune(
  learner: Pick<Learner, "train">,
  fold: PreparedFold,
  grid: Grid,
  options: { selection: Selection; seed: number; metric: Metric; signal?: AbortSignal },
): Promise<Tuned> {
  const { selection, ...training } = options;
  const tuning: TuningRecord[] = [];
  let best: Best | null = null;
  const attempt = async (configuration: Configuration, before: Best | null): Promise<Best | null> => {
    const { trained, ...run } = await learner.train(fold, configuration, training);
    tuning.push({ configuration, validation: finiteOrNull(run.validation), epochs: run.epochs });
    if (trained === null) return before;
    if (before !== null && !isBetter(run.validation!, before.run.validation!, selection)) {
      discard(trained);
      return before;
    }
    if (before !== null) discard(before.run.trained);
    return { configuration, run: { ...run, trained } };
  };
  for (const configuration of firstOf(grid)) best = await attempt(configuration, best);
  const [usual, ...others] = grid.settings;
  const beyond = best === null ? null : beyondOf(grid, best.configuration.learningRate);
  if (beyond !== null) best = await attempt({ learningRate: beyond, parameters: usual }, best);
  const { learningRate } = best?.configuration ?? { learningRate: grid.rates[0] };
  for (const parameters of others) best = await attempt({ learningRate, parameters }, best);
  return { best, tuning };
}
