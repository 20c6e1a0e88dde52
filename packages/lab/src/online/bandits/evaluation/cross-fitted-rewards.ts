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
 * Arms may come and go: one is known by its name in `actionIds`, or else by its index. An arm without rewards in the other parts of the
 * log is predicted 0.
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
  const dim = inputOf(first, 0).length;
  let most = 0;
  /** The regression of each arm that has a reward; all share one where every arm has a vector. */
  const slots = new Map<string | number, number>();
  for (const [i, record] of records.entries()) {
    if (!rewarded(record)) continue;
    const arms = armsOf(record);
    if (arms === null)
      throw rangeError(
        "records",
        "decisions with propensities or actionIds, which give the number of arms",
        records,
      );
    if (isNested(record.features) !== nested)
      throw rangeError(
        `records[${i}].features`,
        nested ? "a vector for each arm" : "numbers",
        record.features,
      );
    const x = inputOf(record, record.action);
    if (x.length !== dim) throw rangeError(`records[${i}].features`, `${dim - 1} numbers`, x.subarray(1));
    most = Math.max(most, arms);
    const arm = nested ? 0 : armIn(record, record.action);
    if (!slots.has(arm)) slots.set(arm, slots.size);
  }
  const slotOf = (context: BanditContext, arm: number): number | undefined =>
    slots.get(nested ? 0 : armIn(context, arm));
  const models: Ridge[] = Array.from({ length: folds }, () => ridge(dim, slots.size, lambda));
  for (const [i, record] of records.entries()) {
    const slot = slotOf(record, record.action);
    if (!rewarded(record) || slot === undefined) continue;
    const x = inputOf(record, record.action);
    for (const [fold, model] of models.entries())
      if (i % folds !== fold) ridgeUpdate(model, slot, x, record.reward);
  }
  return (context, index) => {
    const shared = nested ? null : inputOf(context, 0);
    return Float64Array.from({ length: armsOf(context) ?? most }, (_, arm) => {
      const slot = slotOf(context, arm);
      return slot === undefined
        ? 0
        : ridgePrediction(models[index % folds], slot, shared ?? inputOf(context, arm));
    });
  };
}

/** By what an arm is known in all decisions. */
const armIn = ({ actionIds }: BanditContext, arm: number): string | number => actionIds?.[arm] ?? arm;

/** The vector of an arm, or that of all arms, with a one for the intercept. */
function inputOf({ features }: BanditContext, arm: number): Float64Array {
  const values = (isNested(features) ? features[arm] : features) as ArrayLike<number>;
  return Float64Array.from([...Array.from(values), 1]);
}
