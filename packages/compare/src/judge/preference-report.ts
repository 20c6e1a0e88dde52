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
        ? ` The baseline agrees with ${percent(accuracy)} of the labels, so that about ${percent(1 - accuracy)} can be flipped at most.`
        : "";
    lines.push(
      `The flip rate can't be estimated from these pairs: no reward is so good that its errors on sure pairs must be flips.${bound} That is no sign that there are none; --audit, --agreement or --flip-rate give it.`,
    );
  } else {
    const { from, epsilon, lower, upper } = flipRate;
    const interval =
      lower === null || upper === null
        ? ""
        : ` (${from === "likelihood" ? "99" : "95"} % interval ${percent(lower)} to ${percent(upper)})`;
    lines.push(
      from === "likelihood"
        ? `Flip rate: ${percent(epsilon)}${interval} of the preferences contradict the reward even where it is sure: slips, raters who differ, what the columns don't say, or mistakes of the reward itself. Flips may be far fewer: a reward that fits better, of more pairs, finds less. --agreement (pairs with two labels) and --audit estimate them without one.`
        : `Flip rate: ${percent(epsilon)}${interval} of the preferences are the wrong way round, as given (${from === "known" ? "--flip-rate" : `--${from}`}); no reward can agree with more than ${percent(1 - epsilon)} of such labels.`,
    );
  }
  if (flipRate === null || flipRate.from === "likelihood") {
    const range = least === null || most === null ? "" : ` (${percent(least)} to ${percent(most)})`;
    const judged =
      identifiable === 0
        ? "No fold's training pairs determine it, so that predictions are judged as if there were no flips"
        : `Each fold is judged by the rate that its training pairs determine${range}, never by that of the pairs it is tested on${identifiable < folds ? `; ${folds - identifiable} of ${folds} determine none and are judged as if there were no flips` : ""}`;
    lines.push(`${judged}.`);
  }
  if (accuracy !== null && corrected !== null && flipRate !== null)
    lines.push(
      accuracy > 1 - flipRate.epsilon
        ? `The baseline agrees with ${percent(accuracy)} of the labels, which is more: by chance, or the rate of these pairs is smaller.`
        : `The baseline agrees with ${percent(accuracy)} of the labels; were ${percent(flipRate.epsilon)} of them flipped by chance, it would agree with ${percent(corrected)} of the true preferences.`,
    );
  return lines;
}
