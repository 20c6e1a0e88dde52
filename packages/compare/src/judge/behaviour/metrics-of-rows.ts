import { classificationMetrics, regressionMetrics } from "minimand/metrics";
import { meanOf } from "../../averages.ts";
import type { PredictedTrial } from "../../results.ts";
import { finiteOrNull } from "../../train/outcome.ts";
import { areas } from "../decision/area-influence.ts";
import { rowsOfSeed } from "../decision/fits-of.ts";
import type { Truth } from "../decision/truth.ts";
import { wholeSeeds } from "./whole-seeds.ts";

/**
 * Returns every metric of the task for one candidate, as the ranking takes its own: of all rows of a seed, over the seeds. Areas are means
 * over those test parts on which they are defined.
 *
 * @param trials of one candidate
 * @param truth what was to be predicted
 * @returns by id; null where a metric is not defined. Seeds with a diverged trial are left out; where all have one, the means over the
 *   test parts that are left
 * @example metricsOfRows(trials, truthOf(dataset))["log-loss"]
 */
export function metricsOfRows(
  trials: readonly PredictedTrial[],
  truth: Truth,
): Record<string, number | null> {
  const seeds = wholeSeeds(trials);
  const ofParts = (id: string): number => {
    const parts = seeds.length > 0 ? seeds.flat() : trials;
    return meanOf(parts.flatMap(({ metrics }) => metrics[id] ?? []));
  };
  const rows = seeds.map((own) => rowsOfSeed(own, truth).rows);
  const value = (id: string, ofRows: (one: (typeof rows)[number]) => number): [string, number | null] => [
    id,
    finiteOrNull(areas.has(id) || rows.length === 0 ? ofParts(id) : meanOf(rows.map(ofRows))),
  ];
  const metrics =
    truth.targets.length > 0
      ? regressionMetrics.map(({ id, evaluate }) =>
          value(id, (one) => ("targets" in one ? evaluate(one) : Number.NaN)),
        )
      : classificationMetrics.map(({ id, evaluate }) =>
          value(id, (one) => ("labels" in one ? evaluate(one) : Number.NaN)),
        );
  return Object.fromEntries(metrics);
}
