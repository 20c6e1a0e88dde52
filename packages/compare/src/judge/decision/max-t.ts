import { normal, randomSource } from "minimand/engine";
import { meanOf } from "../../averages.ts";
import { normalQuantile } from "../ranking/distributions.ts";

/** Draws of the maximum; the same ones in every run. */
const draws = 20_000;

/**
 * Adjusts p-values so that they hold for all candidates together: `padj_j = P(max_l Z_l >= z_j)`, `z_j = Phi^-1(1 - p_j)`, with Z normal of
 * the correlation of the candidates. Candidates that are alike cost hardly more than one of them, unlike with Bonferroni or Holm.
 *
 * @param influences `[candidates][rows or groups]`: what each row contributes to each difference
 * @returns a function from one-sided p-values of the candidates (1 for one that can't be tested) to adjusted ones; by 20,000 draws with a
 *   fixed seed, so that equal input gives equal numbers
 * @see Westfall, Young 1993, Resampling-Based Multiple Testing; Hothorn, Bretz, Westfall 2008, Biometrical Journal 50:346
 */
export function maxT(influences: readonly ArrayLike<number>[]): (p: readonly number[]) => number[] {
  const maxima = sortedMaxima(correlation(influences));
  return (p) => p.map((one) => (one >= 1 ? 1 : Math.max(one, shareFrom(maxima, -normalQuantile(one)))));
}

/** Returns Pearson correlations of vectors; 0 with one that doesn't vary, or holds a number that isn't finite. */
export function correlation(vectors: readonly ArrayLike<number>[]): number[][] {
  const units = vectors.map((vector) => {
    const values = Float64Array.from(vector);
    const mean = meanOf(values);
    const norm = Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0));
    return norm > 0 && Number.isFinite(norm) ? values.map((v) => (v - mean) / norm) : null;
  });
  return units.map((a, i) =>
    units.map((b, j) => {
      if (i === j) return 1;
      return a === null || b === null ? 0 : a.reduce((sum, v, row) => sum + v * b[row], 0);
    }),
  );
}

/** Maxima of draws of N(0, R), from the smallest to the largest. */
function sortedMaxima(R: readonly (readonly number[])[]): Float64Array {
  const factor = cholesky(R);
  const random = randomSource(0x6d617854);
  const z = new Float64Array(R.length);
  return Float64Array.from({ length: draws }, () => {
    for (let j = 0; j < z.length; j++) z[j] = normal(random);
    let most = Number.NEGATIVE_INFINITY;
    for (const row of factor) {
      let sum = 0;
      for (let j = 0; j < row.length; j++) sum += row[j] * z[j];
      most = Math.max(most, sum);
    }
    return most;
  }).sort();
}

/** The lower triangle L with `L L' = R`; where R is singular (equal candidates), columns without a variance of their own are 0. */
function cholesky(R: readonly (readonly number[])[]): Float64Array[] {
  const L: Float64Array[] = [];
  for (let i = 0; i < R.length; i++) {
    const row = new Float64Array(i + 1);
    for (let j = 0; j <= i; j++) {
      let rest = R[i][j];
      for (let l = 0; l < j; l++) rest -= row[l] * (j === i ? row[l] : L[j][l]);
      if (j === i) row[j] = Math.sqrt(Math.max(0, rest));
      else row[j] = L[j][j] > 1e-7 ? rest / L[j][j] : 0;
    }
    L.push(row);
  }
  return L;
}

/** Share of sorted values that are at least `from`. */
function shareFrom(sorted: Float64Array, from: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] < from) low = middle + 1;
    else high = middle;
  }
  return (sorted.length - low) / sorted.length;
}
