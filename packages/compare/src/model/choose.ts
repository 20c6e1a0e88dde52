import type { Metric } from "minimand";
import { readOptions } from "minimand/engine";
import { metricById } from "minimand/metrics";
import { meanOf, median } from "../averages.ts";
import { nothingTested, recommended } from "../judge/recommendation/recommend.ts";
import { keepable } from "../plan/candidates.ts";
import type {
  Configuration,
  KeptChoice,
  KeptEnsemble,
  Ranking,
  TrialRecord,
  TuningRecord,
} from "../results.ts";

/** What to keep: what is recommended, or a reference by its name. */
export type Keep = "auto" | keyof typeof keepable;

/**
 * Chooses which loss to keep and how to train it again on all rows. The loss is the one with the best mean if it is distinguishably better
 * than the baseline, else the baseline. The setting of its own parameters is the one with the best mean validation value over the folds,
 * each at its best learning rate. The learning rate is the median of these rates (the lower of two), and the number of epochs the median of
 * that configuration's. Null where no setting finished on all folds. Trials that are not available say nothing about a setting.
 *
 * @param options `validationIsLoss`: validation values are losses of bags, whatever the metric. `keep`: a reference instead, with
 *   its setting chosen in the same way; trees have 0 epochs. Of the ensemble it is each member that has a weight. `members`: networks per
 *   fit of a loss
 */
export function chooseModel(
  trials: readonly TrialRecord[],
  ranking: Ranking,
  options: { validationIsLoss?: boolean; keep?: Keep; members?: number } = {},
): KeptChoice | KeptEnsemble | null {
  const { validationIsLoss, keep, members } = readOptions("chooseModel", options, {
    validationIsLoss: [false],
    keep: ["auto"],
    members: [1],
  });
  if (keep === "ensemble") return chooseEnsemble(trials, ranking, { members });
  const candidate = keep === "auto" ? recommended(ranking) : keepable[keep];
  const best = ranking.entries.find((entry) => entry.candidate === candidate && entry.verdict === "better");
  const own = trials.filter((t) => t.candidate === candidate && t.unavailable === undefined);
  const { higherIsBetter } = metricById(ranking.metric);
  const chosen = bestConfiguration(own, { higherIsBetter: higherIsBetter && !validationIsLoss });
  if (chosen === null) return null;
  if (keep !== "auto") {
    const epochs = keep === "trees" ? 0 : chosen.epochs;
    return { candidate, ...chosen, epochs, why: askedFor(keep), ...calibrationOf(own) };
  }
  const none = nothingTested(ranking)
    ? "nothing could be tested, so the baseline is kept"
    : "no loss is significantly better than the baseline, so the baseline is kept";
  const why =
    best === undefined
      ? none
      : `${best.label} has the largest gain of the losses that are significantly better than the baseline`;
  return { candidate, ...chosen, ...(members > 1 && { members }), why, ...calibrationOf(own) };
}

const askedFor = (keep: Exclude<Keep, "auto">): string => `it was asked for (--keep ${keep})`;

/** The members by the mean of the weights that they had on the folds; null without such trials, or without a setting of one of them. */
function chooseEnsemble(
  trials: readonly TrialRecord[],
  ranking: Ranking,
  { members }: { members: number },
): KeptEnsemble | null {
  const weights = trials.flatMap((trial) =>
    trial.candidate === keepable.ensemble && trial.weights !== undefined ? [trial.weights] : [],
  );
  if (weights.length === 0) return null;
  const why = askedFor("ensemble");
  const ids = [...new Set(weights.flatMap((own) => Object.keys(own)))];
  const weighted = ids.map((id) => ({ id, weight: meanOf(weights.map((own) => own[id] ?? 0)) }));
  const { higherIsBetter } = metricById(ranking.metric);
  const chosen = weighted
    .filter(({ weight }) => weight > 0)
    .map(({ id, weight }) => {
      const own = trials.filter((t) => t.candidate === id && t.unavailable === undefined);
      const best = bestConfiguration(own, { higherIsBetter });
      if (best === null) return null;
      const epochs = id === keepable.trees ? 0 : best.epochs;
      const several = members > 1 && id !== keepable.trees && id !== keepable.linear;
      return { candidate: id, ...best, epochs, ...(several && { members }), weight, why };
    });
  if (chosen.some((one) => one === null)) return null;
  return { candidate: keepable.ensemble, why, ensemble: chosen as KeptEnsemble["ensemble"] };
}

/** The medians over the folds of what made rewards probabilities. */
function calibrationOf(trials: readonly TrialRecord[]): Pick<KeptChoice, "preference"> {
  const all = trials.flatMap(({ preference }) => (preference === undefined ? [] : [preference]));
  if (all.length === 0) return {};
  const of = (name: "temperature" | "flipRate" | "assumed"): number =>
    all.map((one) => one[name]).sort((a, b) => a - b)[Math.floor((all.length - 1) / 2)];
  return { preference: { temperature: of("temperature"), flipRate: of("flipRate"), assumed: of("assumed") } };
}

function bestConfiguration(
  trials: readonly TrialRecord[],
  { higherIsBetter }: Pick<Metric, "higherIsBetter">,
): { configuration: Configuration; epochs: number } | null {
  const keyOf = (part: object): string => JSON.stringify(part);
  const all = trials.flatMap(({ tuning }) => tuning);
  // A configuration that diverged anywhere can't be trusted with all rows.
  const diverged = new Set(all.filter((r) => r.validation === null).map((r) => keyOf(r.configuration)));
  const trusted = trials.map(({ tuning }) => tuning.filter((r) => !diverged.has(keyOf(r.configuration))));
  const settings = new Set(all.map((r) => keyOf(r.configuration.parameters)));
  let best: { configurations: Configuration[]; mean: number } | null = null;
  for (const setting of settings) {
    const records = trusted.map((own) =>
      own
        .filter((r) => keyOf(r.configuration.parameters) === setting)
        .reduce<TuningRecord | null>((a, b) => (a === null || isBetter(b, a) ? b : a), null),
    );
    if (records.some((record) => record === null)) continue;
    const own = records as TuningRecord[];
    const mean = meanOf(own.map((r) => r.validation!));
    if (best === null || (higherIsBetter ? mean > best.mean : mean < best.mean))
      best = { configurations: own.map((r) => r.configuration), mean };
  }
  if (best === null) return null;
  const byRate = best.configurations.toSorted((a, b) => a.learningRate - b.learningRate);
  const configuration = byRate[Math.floor((byRate.length - 1) / 2)];
  const records = all.filter((r) => keyOf(r.configuration) === keyOf(configuration));
  return { configuration, epochs: Math.max(1, Math.round(median(records.map((r) => r.epochs)))) };

  function isBetter(a: TuningRecord, b: TuningRecord): boolean {
    return higherIsBetter ? a.validation! > b.validation! : a.validation! < b.validation!;
  }
}
