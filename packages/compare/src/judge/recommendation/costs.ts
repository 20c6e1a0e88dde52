import type { Advantage, DatasetReport, Recommendation, TrialRecord } from "../../results.ts";
import { midSentence } from "../ranking/sentences.ts";
import { amountOf, labelOf } from "./amounts.ts";

type Cost = Recommendation["costs"][number];

/**
 * Returns what a candidate costs relative to the baseline: probabilities that are less well calibrated, another metric that falls, time,
 * folds on which it knows a single class, and fits that fail now and then. For the baseline itself, it returns what is to be known of that.
 *
 * @param others differences in other metrics, positive where the candidate is better
 */
export function costsOf(
  { trials, classes, ranking, metrics }: Pick<DatasetReport, "trials" | "classes" | "ranking" | "metrics">,
  candidate: string,
  others: readonly (Advantage & { metric: string })[],
): Cost[] {
  const of = (id: string): TrialRecord[] => trials.filter((trial) => trial.candidate === id);
  const [own, base] = [of(candidate), of(ranking.baseline)];
  const name = (id: string): string => ranking.entries.find((entry) => entry.candidate === id)?.label ?? id;
  const costs: Cost[] = [...collapse(own, classes)];
  const entry = ranking.entries.find((one) => one.candidate === candidate);
  if (entry?.difference?.unstable === true)
    costs.push({
      about: "stability",
      text: "Its fits are unstable: on some folds it does worse than the rows explain, so check the fit that you use.",
    });
  if (candidate === ranking.baseline) return costs;
  for (const { metric, mean, low, high } of others) {
    // Clearly worse: the interval is below 0, and it is more than a trifle.
    if (high >= 0 || mean > -0.01 * scaleOf(base, metric)) continue;
    if (metric === "ece") {
      const [a, b] = [candidate, ranking.baseline].map((id) => metrics[id]?.ece ?? null);
      if (a === null || b === null) continue;
      const text = `Its probabilities are less well calibrated (expected calibration error ${a.toFixed(3)}, against ${b.toFixed(3)} of ${midSentence(name(ranking.baseline))}).`;
      costs.push({ about: "calibration", text });
    } else {
      const size = `${amountOf(-mean, metric)} [${amountOf(-high, metric)}, ${amountOf(-low, metric)}]`;
      costs.push({ about: "metric", text: `It is worse in ${labelOf(metric)}, by ${size}.` });
    }
  }
  const [slow, usual] = [own, base].map(medianSeconds);
  if (usual > 0 && slow >= 1.5 * usual)
    costs.push({
      about: "time",
      text: `It takes ${Number((slow / usual).toPrecision(2))} times as long to train and tune (${slow.toPrecision(2)} s against ${usual.toPrecision(2)} s per fold).`,
    });
  return costs;
}

/** A hundredth of a score; of an error a hundredth of what the baseline has. */
function scaleOf(trials: readonly TrialRecord[], metric: string): number {
  if (metric !== "mae" && metric !== "rmse") return 1;
  const values = trials.flatMap(({ metrics }) => metrics[metric] ?? []);
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}

/** Classes that are never predicted, on all rows or on some folds. */
function collapse(trials: readonly TrialRecord[], classes: readonly string[]): Cost[] {
  const matrices = trials.flatMap(({ confusion }) => (confusion === undefined ? [] : [confusion]));
  if (matrices.length === 0) return [];
  const predicted = (matrix: number[][], k: number): boolean => matrix.some((row) => row[k] > 0);
  const never = classes.filter((_, k) => matrices.every((matrix) => !predicted(matrix, k)));
  if (never.length > 0) {
    const which = never.length > 3 ? `${never.length} of ${classes.length} classes` : never.join(", ");
    return [{ about: "collapse", text: `It never predicts ${which}.` }];
  }
  const single = matrices.filter((matrix) => classes.filter((_, k) => predicted(matrix, k)).length === 1);
  if (single.length === 0) return [];
  return [
    {
      about: "collapse",
      text: `It predicts a single class on ${single.length} of ${matrices.length} test parts.`,
    },
  ];
}

function medianSeconds(trials: readonly TrialRecord[]): number {
  const sorted = trials.map(({ seconds }) => seconds).sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
