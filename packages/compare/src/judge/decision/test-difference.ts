import { studentCdf, studentQuantile, studentTail } from "../ranking/distributions.ts";
import { componentsOf } from "./components.ts";
import type { Components, PairedFits } from "./paired-fits.ts";

/** The test of one candidate against the baseline; larger is better. */
export interface DifferenceTest {
  mean: number;
  /** Standard error; 0 where nothing varies. */
  se: number;
  /** Degrees of freedom and t; null where the standard error is 0. */
  df: number | null;
  t: number | null;
  /** Two-sided, of this candidate alone. */
  p: number;
  /** The 95 % interval of the mean difference. */
  low: number;
  high: number;
  /** Probabilities that the difference is above, within and below the region of practical equivalence. */
  pBetter: number;
  pSame: number;
  pWorse: number;
  components: Components;
}

/** Options of {@link testDifference}. */
export interface DifferenceOptions {
  /** Half-width of the region of practical equivalence, in units of the metric. */
  rope: number;
  /** Share of the interval, default 0.95. */
  confidence?: number;
  /** Instead of what the rule of {@link componentsOf} says. */
  lambda?: 0 | 1;
}

/**
 * Whether a candidate differs from the baseline, on other rows of the same kind and with other fits.
 *
 * `SE^2 = A + B` of {@link componentsOf}, `t = mean / SE` with `df = max(1, SE^4 / (A^2 / nu_A + B c V / (n - 1)))`; for one seed
 * the last term is `(c V)^2 / (n - 1)`.
 *
 * Where nothing varies (SE = 0): a mean of 0 has p = 1, another one `2^(1 - n)` for n fits.
 *
 * @returns null where nothing can be said, see {@link componentsOf}
 */
export function testDifference(fits: PairedFits, options: DifferenceOptions): DifferenceTest | null {
  const { rope, confidence = 0.95, lambda } = options;
  const components = componentsOf(fits, lambda === undefined ? {} : { lambda });
  if (components === null) return null;
  const { mean, A, B, nuA, c, V, n } = components;
  const square = A + B;
  if (square === 0) {
    const [pBetter, pWorse] = [Number(mean > rope), Number(mean < -rope)];
    const p = mean === 0 ? 1 : 2 ** (1 - n);
    return {
      mean,
      se: 0,
      df: null,
      t: null,
      p,
      low: mean,
      high: mean,
      pBetter,
      pSame: 1 - pBetter - pWorse,
      pWorse,
      components,
    };
  }
  const se = Math.sqrt(square);
  const ofFits = fits.theta.length === 1 ? (c * V) ** 2 : B * c * V;
  const df = Math.max(1, square ** 2 / (A ** 2 / nuA + ofFits / (n - 1)));
  const t = mean / se;
  const width = se * studentQuantile((1 + confidence) / 2, df);
  const pBetter = studentCdf((mean - rope) / se, df);
  const pWorse = studentCdf((-rope - mean) / se, df);
  return {
    mean,
    se,
    df,
    t,
    p: 2 * studentTail(t, df),
    low: mean - width,
    high: mean + width,
    pBetter,
    pSame: Math.max(0, 1 - pBetter - pWorse),
    pWorse,
    components,
  };
}

/** One-sided p: that a difference of 0 would look at least as good (`better`) or as bad (`worse`). */
export function oneSided({ t, df, p, mean }: DifferenceTest, side: "better" | "worse"): number {
  const sign = side === "better" ? 1 : -1;
  if (t === null || df === null) return sign * mean > 0 ? p / 2 : 1;
  const tail = studentTail(t, df);
  return sign * t >= 0 ? tail : 1 - tail;
}
