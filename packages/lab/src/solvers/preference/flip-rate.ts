import { checkNumber, oneOf, rangeError, readOptions } from "minimand/engine";
import { normalCdf } from "minimand/internals";
import { checkVector } from "../../online/vectors.ts";
import { betaQuantile } from "./beta-quantile.ts";
import { ofAnyScale, ofScaleOne, rootOf } from "./flip-likelihood.ts";

/** An estimate of the share of preferences that are the wrong way round, and an interval about it. */
export interface FlipRate {
  epsilon: number;
  lower: number;
  /** At most 1/2. */
  upper: number;
}

/**
 * Estimates the flip rate by an audit: some pairs are labelled anew by someone who is right.
 *
 * `(flips + 1/2) / (total + 1)`, the mean of the Beta distribution of Jeffreys' prior, and that distribution's quantiles
 *
 * Too large an estimate does more harm in {@link robustDpoLoss} than too small a one: the lower end is a careful choice.
 *
 * @param audit `flips`, how many labels of `total` pairs were wrong; `level` of the interval, default 0.95
 * @throws TypeError, RangeError for invalid counts, and where half of the pairs or more are flipped: then the labels say nothing
 * @example
 * fromAudit({ flips: 4, total: 49 }) // { epsilon: 0.09, lower: 0.0282, upper: 0.1825 }
 * fromAudit({ flips: 6, total: 10 }) // throws: flips: expected fewer than half of 10, got 6
 * @see Brown, Cai, DasGupta 2001, "Interval estimation for a binomial proportion", on the interval of Jeffreys
 */
export function fromAudit(audit: { flips: number; total: number; level?: number }): FlipRate {
  const { flips, total, level } = readOptions("fromAudit", audit, {
    flips: true,
    total: { min: 1, integer: true },
    level: [0.95],
  });
  checkNumber("flips", flips, { min: 0, max: total, integer: true });
  checkLevel(level);
  if (2 * flips >= total) throw rangeError("flips", `fewer than half of ${total}`, flips);
  const { lower, upper } = shareInterval(flips, total, level);
  return { epsilon: (flips + 0.5) / (total + 1), lower, upper: Math.min(upper, 0.5) };
}

/**
 * Estimates the flip rate by two independent labels of each pair: they agree where both are right or both are flipped.
 *
 * `epsilon = (1 - sqrt(2 p - 1)) / 2` of the share `p` of pairs whose labels agree, and the interval of `p` mapped likewise. It takes
 * for granted that each pair has one right label, and that both labels are flipped with the same probability.
 *
 * @param pairs `agreements`, how many of `total` pairs have twice the same label; `level` of the interval, default 0.95
 * @throws TypeError, RangeError for invalid counts, and where no more than half agree: that many do by chance alone
 * @example
 * fromAgreement({ agreements: 68, total: 100 }).epsilon // 0.2
 * fromAgreement({ agreements: 50, total: 100 }) // throws: agreements: expected more than half of 100, got 50
 */
export function fromAgreement(pairs: { agreements: number; total: number; level?: number }): FlipRate {
  const { agreements, total, level } = readOptions("fromAgreement", pairs, {
    agreements: true,
    total: { min: 1, integer: true },
    level: [0.95],
  });
  checkNumber("agreements", agreements, { min: 0, max: total, integer: true });
  checkLevel(level);
  if (2 * agreements <= total) throw rangeError("agreements", `more than half of ${total}`, agreements);
  const { lower, upper } = shareInterval(agreements, total, level);
  const rateOf = (p: number): number => (1 - Math.sqrt(Math.max(2 * p - 1, 0))) / 2;
  return { epsilon: rateOf(agreements / total), lower: rateOf(upper), upper: rateOf(lower) };
}

/** What {@link fromLikelihood} looks at. */
export interface LikelihoodOptions {
  /** Where the profile is wanted; default 0, 0.01, ..., 0.49. */
  grid?: readonly number[];
  /** Of the interval, default 0.95. */
  level?: number;
  /** `fitted`: margins are multiplied by the likeliest number, found anew for every rate; default `as given`. */
  scale?: "as given" | "fitted";
}

/**
 * Estimates the flip rate by the likelihood of held-out labels under a model's margins.
 *
 * `argmax_epsilon sum_i log(epsilon + (1 - 2 epsilon) sigma(z_i))`, `z_i` the margins `beta h_i` towards the label as observed; the
 * interval are the rates whose likelihood isn't refused by the likelihood-ratio test. The sum is concave in `epsilon`.
 *
 * Large margins separate flips from pairs that are a close call; where there are none, many flips and few look alike, and the estimate is
 * refused. The margins' scale is taken as it is: a model that is too sure of itself makes the rate too large. With `scale: "fitted"` the
 * sum is the largest over scales `s > 0` of `s z_i` (as temperature scaling has it), and the interval allows for it; the rate then takes
 * larger margins to be found. Margins of pairs that the model was fitted to are no evidence.
 *
 * @param margins scaled margins `beta h` of held-out pairs, negative where the model disagrees with the label
 * @param options `grid`, `level`, `scale`
 * @returns estimate and interval, the `scale` (1 as given), and the log-likelihood's profile over the grid, relative to its maximum
 * @throws TypeError, RangeError for margins that aren't finite, grids outside [0, 1/2), and where the rate can't be estimated: nothing is
 * refused, or 1/2 is likeliest
 * @example
 * const margins = Array.from({ length: 100 }, (_, i) => (i < 80 ? 9 : -9))
 * fromLikelihood(margins).epsilon // 0.2
 * fromLikelihood([0.1, -0.1, 0.2]) // throws: margins: expected some large enough...
 */
export function fromLikelihood(
  margins: ArrayLike<number>,
  options: LikelihoodOptions = {},
): FlipRate & { scale: number; profile: { epsilon: number; logLikelihood: number }[] } {
  const {
    grid = Array.from({ length: 50 }, (_, i) => i / 100),
    level,
    scale,
  } = readOptions("fromLikelihood", options, {
    grid: true,
    level: [0.95],
    scale: ["as given", oneOf(["as given", "fitted"])],
  });
  checkVector("margins", margins);
  checkLevel(level);
  for (const [i, epsilon] of grid.entries()) checkNumber(`grid[${i}]`, epsilon, { min: 0, below: 0.5 });
  const { logLikelihood, best: epsilon, scaleAt } = (scale === "fitted" ? ofAnyScale : ofScaleOne)(margins);

  const best = logLikelihood(epsilon);
  const allowed = normalQuantile((1 + level) / 2) ** 2 / 2;
  const excess = (e: number): number => best - logLikelihood(e) - allowed;
  const lower = excess(0) <= 0 ? 0 : rootOf((e) => -excess(e), epsilon, 0);
  const upper = excess(0.5) <= 0 ? 0.5 : rootOf((e) => -excess(e), epsilon, 0.5);
  if (lower === 0 && upper === 0.5)
    throw rangeError("margins", `some large enough to tell flip rates apart at level ${level}`, margins);
  if (epsilon === 0.5)
    throw rangeError("margins", "more labels that agree with the model than chance has", margins);
  return {
    epsilon,
    lower,
    upper,
    scale: scaleAt(epsilon),
    profile: grid.map((e) => ({ epsilon: e, logLikelihood: logLikelihood(e) - best })),
  };
}

function checkLevel(level: number): void {
  checkNumber("level", level, { above: 0, below: 1 });
}

/** The interval of a share by Jeffreys' prior; it reaches 0 and 1 where the count does. */
function shareInterval(count: number, total: number, level: number): { lower: number; upper: number } {
  const [a, b] = [count + 0.5, total - count + 0.5];
  return {
    lower: count === 0 ? 0 : betaQuantile((1 - level) / 2, a, b),
    upper: count === total ? 1 : betaQuantile((1 + level) / 2, a, b),
  };
}

function normalQuantile(p: number): number {
  return rootOf((x) => p - normalCdf(x), 0, 40);
}
