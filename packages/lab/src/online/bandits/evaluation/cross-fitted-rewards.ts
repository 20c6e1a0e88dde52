import { rangeError, readOptions } from "minimand/engine";
import type { BanditContext } from "../context.ts";
import { type Ridge, ridge, ridgePrediction, ridgeUpdate } from "../linear/ridge.ts";
import { armsOf, type BanditRecord, isNested, rewarded } from "./bandit-log.ts";
import type { RewardModel } from "./off-policy.ts";

/** Options of {@link crossFittedRewards}. */
export interface CrossFitOptions {
  /** Parts of the log, default 2; a decision is predicted by the regression on the other parts. */
  folds?: number;
  /** Of the ridge regressions, > 0; default 1. */
  lambda?: number;
}

/**
 * Rewards predicted by ridge regression, for {@link evaluateOffPolicy}: a regression for each arm where the context is one
 * vector, one for all where every arm has a vector. An intercept is added. Each decision is predicted by a model that hasn't seen it.
 *
 * @throws RangeError for a log without rewards, vectors of different sizes, a number of arms that the log doesn't say
 */
export function crossFittedRewards(
  records: readonly BanditRecord[],
  options: CrossFitOptions = {},
): RewardModel {
  const { folds, lambda } = readOptions("crossFittedRewards", options, {
    folds: [2, { min: 2, integer: true }],
    lambda: [1],
  });
  const first = records.find(rewarded);
  if (first === undefined) throw rangeError("records", "at least one decision with a reward", records);
  const nested = isNested(first.features);
  const arms = armsOf(first);
  if (arms === null)
    throw rangeError(
      "records",
      "decisions with propensities or actionIds, which give the number of arms",
      records,
    );
  const row = (context: BanditContext, arm: number): Float64Array => {
    const { features } = context;
    const values = (isNested(features) ? features[arm] : features) as ArrayLike<number>;
    return Float64Array.from([...Array.from(values), 1]);
  };
  const dim = row(first, 0).length;
  const models: Ridge[] = Array.from({ length: folds }, () => ridge(dim, nested ? 1 : arms, lambda));
  for (const [i, record] of records.entries()) {
    if (!rewarded(record)) continue;
    const x = row(record, record.action);
    if (x.length !== dim) throw rangeError(`records[${i}].features`, `${dim - 1} numbers`, x.subarray(1));
    for (const [fold, model] of models.entries())
      if (i % folds !== fold) ridgeUpdate(model, nested ? 0 : record.action, x, record.reward);
  }
  return (context, index) => {
    const { features } = context;
    const count = isNested(features) ? features.length : arms;
    return Float64Array.from({ length: count }, (_, arm) =>
      ridgePrediction(models[index % folds], nested ? 0 : arm, row(context, arm)),
    );
  };
}
