/**
 * The rule, written on 2026-11-27 before the first replication that counts. Of 300 replications without any difference, at least
 * one candidate is called "better" in at most 21, and "worse" in at most 21, counted apart: with a chance of 5 % a replication, more
 * than 21 would come in less than 5 % of such simulations. A finding counts where its adjusted p-value is below 0.025, also where
 * the difference is so small that the report says "same". Replications that have been looked at while something was mended
 * don't count: what is mended is simulated with another seed.
 *
 * What validation chooses (`choice`) is no candidate, but has an interval of its own, at 95 %. Of 300 such intervals at most 21 lie wholly
 * above the true difference, and at most 21 wholly below, counted apart. The true difference is 0 where labels are permuted (and the metric
 * gains nothing by a guess); else choosing the best of several fits has a gain of its own, and the truth is the mean of the other
 * replications on the same table.
 */
export const rule = { replications: 300, chance: 0.05, most: 21, alpha: 0.05 } as const;

/** The largest number of n replications that the rule allows: the first k with `P(Binomial(n, 0.05) > k) < 0.05`. */
export function mostOf(n: number, chance: number = rule.chance): number {
  let [k, term] = [0, (1 - chance) ** n];
  let below = term;
  while (1 - below >= 0.05) {
    k++;
    term *= ((n - k + 1) / k) * (chance / (1 - chance));
    below += term;
  }
  return k;
}
