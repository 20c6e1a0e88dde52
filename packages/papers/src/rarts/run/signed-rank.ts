/** Paired differences: how many are on each side, and the probability of so uneven a sum of ranks if no side is favoured. */
export interface SignedRank {
  below: number;
  above: number;
  /** Two-sided and exact; 1 where no difference is left. */
  p: number;
}

/**
 * The signed-rank test: by the order of the differences' sizes, not by the sizes, so that few large ones don't decide. Zeros are
 * left out, equal sizes share their ranks.
 *
 * @see Wilcoxon 1945
 */
export function signedRank(differences: readonly number[]): SignedRank {
  const left = differences.filter((d) => d !== 0).toSorted((a, b) => Math.abs(a) - Math.abs(b));
  const sizes = left.map(Math.abs);
  // Twice the mean rank of all that are as large: a whole number.
  const ranks = sizes.map((size) => sizes.indexOf(size) + sizes.lastIndexOf(size) + 2);
  const all = ranks.reduce((a, b) => a + b, 0);
  const positive = ranks.reduce((sum, rank, i) => sum + (left[i] > 0 ? rank : 0), 0);
  // How many choices of signs come to each sum, as a share.
  let shares = new Float64Array(all + 1);
  shares[0] = 1;
  for (const rank of ranks) {
    const next = new Float64Array(all + 1);
    for (let sum = 0; sum <= all; sum++)
      next[sum] = (shares[sum] + (sum >= rank ? shares[sum - rank] : 0)) / 2;
    shares = next;
  }
  const off = Math.abs(2 * positive - all);
  const p = shares.reduce((sum, share, at) => sum + (Math.abs(2 * at - all) >= off ? share : 0), 0);
  return { below: left.filter((d) => d < 0).length, above: left.filter((d) => d > 0).length, p };
}
