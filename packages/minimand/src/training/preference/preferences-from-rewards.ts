import { checkNumber, rangeError, typeError } from "../../engine/errors.ts";
import { readOptions } from "../../engine/options.ts";

/** One candidate that was rewarded more than another. */
export interface RewardedPair<T> {
  chosen: T;
  rejected: T;
  /** By how much, `> 0`. */
  gap: number;
}

/**
 * Preferences from rewards, for what has no gradient: of several candidates for one prompt, each pair whose rewards are far enough apart.
 *
 * Rewards that are scored again differ; how often the order turns is the flip rate that `robustDpoLoss` takes, and
 * `estimateFlipRate.fromAgreement` finds it from two scorings.
 *
 * @param candidates e.g. rewrites of a prompt
 * @param rewards one each, the larger the better
 * @param options `minGap`, from which difference on a pair counts; default 0, where only equal rewards make no pair
 * @returns the pairs, the widest gap first
 * @throws TypeError, RangeError for lengths that don't match, rewards that aren't finite, a negative gap
 * @example
 * const pairs = preferencesFromRewards(["a", "b", "c"], [1, 3, 2.9], { minGap: 0.5 })
 * pairs.map(({ chosen, rejected }) => chosen + rejected).join(" ") // "ba ca"
 * @see Rafailov et al. 2023, arXiv 2305.18290, section 4, on pairs from a scorer
 */
export function preferencesFromRewards<T>(
  candidates: readonly T[],
  rewards: ArrayLike<number>,
  options: { minGap?: number } = {},
): RewardedPair<T>[] {
  const { minGap } = readOptions("preferencesFromRewards", options, { minGap: [0, { min: 0 }] });
  if (!Array.isArray(candidates)) throw typeError("candidates", "a list", candidates);
  if (rewards?.length !== candidates.length)
    throw rangeError("rewards", `${candidates.length} numbers, one a candidate`, rewards);
  for (let i = 0; i < rewards.length; i++) checkNumber(`rewards[${i}]`, rewards[i]);
  return (candidates as readonly T[])
    .flatMap((chosen, i) =>
      candidates.map((rejected: T, j) => ({ chosen, rejected, gap: rewards[i] - rewards[j] })),
    )
    .filter(({ gap }) => gap > 0 && gap >= minGap)
    .toSorted((a, b) => b.gap - a.gap);
}
