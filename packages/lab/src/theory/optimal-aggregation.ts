import { checkNumber, oneOf, rangeError, readOptions } from "minimand/engine";
import { type AggregateModel, type AggregateRisk, aggregateRisk, checkModel } from "./aggregate-risk.ts";

/**
 * Returns the mixture of bag-level and instance-level loss of least risk.
 *
 * Golden section around the best of 101 points; the risk has had one minimum wherever it was looked at, which is not proved.
 *
 * @param options of {@link aggregateRisk}, and `bounds` of `rho`, default `[0, 1]`
 * @returns `rho` and its `risk`
 * @throws TypeError, RangeError as {@link aggregateRisk}, and for bounds that aren't `0 <= low < high`
 * @example
 * optimalRho({ k: 5, psi: 8, sigma2: 1, signal2: 1 }) // { rho: 0.1704, risk: 0.5042 }
 * @see Javanmard et al. 2024, arXiv 2401.11081, section 3
 */
export function optimalRho(options: AggregateModel & { bounds?: readonly [number, number] }): {
  rho: number;
  risk: number;
} {
  const { bounds, ...model } = readOptions("optimalRho", options, {
    k: true,
    psi: true,
    sigma2: true,
    signal2: true,
    bounds: [[0, 1]],
  });
  checkNumber("bounds[0]", bounds[0], { min: 0 });
  checkNumber("bounds[1]", bounds[1], { above: bounds[0] });
  checkModel(model);
  return leastRisk((rho) => aggregateRisk({ rho, ...model }).risk, bounds, model.psi <= model.k);
}

/** The minimum over rho; at 0 the risk is infinite where the bag-level fit is not determined. */
function leastRisk(
  riskAt: (rho: number) => number,
  [low, high]: readonly [number, number],
  open: boolean,
): { rho: number; risk: number } {
  const risk = (rho: number): number => (open && rho === 0 ? Infinity : riskAt(rho));
  const steps = 100;
  let best = 0;
  const grid = Array.from({ length: steps + 1 }, (_, i) => low + ((high - low) * i) / steps);
  const risks = grid.map(risk);
  for (let i = 1; i <= steps; i++) if (risks[i] < risks[best]) best = i;
  let [a, b] = [grid[Math.max(0, best - 1)], grid[Math.min(steps, best + 1)]];
  const golden = (Math.sqrt(5) - 1) / 2;
  for (let i = 0; i < 60; i++) {
    const [left, right] = [b - golden * (b - a), a + golden * (b - a)];
    if (risk(left) < risk(right)) b = right;
    else a = left;
  }
  const inner = { rho: (a + b) / 2, risk: risk((a + b) / 2) };
  // Ends of the range are on the grid, and exact there.
  return risks[best] <= inner.risk * (1 + 1e-12) ? { rho: grid[best], risk: risks[best] } : inner;
}

/** The noise of private bag means, as `privatiseBagMeans` adds it with `C`. */
export interface PrivateNoise {
  /** Number of rows. */
  n: number;
  epsilon: number;
  /** Responses are clipped at `C sqrt(log n)`. */
  C: number;
  /** As in `privatiseBagMeans`; default `sound`. */
  sensitivity?: "sound" | "paper";
}

/** {@link AggregateRisk} with the noise that privacy adds. */
export interface PrivateAggregateRisk extends AggregateRisk {
  /** Where responses are clipped. */
  bound: number;
  laplaceScale: number;
  /** `sigma2` plus what the noise of a bag's mean amounts to in each of its responses. */
  effectiveSigma2: number;
}

/**
 * Risk of linear regression from private bag means.
 *
 * {@link aggregateRisk} with `sigma2 + 2 k b^2` for `sigma2`, where `b = 2 C sqrt(log n) / (k epsilon)` is the scale of the
 * Laplace noise (half of it for the paper's sensitivity). The effect of clipping is left out.
 *
 * @param options of {@link aggregateRisk}; `n >= 2`, `epsilon > 0`, `C > 0`, `sensitivity`
 * @throws TypeError, RangeError for numbers out of range
 * @example
 * const model = { rho: 1, k: 5, psi: 6, sigma2: 1, signal2: 1 };
 * privateAggregateRisk({ ...model, n: 1000, C: 2, epsilon: 1 }).risk // 2.4804
 * @see Javanmard et al. 2024, arXiv 2401.11081, section 4
 */
export function privateAggregateRisk(
  options: AggregateModel & PrivateNoise & { rho: number },
): PrivateAggregateRisk {
  const { n, epsilon, C, sensitivity, k, sigma2 } = readOptions("privateAggregateRisk", options, {
    k: true,
    psi: true,
    sigma2: true,
    signal2: true,
    n: { min: 2, integer: true },
    epsilon: { above: 0 },
    C: { above: 0 },
    sensitivity: ["sound", oneOf(["sound", "paper"])],
    rho: true,
  });
  checkModel(options);
  const bound = C * Math.sqrt(Math.log(n));
  const laplaceScale = ((sensitivity === "sound" ? 2 : 1) * bound) / (k * epsilon);
  const effectiveSigma2 = sigma2 + 2 * k * laplaceScale ** 2;
  return { ...aggregateRisk({ ...options, sigma2: effectiveSigma2 }), bound, laplaceScale, effectiveSigma2 };
}

/**
 * Returns the bag size, and the mixture of losses if `rho` is not given, of least risk under private bag means.
 *
 * @param options `n` rows, `d` inputs (`psi = n / d`), `sigma2`, `signal2`; `epsilon`, `C`, `sensitivity`; the sizes `ks` to
 * choose from; `rho`, or none to choose the best for each size
 * @returns the best `k`, its `rho` and `risk`, and the `table` of all sizes; `risk` is `Infinity` where a fit is not determined
 * @throws TypeError, RangeError for numbers out of range, no sizes, `n <= d`
 * @example
 * const wanted = { n: 2000, d: 50, sigma2: 1, signal2: 1, epsilon: 1, C: 2.1, ks: [1, 2, 3, 4, 5] };
 * optimalBagSize({ ...wanted, rho: 0 }).k // 1
 * optimalBagSize({ ...wanted, rho: 1 }).k // 5
 * @see Javanmard et al. 2024, arXiv 2401.11081, section 4
 */
export function optimalBagSize(
  options: Omit<PrivateNoise, "n"> & {
    n: number;
    d: number;
    sigma2: number;
    signal2: number;
    ks: readonly number[];
    rho?: number;
  },
): { k: number; rho: number; risk: number; table: { k: number; rho: number; risk: number }[] } {
  const { n, d, sigma2, signal2, ks, rho, ...noise } = readOptions("optimalBagSize", options, {
    epsilon: true,
    C: true,
    sensitivity: true,
    n: true,
    d: { min: 1, integer: true },
    sigma2: true,
    signal2: true,
    ks: true,
    rho: [undefined, { min: 0 }],
  });
  checkNumber("n", n, { min: d + 1, integer: true });
  if (ks.length === 0) throw rangeError("ks", "at least one bag size", ks);
  const psi = n / d;
  const table = ks.map((k) => {
    checkNumber("ks", k, { min: 1, integer: true });
    const riskAt = (at: number): number =>
      privateAggregateRisk({ ...noise, n, k, psi, sigma2, signal2, rho: at }).risk;
    if (rho === undefined) return { k, ...leastRisk(riskAt, [0, 1], psi <= k) };
    return { k, rho, risk: rho === 0 && psi <= k ? Infinity : riskAt(rho) };
  });
  return { ...table.reduce((best, row) => (row.risk < best.risk ? row : best)), table };
}
