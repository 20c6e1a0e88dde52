import { checkNumber, rangeError } from "minimand/engine";

/** The linear model of the theory: normal features, equal random bags, many rows and inputs. */
export interface AggregateModel {
  /** Size of the bags, a whole number. */
  k: number;
  /** Rows over inputs, `n / d`. */
  psi: number;
  /** Variance of the responses' noise. */
  sigma2: number;
  /** Squared length of the true coefficients: the variance of the responses that features explain. */
  signal2: number;
}

/** Risk of estimating the coefficients, `E |theta - theta_0|^2`, and its parts. A new response costs `sigma2` more. */
export interface AggregateRisk {
  /** Root of the fixed-point equation. */
  g: number;
  bias2: number;
  variance: number;
  /** `bias2 + variance`. */
  risk: number;
}

/**
 * Returns the exact risk of linear regression from bag means, for many rows and inputs in the ratio `psi`.
 *
 * With `a = psi / k`, `b = psi (k - 1) / k` and the root `g > 0` of `a g / (1 + g) + b rho g / (1 + rho g) = 1`,
 * `D = a / (1 + g)^2 + b rho / (1 + rho g)^2`, `q = rho b / (1 + rho g)`:
 * `variance = sigma2 a g / ((1 + g)^2 D)`, `bias2 = signal2 (g q^2 / D) (1 + (1 - 2 q g) / b)`.
 *
 * @param options `rho >= 0`, `k >= 1`, `psi > 1` (for `rho = 0`: `psi > k`), `sigma2 >= 0`, `signal2 >= 0`
 * @returns `g`, `bias2`, `variance`, `risk`; a finite sample of `d` inputs differs by about `1 / d`
 * @throws TypeError, RangeError for numbers out of range
 * @example
 * aggregateRisk({ rho: 0.3, k: 2, psi: 4, sigma2: 0.5, signal2: 1 }).risk // 0.3219
 * @see Javanmard et al. 2024, arXiv 2401.11081, section 3 (this form is derived anew, and agrees with simulation)
 */
export function aggregateRisk({ rho, ...model }: AggregateModel & { rho: number }): AggregateRisk {
  checkNumber("rho", rho, { min: 0 });
  checkModel(model);
  const { k, psi, sigma2, signal2 } = model;
  if (rho === 0 && psi <= k) throw rangeError("psi", `a number > k = ${k} for rho 0`, psi);
  const alpha = psi / k;
  const beta = (psi * (k - 1)) / k;
  const g = rootOf((x) => (alpha * x) / (1 + x) + (beta * rho * x) / (1 + rho * x) - 1);
  const D = alpha / (1 + g) ** 2 + (beta * rho) / (1 + rho * g) ** 2;
  const q = (rho * beta) / (1 + rho * g);
  const variance = (sigma2 * alpha * g) / ((1 + g) ** 2 * D);
  const bias2 = q === 0 ? 0 : Math.max(0, ((signal2 * g * q * q) / D) * (1 + (1 - 2 * q * g) / beta));
  return { g, bias2, variance, risk: bias2 + variance };
}

/**
 * Returns the signal-to-noise ratio `signal2 / sigma2` below which the instance-level loss beats the bag-level loss.
 *
 * `[1 / (psi / k - 1) - 1 / (k (psi - 1))] / [((k - 1) / k)^2 + (k - 1) / (k^2 (psi - 1))]`
 *
 * @param options `k >= 2` and `psi > 1`
 * @returns the threshold; `Infinity` for `psi <= k`, where the bag-level fit is not determined
 * @throws TypeError, RangeError for numbers out of range
 * @example
 * instanceLevelThreshold({ k: 2, psi: 4 }) // 2.5
 * @see Javanmard et al. 2024, arXiv 2401.11081, lemma 3
 */
export function instanceLevelThreshold({ k, psi }: { k: number; psi: number }): number {
  checkNumber("k", k, { min: 2, integer: true });
  checkNumber("psi", psi, { above: 1 });
  if (psi <= k) return Infinity;
  const saved = 1 / (psi / k - 1) - 1 / (k * (psi - 1));
  return saved / (((k - 1) / k) ** 2 + (k - 1) / (k * k * (psi - 1)));
}

/** Checks the numbers of a model. */
export function checkModel({ k, psi, sigma2, signal2 }: AggregateModel): void {
  checkNumber("k", k, { min: 1, integer: true });
  checkNumber("psi", psi, { above: 1 });
  checkNumber("sigma2", sigma2, { min: 0 });
  checkNumber("signal2", signal2, { min: 0 });
}

/** The root of an increasing function on (0, infinity), by bisection of its logarithm. */
function rootOf(f: (x: number) => number): number {
  let [low, high] = [Math.log(1e-12), Math.log(1e12)];
  for (let i = 0; i < 200 && high - low > 1e-15 * Math.max(1, Math.abs(low)); i++) {
    const middle = (low + high) / 2;
    if (f(Math.exp(middle)) < 0) low = middle;
    else high = middle;
  }
  return Math.exp((low + high) / 2);
}
