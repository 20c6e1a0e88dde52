import { checkNumber, readOptions } from "minimand/engine";

/** Sizes that a bound depends on. */
export interface SampleSizes {
  /** Dimension of the inputs. */
  d: number;
  /** Labelled examples. */
  m: number;
  /** Unlabelled examples. */
  n: number;
  /** Distance between the two distributions of inputs, `>= 0`. */
  alpha: number;
  /** The bound holds with probability `1 - delta`; default 0.05. */
  delta?: number;
}

/** Checks sizes and gives `2 d`, `2 n + m` and `log(1 / delta)`. */
function checked({ d, m, n, alpha, delta = 0.05 }: SampleSizes): { more: number; chance: number } {
  checkNumber("d", d, { min: 1, integer: true });
  checkNumber("m", m, { min: 1, integer: true });
  checkNumber("n", n, { min: 0, integer: true });
  checkNumber("alpha", alpha, { min: 0 });
  checkNumber("delta", delta, { above: 0, below: 1 });
  return { more: 2 * n + m, chance: Math.log(1 / delta) };
}

/**
 * Returns how the excess robust risk of robust self-training on a mixture of two Gaussians scales, up to constants.
 *
 * `gamma sqrt((2 d / m) [alpha (||mu0||^2 + sigma0^2) + sqrt(2 d / (2 n + m)) + sqrt(2 log(1/delta) / (2 n + m))])
 * + sqrt(2 log(1/delta) / m)`
 *
 * The constants are not specified: compare its values at different sizes, not with a risk.
 *
 * @param options sizes, `gamma >= 0`, `muNorm >= 0` and `sigma > 0` of the labelled domain
 * @throws TypeError, RangeError for numbers outside their ranges
 * @example
 * robustSelfTrainingBound({ d: 10, m: 100, n: 1000, alpha: 0, gamma: 0, muNorm: 1, sigma: 1, delta: 0.5 }) // 0.1177
 * @see Saberi et al. 2023, arXiv 2310.00027, theorem 4.1
 */
export function robustSelfTrainingBound(
  options: SampleSizes & { gamma: number; muNorm: number; sigma: number },
): number {
  const { d, m, alpha, gamma, muNorm, sigma } = readOptions("robustSelfTrainingBound", options, {
    d: true,
    m: true,
    n: true,
    alpha: true,
    delta: true,
    gamma: true,
    muNorm: true,
    sigma: true,
  });
  const { more, chance } = checked(options);
  checkNumber("gamma", gamma, { min: 0 });
  checkNumber("muNorm", muNorm, { min: 0 });
  checkNumber("sigma", sigma, { above: 0 });
  const shift = alpha * (muNorm * muNorm + sigma * sigma);
  const spread = Math.sqrt((2 * d) / more) + Math.sqrt((2 * chance) / more);
  return gamma * Math.sqrt(((2 * d) / m) * (shift + spread)) + Math.sqrt((2 * chance) / m);
}

/**
 * Returns how the excess risk of self-training with a robust term on the unlabelled part alone scales, up to constants.
 *
 * `e^(-||mu0||^2 / (4 sigma0^2)) / sqrt(2 sigma0 sqrt(2 pi)) [(||mu1||^2 + sigma1^2) 2 d alpha / m
 * + (4 d / m) sqrt((2 d + 2 log(1/delta)) / (2 n + m))]^(1/4) + sqrt(2 log(1/delta) / m)`
 *
 * @param options sizes; `muNorm`, `sigma` of the labelled domain, `unlabeledMuNorm`, `unlabeledSigma` of the other (default the
 * same)
 * @throws TypeError, RangeError for numbers outside their ranges
 * @example
 * selfTrainingBound({ d: 10, m: 100, n: 1000, alpha: 0, muNorm: 1, sigma: 1, delta: 0.5 }) // 0.2736
 * @see Saberi et al. 2023, arXiv 2310.00027, theorem 4.2
 */
export function selfTrainingBound(
  options: SampleSizes & { muNorm: number; sigma: number; unlabeledMuNorm?: number; unlabeledSigma?: number },
): number {
  const {
    d,
    m,
    alpha,
    muNorm,
    sigma,
    unlabeledMuNorm = muNorm,
    unlabeledSigma = sigma,
  } = readOptions("selfTrainingBound", options, {
    d: true,
    m: true,
    n: true,
    alpha: true,
    delta: true,
    muNorm: true,
    sigma: true,
    unlabeledMuNorm: true,
    unlabeledSigma: true,
  });
  const { more, chance } = checked(options);
  checkNumber("muNorm", muNorm, { min: 0 });
  checkNumber("sigma", sigma, { above: 0 });
  checkNumber("unlabeledMuNorm", unlabeledMuNorm, { min: 0 });
  checkNumber("unlabeledSigma", unlabeledSigma, { above: 0 });
  const overlap =
    Math.exp((-muNorm * muNorm) / (4 * sigma * sigma)) / Math.sqrt(2 * sigma * Math.sqrt(2 * Math.PI));
  const shift = ((unlabeledMuNorm ** 2 + unlabeledSigma ** 2) * 2 * d * alpha) / m;
  const spread = ((4 * d) / m) * Math.sqrt((2 * d + 2 * chance) / more);
  return overlap * (shift + spread) ** 0.25 + Math.sqrt((2 * chance) / m);
}

/**
 * Returns how the excess risk of training on the labelled examples alone scales, up to constants: `sqrt(d / m) + sqrt(2 log(1/delta) / m)`.
 * Compared with it, the other two bounds show from which number of unlabelled examples they are worth their shift.
 *
 * @throws TypeError, RangeError for numbers outside their ranges
 * @example
 * labeledOnlyBound({ d: 10, m: 100, delta: 0.5 }) // 0.4340
 * @see Saberi et al. 2023, arXiv 2310.00027, section 4
 */
export function labeledOnlyBound(options: Pick<SampleSizes, "d" | "m" | "delta">): number {
  // One set of numbers may serve all bounds.
  type OfAll = Parameters<typeof selfTrainingBound>[0];
  readOptions<OfAll>("labeledOnlyBound", options as OfAll, {
    d: true,
    m: true,
    n: true,
    alpha: true,
    delta: true,
    muNorm: true,
    sigma: true,
    unlabeledMuNorm: true,
    unlabeledSigma: true,
  });
  const { d, m, delta = 0.05 } = options;
  const { chance } = checked({ d, m, n: 0, alpha: 0, delta });
  return Math.sqrt(d / m) + Math.sqrt((2 * chance) / m);
}
