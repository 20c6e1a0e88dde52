import { checkNumber } from "minimand/engine";
import { normalCdf, normalDensity } from "minimand/internals";

/** Two Gaussians `N(y mu, sigma^2 I)`, `y = -1` or `+1` with probability 1/2, seen along a direction. */
export interface MixtureDirection {
  /** `||mu||`, above 0. */
  muNorm: number;
  /** Standard deviation of each coordinate, above 0. */
  sigma: number;
  /** Cosine between the direction and mu, in [-1, 1]. */
  cosine: number;
}

/** Distance of the means from the boundary, and its checks. */
function signal({ muNorm, sigma, cosine }: MixtureDirection): number {
  checkNumber("muNorm", muNorm, { above: 0 });
  checkNumber("sigma", sigma, { above: 0 });
  checkNumber("cosine", cosine, { min: -1, max: 1 });
  return muNorm * cosine;
}

/**
 * Returns the error rate of `sign(theta.x)` on a mixture of two Gaussians.
 *
 * `Phi(-||mu|| cosine / sigma)`; the least, at cosine 1, is the Bayes error.
 *
 * @returns the error rate; the accuracy is one minus it
 * @throws TypeError, RangeError for numbers outside their ranges
 * @example
 * gaussianMixtureRisk({ muNorm: 1, sigma: 1, cosine: 1 }) // 0.1587
 * @see Saberi et al. 2023, arXiv 2310.00027, section 3
 */
export function gaussianMixtureRisk(direction: MixtureDirection): number {
  return normalCdf(-signal(direction) / direction.sigma);
}

/**
 * Returns the expected robust zero-one loss with cost `l2` of labelled points: the ramp `min(1, max(0, 1 - gamma M / ||theta||))`.
 *
 * With `a = ||mu|| cosine`, `kappa = 1 / gamma`: `Phi((kappa - a) / sigma) - gamma (a [Phi((kappa - a) / sigma) - Phi(-a / sigma)]
 * + sigma [phi(a / sigma) - phi((kappa - a) / sigma)])`.
 *
 * @param options the direction, and `gamma > 0`
 * @returns the expectation, in [0, 1]; it falls in the cosine
 * @throws TypeError, RangeError for numbers outside their ranges
 * @example
 * expectedRampLoss({ muNorm: 1, sigma: 1, cosine: 1, gamma: 0.5 }) // 0.5
 * @see Saberi et al. 2023, arXiv 2310.00027, section 3
 */
export function expectedRampLoss(options: MixtureDirection & { gamma: number }): number {
  const { sigma, gamma } = options;
  const a = signal(options);
  checkNumber("gamma", gamma, { above: 0 });
  const kappa = 1 / gamma;
  return normalCdf((kappa - a) / sigma) - gamma * (partialMean(a, sigma, kappa) - partialMean(a, sigma, 0));
}

/**
 * Returns the expected robust zero-one loss with cost `l2` of unlabelled points at the labels that the direction itself gives them: the hat
 * `max(0, 1 - gamma |theta.x| / ||theta||)`.
 *
 * It depends on `|cosine|` alone and falls in it, so it is least exactly where the direction is that of mu or -mu.
 *
 * @param options the direction, and `gamma > 0`
 * @returns the expectation, in [0, 1]
 * @throws TypeError, RangeError for numbers outside their ranges
 * @example
 * expectedHatLoss({ muNorm: 1, sigma: 1, cosine: 1, gamma: 0.5 }) // 0.4585
 * @see Saberi et al. 2023, arXiv 2310.00027, section 3
 */
export function expectedHatLoss(options: MixtureDirection & { gamma: number }): number {
  const { sigma, gamma } = options;
  const a = signal(options);
  checkNumber("gamma", gamma, { above: 0 });
  const kappa = 1 / gamma;
  // The projection is N(a, sigma^2) or N(-a, sigma^2); the hat is even, so one of the two is enough.
  const inside = normalCdf((kappa - a) / sigma) - normalCdf((-kappa - a) / sigma);
  const positive = partialMean(a, sigma, kappa) - partialMean(a, sigma, 0);
  const negative = partialMean(a, sigma, 0) - partialMean(a, sigma, -kappa);
  return inside - gamma * (positive - negative);
}

/** `E[s; s < t]` for `s ~ N(a, sigma^2)`. */
function partialMean(a: number, sigma: number, t: number): number {
  const z = (t - a) / sigma;
  return a * normalCdf(z) - sigma * normalDensity(z);
}
