import { checkNumber, rangeError, readOptions } from "minimand/engine";
import type { BanditContext } from "../context.ts";
import { armsOf, type BanditRecord, rewarded } from "./bandit-log.ts";

/** A value with its uncertainty. */
export interface OffPolicyEstimate {
  value: number;
  /** Standard error. */
  se: number;
  /** `value -+ 1.96 se`: for large samples, and no weight that dwarfs the others. */
  ci95: readonly [number, number];
}

/** Logged decisions as the policy to be judged sees them; all `[n]`. */
export interface OffPolicyData {
  /** Probability with which the logged action was chosen, in (0, 1]. */
  propensity: ArrayLike<number>;
  reward: ArrayLike<number>;
  /** Probability of the logged action under the policy, in [0, 1]. */
  target: ArrayLike<number>;
  /** Predicted reward of the logged action; with `qTarget` for the doubly robust estimate. */
  qLogged?: ArrayLike<number>;
  /** Predicted reward of the policy: `sum_a pi(a|x) q(x, a)`. */
  qTarget?: ArrayLike<number>;
}

/** What a policy would have earned. */
export interface OffPolicyEstimates {
  /** Inverse propensities: `mean(w r)`, `w = target / propensity`. */
  ips: OffPolicyEstimate;
  /** Self-normalised: `sum(w r) / sum(w)`, with the error of the delta method; NaN where all weights are 0. */
  snips: OffPolicyEstimate;
  /** `mean(min(w, clip) r)`: less variance, biased. */
  clipped: OffPolicyEstimate;
  /** `mean(qTarget + w (r - qLogged))`; null without predictions. */
  doublyRobust: OffPolicyEstimate | null;
  /** `(sum w)^2 / sum w^2`. */
  effectiveSampleSize: number;
  maxWeight: number;
  /** Near 1 where the logged propensities are right. */
  meanWeight: number;
  n: number;
}

/**
 * Returns what a policy would have earned, from decisions that another one made.
 *
 * @param options.clip largest weight of the clipped estimate, default 10
 * @throws RangeError for no decisions, sizes that differ, probabilities out of range, numbers that aren't finite
 * @example offPolicyEstimates({ propensity: [0.5, 0.5], reward: [1, 0], target: [1, 0] }).ips.value // 1
 * @see Dudik, Langford, Li 2011, arXiv 1103.4601 (doubly robust); Swaminathan and Joachims 2015 (self-normalised)
 */
export function offPolicyEstimates(
  { propensity, reward, target, qLogged, qTarget }: OffPolicyData,
  options: { clip?: number } = {},
): OffPolicyEstimates {
  const { clip } = readOptions("offPolicyEstimates", options, { clip: [10] });
  const n = propensity.length;
  if (n === 0) throw rangeError("propensity", "at least one decision", propensity);
  checkNumber("clip", clip, { above: 0 });
  for (const [name, values] of Object.entries({ reward, target, qLogged, qTarget }))
    if (values !== undefined && values.length !== n) throw rangeError(name, `${n} numbers`, values);
  for (let i = 0; i < n; i++) {
    checkNumber(`propensity[${i}]`, propensity[i], { above: 0, max: 1 });
    checkNumber(`target[${i}]`, target[i], { min: 0, max: 1 + 1e-9 });
    checkNumber(`reward[${i}]`, reward[i]);
  }
  const w = Float64Array.from(target, (p, i) => p / propensity[i]);
  const total = w.reduce((a, b) => a + b, 0);
  const squares = w.reduce((a, b) => a + b * b, 0);
  return {
    ips: meanOf(w.map((weight, i) => weight * reward[i])),
    snips: selfNormalised(w, reward, total),
    clipped: meanOf(w.map((weight, i) => Math.min(weight, clip) * reward[i])),
    doublyRobust:
      qLogged === undefined || qTarget === undefined
        ? null
        : meanOf(w.map((weight, i) => finite(qTarget[i]) + weight * (reward[i] - finite(qLogged[i])))),
    effectiveSampleSize: squares === 0 ? 0 : (total * total) / squares,
    maxWeight: w.reduce((a, b) => Math.max(a, b), 0),
    meanWeight: total / n,
    n,
  };
}

/** Rewards that a model predicts for all arms of the i-th decision; `records` are those given, in their order. */
export type RewardModel = (context: BanditContext, index: number) => ArrayLike<number>;

/**
 * {@link offPolicyEstimates} of a policy, from a log. Decisions without a reward are left out.
 *
 * @param policy probabilities of all arms for a context
 * @param options.model predictions for the doubly robust estimate; see {@link crossFittedRewards}
 * @throws RangeError as {@link offPolicyEstimates}; for probabilities that don't fit a decision's arms or don't sum to 1
 */
export function evaluateOffPolicy(
  records: readonly BanditRecord[],
  policy: (context: BanditContext) => ArrayLike<number>,
  options: { clip?: number; model?: RewardModel } = {},
): OffPolicyEstimates {
  const { model } = readOptions("evaluateOffPolicy", options, { clip: true, model: true });
  const [propensity, reward, target, qLogged, qTarget]: number[][] = [[], [], [], [], []];
  for (const [index, record] of records.entries()) {
    if (!rewarded(record)) continue;
    const p = policy(record);
    const arms = armsOf(record) ?? p.length;
    if (p.length !== arms) throw rangeError("policy", `${arms} probabilities`, p);
    let sum = 0;
    for (let arm = 0; arm < arms; arm++) sum += p[arm];
    if (!(Math.abs(sum - 1) <= 1e-6)) throw rangeError("policy", "probabilities with sum 1", sum);
    propensity.push(record.propensity);
    reward.push(record.reward);
    target.push(p[record.action]);
    if (model === undefined) continue;
    const q = model(record, index);
    let expected = 0;
    for (let arm = 0; arm < arms; arm++) expected += p[arm] * q[arm];
    qTarget.push(expected);
    qLogged.push(q[record.action]);
  }
  if (propensity.length === 0) throw rangeError("records", "at least one decision with a reward", records);
  const predictions = model === undefined ? {} : { qLogged, qTarget };
  const { clip } = options;
  return offPolicyEstimates({ propensity, reward, target, ...predictions }, { clip });
}

function finite(value: number): number {
  if (!Number.isFinite(value)) throw rangeError("model", "finite predictions", value);
  return value;
}

/** Returns the mean and its standard error. */
export function meanOf(values: ArrayLike<number>): OffPolicyEstimate {
  const n = values.length;
  let sum = 0;
  for (let i = 0; i < n; i++) sum += values[i];
  const value = sum / n;
  let square = 0;
  for (let i = 0; i < n; i++) square += (values[i] - value) ** 2;
  return around(value, n > 1 ? Math.sqrt(square / (n - 1) / n) : Number.NaN);
}

function selfNormalised(w: Float64Array, reward: ArrayLike<number>, total: number): OffPolicyEstimate {
  const value = w.reduce((sum, weight, i) => sum + weight * reward[i], 0) / total;
  const square = w.reduce((sum, weight, i) => sum + (weight * (reward[i] - value)) ** 2, 0);
  return around(value, Math.sqrt(square) / total);
}

const around = (value: number, se: number): OffPolicyEstimate => ({
  value,
  se,
  ci95: [value - 1.96 * se, value + 1.96 * se],
});
