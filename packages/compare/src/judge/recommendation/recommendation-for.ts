import { metricById } from "minimand/metrics";
import { references } from "../../plan/candidates.ts";
import type { Advantage, PredictedTrial, Recommendation, Settings } from "../../results.ts";
import { traitsOf } from "../../task.ts";
import type { Truth } from "../decision/truth.ts";
import { advantageOf, besideBest, besideTrivial } from "./beside.ts";
import { leading } from "./next-step.ts";
import { rankCorrelationOf } from "./rank-correlation.ts";
import { type Evidence, recommend, recommended, type Unadvised } from "./recommend.ts";
import { stillImproving } from "./still-improving.ts";

/** {@link recommend}, with the differences that it needs taken from the predictions. */
export function recommendationFor(
  report: Unadvised,
  trials: readonly PredictedTrial[],
  truth: Truth,
  settings: Pick<Settings, "maxEpochs" | "patience" | "model" | "bins" | "members">,
): Recommendation {
  const { ranking, task, time } = report;
  // How differences on later rows vary isn't known: there are no intervals to report.
  if (time !== undefined) return recommend(report, { references: [], trivial: [], others: [] });
  const first = recommended(ranking);
  const candidate = first === ranking.baseline ? (leading(report)?.entry.candidate ?? first) : first;
  const metrics = traitsOf[task].watched;
  const others =
    candidate === ranking.baseline
      ? []
      : metrics.flatMap((metric) => {
          if (metric === ranking.metric) return [];
          const { higherIsBetter } = metricById(metric);
          const pair = { candidate, to: ranking.baseline };
          const found = advantageOf(trials, truth, pair, { metric, higherIsBetter, rope: 0 });
          return found === null ? [] : [{ ...found, metric }];
        });
  const trivial = besideTrivial(trials, truth, ranking, {
    candidate: first,
    to: references[traitsOf[task].constant].id,
  });
  return recommend(report, {
    references: besideBest(trials, truth, ranking),
    trivial,
    others,
    improving: stillImproving(trials, [...new Set([ranking.baseline, candidate])], settings),
    ...(task === "regression" && { ordered: mostOrdered(trials, truth, trivial) }),
  });
}

/** Of some models the one whose predictions are most in the order of the target. */
function mostOrdered(
  trials: readonly PredictedTrial[],
  truth: Truth,
  models: readonly Advantage[],
): Evidence["ordered"] {
  const found = models.flatMap(({ candidate }) => {
    const correlation = rankCorrelationOf(trials, truth, candidate);
    return correlation === null ? [] : [{ candidate, correlation }];
  });
  return found.sort((a, b) => b.correlation - a.correlation)[0] ?? null;
}
