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

/** The result of tuning. */
export interface Tuned {
  /** Null where every configuration diverged. */
  best: Best | null;
  /** What was tried, in order. */
  tuning: TuningRecord[];
}

/**
 * Tunes a candidate on a fold. It tries all learning rates with the most usual setting of its own parameters, one rate beyond if the best
 * of them is at an end, then every other setting at the best rate. Of equally good ones the first is kept.
 */
export async function tune(
  learner: Pick<Learner, "trainAll">,
  fold: PreparedFold,
  grid: Grid,
  options: { selection: Selection; seed: number; metric: Metric; signal?: AbortSignal },
): Promise<Tuned> {
  const { selection, ...training } = options;
  const tuning: TuningRecord[] = [];
  let best: Best | null = null;
  const attempt = async (configurations: Configuration[]): Promise<void> => {
    if (configurations.length === 0) return;
    const runs = await learner.trainAll(fold, configurations, training);
    for (const [i, { trained, ...run }] of runs.entries()) {
      const configuration = configurations[i];
      tuning.push({ configuration, validation: finiteOrNull(run.validation), epochs: run.epochs });
      if (trained === null) continue;
      if (best !== null && !isBetter(run.validation!, best.run.validation!, selection)) {
        discard(trained);
        continue;
      }
      if (best !== null) discard(best.run.trained);
      best = { configuration, run: { ...run, trained } };
    }
  };
  const bestSoFar = (): Best | null => best;
  await attempt(firstOf(grid));
  const [usual, ...others] = grid.settings;
  const first = bestSoFar();
  const beyond = first === null ? null : beyondOf(grid, first.configuration.learningRate);
  if (beyond !== null) await attempt([{ learningRate: beyond, parameters: usual }]);
  const { learningRate } = bestSoFar()?.configuration ?? { learningRate: grid.rates[0] };
  await attempt(others.map((parameters) => ({ learningRate, parameters })));
  return { best, tuning };
}
