/**
 * Returns the quantile of a Beta distribution, by bisection of its distribution function.
 *
 * @example
 * betaQuantile(0.5, 2, 2) // 0.5
 */
export function betaQuantile(p: number, a: number, b: number): number {
  let [low, high] = [0, 1];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (betaCdf(middle, a, b) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Returns the distribution function of a Beta distribution (the regularised incomplete beta function). */
export function betaCdf(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  // The continued fraction converges fast below the mean only.
  return x < (a + 1) / (a + b + 2) ? lowerTail(x, a, b) : 1 - lowerTail(1 - x, b, a);
}

/** `x^a (1 - x)^b / (a B(a, b))` times the continued fraction of Gauss, from its front by Lentz's method. */
function lowerTail(x: number, a: number, b: number): number {
  const logFront = a * Math.log(x) + b * Math.log1p(-x) + logGamma(a + b) - logGamma(a) - logGamma(b);
  const tiny = 1e-300;
  let [c, d, fraction] = [1, 0, 1];
  for (let k = 0; k < 10_000; k++) {
    const m = k >> 1;
    const term =
      k === 0
        ? 1
        : k % 2 === 0
          ? (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
          : (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / nonZero(1 + term * d, tiny);
    c = nonZero(1 + term / c, tiny);
    fraction *= c * d;
    if (k > 0 && Math.abs(c * d - 1) < 1e-15) break;
  }
  return (Math.exp(logFront) * (fraction - 1)) / a;
}

function nonZero(x: number, tiny: number): number {
  return Math.abs(x) < tiny ? tiny : x;
}

/** `log Gamma(x)` for `x > 0`: Stirling's series, after the recurrence has brought x beyond 12. */
function logGamma(x: number): number {
  let product = 1;
  let z = x;
  for (; z < 12; z++) product *= z;
  const w = 1 / (z * z);
  const series = (1 / 12 - w * (1 / 360 - w * (1 / 1260 - w * (1 / 1680 - w / 1188)))) / z;
  return (z - 0.5) * Math.log(z) - z + 0.5 * Math.log(2 * Math.PI) + series - Math.log(product);
}
