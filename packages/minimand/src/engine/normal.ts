/** Density of the standard normal distribution. */
export function normalDensity(x: number): number {
  return Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
}

/**
 * Distribution function of the standard normal distribution, with full relative accuracy in the lower tail: Taylor series
 * about 0 near it, the continued fraction of Mills' ratio far from it.
 */
export function normalCdf(x: number): number {
  if (x > 0) return 1 - normalCdf(-x);
  if (x < -40) return 0;
  if (x > -2.5) {
    // Phi(x) = 1/2 + phi(x) (x + x^3 / 3 + x^5 / (3 5) + ...)
    let term = x;
    let sum = x;
    for (let k = 3; Math.abs(term) > 1e-18 * Math.abs(sum) && k < 200; k += 2) {
      term *= (x * x) / k;
      sum += term;
    }
    return 0.5 + normalDensity(x) * sum;
  }
  // Phi(x) = phi(x) / (t + 1 / (t + 2 / (t + 3 / ...))), t = -x
  let fraction = -x;
  for (let k = 200; k >= 1; k--) fraction = -x + k / fraction;
  return normalDensity(x) / fraction;
}
