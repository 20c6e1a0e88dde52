import { references } from "../../plan/candidates.ts";
import type { Advantage, PredictedTrial, Ranking } from "../../results.ts";
import { outcomesOf, pairedFits } from "../decision/fits-of.ts";
import { testDifference } from "../decision/test-difference.ts";
import type { Truth } from "../decision/truth.ts";

/**
 * Returns the difference of two candidates, neither of which has to be the baseline, on the seeds that both have.
 *
 * @param trials of all candidates, with their predictions
 * @param pair `candidate`, and `to` what it is compared with
 * @param judged the metric, and its half-width of practical equivalence
 * @returns null where nothing can be said: nothing in common, or fewer than three folds
 */
export function advantageOf(
  trials: readonly PredictedTrial[],
  truth: Truth,
  { candidate, to }: { candidate: string; to: string },
  judged: { metric: string; higherIsBetter: boolean; rope: number },
): Advantage | null {
  const of = (id: string) => trials.filter((trial) => trial.candidate === id);
  const [a, b] = [of(candidate), of(to)];
  if ([...a, ...b].some(({ predictions }) => predictions === null)) return null;
  const [own, other] = [a, b].map((some) => outcomesOf(some, truth, judged.metric));
  const fits = pairedFits(own, other, truth, judged);
  const test = fits === null ? null : testDifference(fits, { rope: judged.rope });
  if (test === null) return null;
  const { mean, low, high, pWorse } = test;
  return { candidate, to, mean, low, high, pWorse };
}

/** References that are models of their own, and may be used instead of a network. */
export const otherModels = ["gradient-boosted-trees", "linear-model"];

/** The loss that is first in the ranking and has a result. */
function firstLoss({ entries }: Pick<Ranking, "entries">): string | null {
  const best = entries.find(
    ({ verdict, mean }) => verdict !== "diverged" && verdict !== "reference" && mean !== null,
  );
  return best?.candidate ?? null;
}

/**
 * Returns how trees, the linear model and the ensemble of them differ from the loss that is first in the ranking: positive where they are
 * ahead of it.
 */
export function besideBest(trials: readonly PredictedTrial[], truth: Truth, ranking: Ranking): Advantage[] {
  const best = firstLoss(ranking);
  if (best === null) return [];
  return [...otherModels, references.ensemble.id].flatMap((candidate) => {
    const found = advantageOf(trials, truth, { candidate, to: best }, ranking);
    return found === null ? [] : [found];
  });
}

/**
 * Returns how the models differ from the reference that looks at no column, positive where they are ahead of it. The models are the
 * recommended loss, the baseline, the first loss of the ranking, trees and the linear model.
 *
 * @param pair `to`, the id of that reference, and `candidate`, the recommended loss
 */
export function besideTrivial(
  trials: readonly PredictedTrial[],
  truth: Truth,
  ranking: Ranking,
  { candidate: first, to }: { candidate: string; to: string },
): Advantage[] {
  const models = new Set([first, ranking.baseline, firstLoss(ranking) ?? ranking.baseline, ...otherModels]);
  return [...models].flatMap((candidate) => {
    const found = advantageOf(trials, truth, { candidate, to }, ranking);
    return found === null || !Number.isFinite(found.low) ? [] : [found];
  });
}
