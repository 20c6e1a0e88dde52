import { meanOf } from "../../averages.ts";
import { chiSquareQuantile } from "../ranking/distributions.ts";
import type { Components, PairedFits } from "./paired-fits.ts";

/**
 * Parts the variance of a mean difference into that of the rows and that of the fits.
 *
 * Rows: with `psibar_i` the mean influence over the seeds, `A = sum (psibar_i - mean)^2 / ((G - 1) G)` and
 * `nu_A = 2 / (2 / (G - 1) + kappa / G)`, `kappa = max(0, G sum c^4 / (sum c^2)^2 - 3)` of the centred ones.
 *
 * Fits: with `L_sf = theta_s + mean_{i in f} psi_si` of S seeds and k folds, `n = S k`,
 * `sigma^2 = [S (k - 1) (MSW - W) + (S - 1) (MSB - E)] / (n - 1)` and V the same without W and E, where MSW and MSB are the mean
 * squares within and between seeds, and W and E what the rows explain of them. `c = 1 / n + lambda / (k - 1)`,
 * `B = c max(0, sigma^2)`; lambda is 1 where `V / (V - sigma^2)` is beyond the 95 % quantile of `chi^2(n - 1) / (n - 1)`, else 0.
 *
 * Groups of rows take the place of rows: sums over a group, times groups per row.
 *
 * A single fold is a test file that all seeds share: `V = var_s(theta_s)`, `sigma^2 = V - mean_i var_s(psi_si) / N`, n = S, and
 * `c = 1 / S + 1 / 4`, as each seed trains on four rows of five.
 *
 * @param options `lambda` instead of what the rule says
 * @returns null where nothing can be said: 2 folds, one seed on a test file, a fold with fewer than two rows or groups, or a number that
 *   isn't finite
 */
export function componentsOf(fits: PairedFits, options: { lambda?: 0 | 1 } = {}): Components | null {
  const { theta, psi, folds: k } = fits;
  const seeds = theta.length;
  const rows = psi[0].length;
  const n = seeds * k;
  if (k === 2 || n === 1 || !theta.every(Number.isFinite)) return null;
  const groups = fits.groups ?? Float64Array.from({ length: rows }, (_, i) => i);
  const count = 1 + Array.from(groups).reduce((a, b) => Math.max(a, b), 0);
  const summed = psi.map((one) => groupSums(one, groups, count).map((sum) => (sum * count) / rows));

  const mean = meanOf(theta);
  const bar = Float64Array.from({ length: count }, (_, g) => meanOf(summed.map((one) => one[g])));
  const squares = sumOfSquares(bar);
  const A = squares / ((count - 1) * count);
  const fourth = deviations(bar).reduce((sum, d) => sum + d ** 4, 0);
  const kappa = squares === 0 ? 0 : Math.max(0, (count * fourth) / squares ** 2 - 3);
  const nuA = 2 / (2 / (count - 1) + kappa / count);

  const several = seeds > 1;
  const spread = (g: number): number => (several ? variance(summed.map((one) => one[g])) : 0);
  const betweenRows = meanOf(Float64Array.from({ length: count }, (_, g) => spread(g)));
  if (k === 1) {
    const V = variance(theta);
    const E = betweenRows / count;
    const c = 1 / n + 1 / 4;
    const sigmaFit2 = V - E;
    if (!Number.isFinite(A + V + E)) return null;
    const B = c * Math.max(0, sigmaFit2);
    return { mean, A, nuA, B, c, sigmaFit2, V, unstable: false, n, W: 0, E, msw: 0, msb: V };
  }

  let W = 0;
  let msw = 0;
  for (let s = 0; s < seeds; s++) {
    const local = new Float64Array(k);
    for (let f = 0; f < k; f++) {
      const own = inFold(fits, groups, s, f);
      if (own.sums.length < 2) return null;
      W += variance(own.sums.map((sum) => (sum * own.sums.length) / own.rows)) / own.sums.length / n;
      local[f] = fits.ofFolds?.[s][f] ?? theta[s] + own.total / own.rows;
    }
    msw += variance(local) / seeds;
  }
  const msb = several ? k * variance(theta) : 0;
  const E = (k / count) * betweenRows;

  const pooled = (within: number, between: number): number =>
    (seeds * (k - 1) * within + (seeds - 1) * between) / (n - 1);
  const sigmaFit2 = pooled(msw - W, msb - E);
  const V = pooled(msw, msb);
  if (!Number.isFinite(A + V + sigmaFit2)) return null;
  const unstable = isUnstable(V, sigmaFit2, n);
  const lambda = options.lambda ?? Number(unstable);
  const c = 1 / n + lambda / (k - 1);
  return { mean, A, nuA, B: c * Math.max(0, sigmaFit2), c, sigmaFit2, V, unstable, n, W, E, msw, msb };
}

/** Whether fits vary more than their rows explain, at a level of 5 %. */
function isUnstable(V: number, sigmaFit2: number, n: number): boolean {
  if (V <= 0) return false;
  return V <= sigmaFit2 || V / (V - sigmaFit2) > chiSquareQuantile(0.95, n - 1) / (n - 1);
}

/** Sums over the groups of a fold, their total, and the number of rows. */
function inFold(
  { psi, fold }: PairedFits,
  groups: ArrayLike<number>,
  seed: number,
  f: number,
): { sums: number[]; total: number; rows: number } {
  const sums = new Map<number, number>();
  let rows = 0;
  let total = 0;
  for (let i = 0; i < groups.length; i++) {
    if (fold[seed][i] !== f) continue;
    rows++;
    total += psi[seed][i];
    sums.set(groups[i], (sums.get(groups[i]) ?? 0) + psi[seed][i]);
  }
  return { sums: [...sums.values()], total, rows };
}

/** Returns the sum of the values of each group. */
export function groupSums(values: ArrayLike<number>, groups: ArrayLike<number>, count: number): Float64Array {
  const sums = new Float64Array(count);
  for (let i = 0; i < values.length; i++) sums[groups[i]] += values[i];
  return sums;
}

function deviations(values: ArrayLike<number>): Float64Array {
  const mean = meanOf(values);
  return Float64Array.from(values, (value) => value - mean);
}

const sumOfSquares = (values: ArrayLike<number>): number =>
  deviations(values).reduce((sum, d) => sum + d * d, 0);

const variance = (values: ArrayLike<number>): number => sumOfSquares(values) / (values.length - 1);
