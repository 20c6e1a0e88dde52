import { type Metric, metricById } from "minimand";
import { checkOptions } from "minimand/engine";
import type { Configuration, DatasetReport, Ranking, TrialRecord } from "../results.ts";

/**
 * Which loss to keep and how to train it again on all rows: the loss with the best mean if it is distinguishably better
 * than the baseline, else the baseline; the configuration with the best mean validation value over its folds; the median
 * of that configuration's epochs. Null where no configuration ever finished.
 *
 * @param options `validationIsLoss`: validation values are losses of bags, whatever the metric
 */
export function chooseModel(
  trials: readonly TrialRecord[],
  ranking: Ranking,
  options: { validationIsLoss?: boolean } = {},
): DatasetReport["model"] {
  checkOptions("chooseModel", options, { validationIsLoss: true });
  const { validationIsLoss = false } = options;
  const best = ranking.entries.find((entry) => entry.verdict === "better");
  const candidate = best?.candidate ?? ranking.baseline;
  const own = trials.filter((t) => t.candidate === candidate);
  const { higherIsBetter } = metricById(ranking.metric);
  const chosen = bestConfiguration(own, { higherIsBetter: higherIsBetter && !validationIsLoss });
  if (chosen === null) return null;
  const why =
    best === undefined
      ? "no loss is distinguishably better than the baseline, so the baseline is kept"
      : `${best.label} gains most of the losses that are distinguishably better than the baseline`;
  return { candidate, ...chosen, why };
}

function bestConfiguration(
  trials: readonly TrialRecord[],
  { higherIsBetter }: Pick<Metric, "higherIsBetter">,
): { configuration: Configuration; epochs: number } | null {
  const byKey = Map.groupBy(
    trials.flatMap((t) => t.tuning),
    (record) => JSON.stringify(record.configuration),
  );
  let best: { configuration: Configuration; epochs: number; mean: number } | null = null;
  for (const records of byKey.values()) {
    // A configuration that diverged anywhere can't be trusted with all rows.
    if (records.some((r) => r.validation === null)) continue;
    const mean = records.reduce((sum, r) => sum + r.validation!, 0) / records.length;
    if (best === null || (higherIsBetter ? mean > best.mean : mean < best.mean)) {
      best = { configuration: records[0].configuration, epochs: median(records.map((r) => r.epochs)), mean };
    }
  }
  return best === null ? null : { configuration: best.configuration, epochs: best.epochs };
}

function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return Math.max(
    1,
    Math.round(
      (sorted[Math.floor((sorted.length - 1) / 2)] + sorted[Math.ceil((sorted.length - 1) / 2)]) / 2,
    ),
  );
}
