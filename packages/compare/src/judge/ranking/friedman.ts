import { chiSquareTail, fTail, studentizedRangeQuantile } from "./distributions.ts";

/**
 * Ranks of the values of one row; equal values share the mean of their ranks.
 *
 * @param scores one value per candidate; NaN is not allowed, infinities are
 * @param higherIsBetter whether the highest value gets rank 1
 * @returns one rank a candidate, 1 is best
 * @throws RangeError for a NaN
 * @example
 * ranksOf([0.8, 0.9, 0.8], true); // [2.5, 1, 2.5]
 */
export function ranksOf(scores: readonly number[], higherIsBetter: boolean): number[] {
  return scores.map((score, j) => {
    if (Number.isNaN(score)) throw new RangeError(`scores[${j}]: expected a number, got NaN`);
    let ahead = 0;
    let tied = 0;
    for (const other of scores) {
      if (other === score) tied += 1;
      else if (higherIsBetter ? other > score : other < score) ahead += 1;
    }
    return ahead + (tied + 1) / 2;
  });
}

/**
 * Returns the mean rank of every candidate over the data sets.
 *
 * @param ranks `ranks[i][j]`: rank of candidate j on data set i
 * @returns one mean a candidate
 * @throws RangeError for no rows, or rows of different lengths
 * @example
 * averageRanks([[1, 2, 3], [2, 1, 3]]); // [1.5, 1.5, 3]
 */
export function averageRanks(ranks: readonly (readonly number[])[]): number[] {
  const k = ranks[0]?.length ?? 0;
  if (k === 0) throw new RangeError("ranks: expected at least one data set with one candidate, got none");
  ranks.forEach((row, i) => {
    if (row.length !== k) throw new RangeError(`ranks[${i}]: expected ${k} ranks, got ${row.length}`);
  });
  return Array.from({ length: k }, (_, j) => ranks.reduce((sum, row) => sum + row[j]!, 0) / ranks.length);
}

/** Friedman's chi-square and its sharper form by Iman and Davenport. */
export interface Friedman {
  chi2: number;
  p: number;
  /** Both `null` where all data sets agree on all ranks: F is infinite. */
  imanDavenportF: number | null;
  pF: number | null;
}

/**
 * Friedman's test: do the average ranks of k candidates on N data sets differ more than by chance?
 *
 * `χ² = 12N/(k(k+1)) ( Σ_j R_j² − k(k+1)²/4 )` with k − 1 degrees of freedom, and
 * `F = (N−1)χ² / (N(k−1) − χ²)` with k − 1 and (k−1)(N−1), which is less conservative. As in Demšar, shared ranks
 * are not corrected for; that errs on the careful side.
 *
 * @param ranks `ranks[i][j]`: rank of candidate j on data set i; at least 2 of both
 * @returns both statistics with their p-values
 * @throws RangeError for fewer than 2 data sets or candidates
 * @example
 * friedman([[1, 2, 3], [1, 3, 2], [1, 2, 3]]); // chi2 4.666..., p 0.0969...
 * @reference Demšar 2006, JMLR 7:1, section 3.2.2; Iman and Davenport 1980
 */
export function friedman(ranks: readonly (readonly number[])[]): Friedman {
  const means = averageRanks(ranks);
  const n = ranks.length;
  const k = means.length;
  if (n < 2) throw new RangeError(`ranks: expected at least 2 data sets, got ${n}`);
  if (k < 2) throw new RangeError(`ranks: expected at least 2 candidates, got ${k}`);
  // Centred first: the same as the difference of the two large terms, without their rounding.
  const spread = means.reduce((sum, rank) => sum + (rank - (k + 1) / 2) ** 2, 0);
  const chi2 = ((12 * n) / (k * (k + 1))) * spread;
  const rest = n * (k - 1) - chi2;
  const f = rest > 1e-9 * n * k ? ((n - 1) * chi2) / rest : null;
  return {
    chi2,
    p: chiSquareTail(chi2, k - 1),
    imanDavenportF: f,
    pF: f === null ? null : fTail(f, k - 1, (k - 1) * (n - 1)),
  };
}

/**
 * Nemenyi's critical difference: average ranks that are at least so far apart are distinguishable.
 *
 * `CD = q_α sqrt( k(k+1)/(6N) )`, where `q_α` is the upper α point of the studentized range of k means (infinite
 * degrees of freedom) divided by √2.
 *
 * @param candidates number of candidates k, at least 2
 * @param datasets number of data sets N, at least 1
 * @param alpha family-wise error, between 0 and 1
 * @returns a difference of average ranks
 * @throws RangeError for counts that are not such integers, or alpha outside (0, 1)
 * @example
 * criticalDifference(4, 14, 0.05); // 1.2535...
 * @reference Demšar 2006, JMLR 7:1, section 3.2.2 and table 5
 */
export function criticalDifference(candidates: number, datasets: number, alpha: number): number {
  if (!(Number.isInteger(candidates) && candidates >= 2))
    throw new RangeError(`candidates: expected an integer >= 2, got ${candidates}`);
  if (!(Number.isInteger(datasets) && datasets >= 1))
    throw new RangeError(`datasets: expected an integer >= 1, got ${datasets}`);
  if (!(alpha > 0 && alpha < 1)) throw new RangeError(`alpha: expected a number > 0 and < 1, got ${alpha}`);
  const q = studentizedRangeQuantile(1 - alpha, candidates) / Math.SQRT2;
  return q * Math.sqrt((candidates * (candidates + 1)) / (6 * datasets));
}

/**
 * Returns the bars of a critical-difference diagram: maximal groups whose average ranks are within one critical difference. Groups of one
 * are left out.
 *
 * @param means average rank of every candidate
 * @param difference the critical difference
 * @returns groups of indices, each from best to worst, and the groups from best to worst
 * @example
 * cliquesOf([1, 1.5, 2.2], 1); // [[0, 1], [1, 2]]
 */
export function cliquesOf(means: readonly number[], difference: number): number[][] {
  const order = means.map((_, j) => j).sort((a, b) => means[a]! - means[b]!);
  const cliques: number[][] = [];
  let end = 0;
  for (let start = 0; start < order.length; start++) {
    let stop = start + 1;
    while (stop < order.length && means[order[stop]!]! - means[order[start]!]! < difference) stop += 1;
    // A group that ends where the one before ended is contained in it.
    if (stop > end && stop - start > 1) cliques.push(order.slice(start, stop));
    end = Math.max(end, stop);
  }
  return cliques;
}
