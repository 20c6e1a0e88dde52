import type { PredictedTrial, PreferenceReport, Settings } from "../results.ts";
import { cleanLogOdds, towardsLabels } from "../train/calibration.ts";
import { predictionKept } from "../train/kept-predictions.ts";
import { likeliestFlips } from "../train/likeliest-flips.ts";
import type { Truth } from "./decision/truth.ts";

/**
 * Reports the flips of a data set of pairs. The rate of all pairs is estimated from the margins that the baseline has for the pairs of the
 * test parts of the first seed. It is only reported: each fold is judged by what its training pairs say.
 *
 * @param trials of all candidates
 * @param about `accuracy` of the baseline on all rows
 */
export function preferenceReport(
  trials: readonly PredictedTrial[],
  truth: Truth,
  about: Pick<Settings, "flipRate"> & { baseline: string; accuracy: number | null },
): PreferenceReport {
  const { flipRate: given, baseline, accuracy } = about;
  const own = trials.filter(({ candidate }) => candidate === baseline);
  const rates = own.flatMap(({ preference }) => (preference === undefined ? [] : [preference]));
  const told = rates.filter(({ identifiable }) => identifiable).map(({ flipRate }) => flipRate);
  const flipRate = given === "auto" ? byLikelihood(own, truth) : given;
  const judgedBy = {
    folds: rates.length,
    identifiable: told.length,
    least: told.length === 0 ? null : Math.min(...told),
    most: told.length === 0 ? null : Math.max(...told),
  };
  // By the likelihood it would be a circle: what the reward gets wrong would be called flips.
  const corrected =
    flipRate === null || flipRate.from === "likelihood" || accuracy === null
      ? null
      : Math.min(Math.max((accuracy - flipRate.epsilon) / (1 - 2 * flipRate.epsilon), 0), 1);
  const report = { flipRate, judgedBy, accuracy, corrected };
  return { ...report, sentences: sentencesOf(report) };
}

/** The likeliest rate for the margins of test parts, whatever their scale; null where it can't be estimated. */
function byLikelihood(trials: readonly PredictedTrial[], truth: Truth): PreferenceReport["flipRate"] {
  const margins = trials
    .filter(({ seed }) => seed === 0)
    .flatMap(({ predictions, preference }) => {
      if (predictions === null || preference === undefined) return [];
      const { ids, prediction } = predictionKept(predictions);
      const labels = ids.map((id) => truth.labels[id]);
      return Array.from(towardsLabels(cleanLogOdds(prediction, preference.flipRate), labels));
    });
  const rate = margins.length === 0 ? null : likeliestFlips(Float64Array.from(margins));
  return rate && { from: "likelihood", ...rate };
}

const percent = (share: number): string => `${Number((100 * share).toPrecision(2))} %`;

function sentencesOf({
  flipRate,
  judgedBy,
  accuracy,
  corrected,
}: Omit<PreferenceReport, "sentences">): string[] {
  const { folds, identifiable, least, most } = judgedBy;
  const lines: string[] = [];
  if (flipRate === null) {
    const bound =
      accuracy !== null && accuracy > 0.5
        ? ` The baseline agrees with ${percent(accuracy)} of the labels, so at most about ${percent(1 - accuracy)} can be flipped.`
        : "";
    lines.push(
      `The flip rate cannot be estimated from these pairs: no reward is so good that its errors on confident pairs must be flips.${bound} There may be flips all the same; --audit, --agreement or --flip-rate provide the rate.`,
    );
  } else {
    const { from, epsilon, lower, upper } = flipRate;
    const interval =
      lower === null || upper === null
        ? ""
        : ` (${from === "likelihood" ? "99" : "95"} % interval ${percent(lower)} to ${percent(upper)})`;
    lines.push(
      from === "likelihood"
        ? `Flip rate: ${percent(epsilon)}${interval} of the preferences contradict the reward even where it is confident: slips, raters who disagree, facts that the columns lack, or errors of the reward itself. Flips may be far fewer: a better reward, trained on more pairs, finds fewer. --agreement (pairs with two labels) and --audit estimate the rate without a reward.`
        : `Flip rate: ${percent(epsilon)}${interval} of the preferences are flipped, as given (${from === "known" ? "--flip-rate" : `--${from}`}); no reward can agree with more than ${percent(1 - epsilon)} of such labels.`,
    );
  }
  if (flipRate === null || flipRate.from === "likelihood") {
    const range = least === null || most === null ? "" : ` (${percent(least)} to ${percent(most)})`;
    const judged =
      identifiable === 0
        ? "The training pairs of no fold determine it, so predictions are judged as if there were no flips"
        : `Each fold is judged by the rate that its training pairs determine${range}, never by that of its test pairs${identifiable < folds ? `; ${folds - identifiable} of ${folds} determine none and are judged as if there were no flips` : ""}`;
    lines.push(`${judged}.`);
  }
  if (accuracy !== null && corrected !== null && flipRate !== null)
    lines.push(
      accuracy > 1 - flipRate.epsilon
        ? `The baseline agrees with ${percent(accuracy)} of the labels, which is more: by chance, or because the flip rate of these pairs is smaller.`
        : `The baseline agrees with ${percent(accuracy)} of the labels; if ${percent(flipRate.epsilon)} of them are flipped at random, it agrees with ${percent(corrected)} of the true preferences.`,
    );
  return lines;
}
