import { checkNumber, rangeError, readOptions } from "minimand/engine";
import { withPresentNames } from "minimand/internals";
import { compSumPhi } from "./comp-sum-phi.ts";
import { type CompSumFamily, compSumInverseTransform, renamedInFamily } from "./comp-sum-transform.ts";

/**
 * What is known of the risks. The best risk in the hypothesis set and its minimizability gap come together or not at all. Without them
 * their difference is bounded by 0 from below, which is always true and makes the bound larger.
 */
export type KnownRisks = {
  /** Risk of the trained model under the loss, on held-out data. */
  surrogateRisk: number;
  /** Minimizability gap of the (adversarial) zero-one loss, or a lower bound of it; default 0. */
  zeroOneGap?: number;
} & (
  | {
      /** Least risk under the loss in the hypothesis set. */
      bestInClassRisk: number;
      /** Minimizability gap of the loss. */
      surrogateGap: number;
    }
  | { bestInClassRisk?: undefined; surrogateGap?: undefined }
);

/**
 * Returns how much the error rate of a model can exceed the best in its hypothesis set, given its comp-sum risk.
 *
 * `R_01(h) - R*_01(H) <= Gamma_tau(R_tau(h) - R*_tau(H) + M_tau(H)) - M_01(H)` for symmetric and complete hypothesis
 * sets, with `Gamma` of {@link compSumInverseTransform}. An error can't differ by more than 1, so both are cut there.
 *
 * @param options `tau`, `classes`, `surrogateRisk`; where known `bestInClassRisk` with `surrogateGap`, `zeroOneGap`
 * @returns `excessErrorBound` by the exact inverse, `simpleBound` by its closed-form upper bound
 * @throws TypeError, RangeError for numbers outside their ranges, for one of `bestInClassRisk` and `surrogateGap`
 * without the other, or where their regret is negative
 * @example
 * hConsistencyBound({ tau: 1, classes: 10, surrogateRisk: 0.05 }).excessErrorBound // 0.3136
 * @see Mao, Mohri, Zhong 2023, arXiv 2304.07288, theorem 3.1
 */
export function hConsistencyBound(options: CompSumFamily & KnownRisks): {
  excessErrorBound: number;
  simpleBound: number;
} {
  const { tau, classes, zeroOneGap } = readOptions(
    "hConsistencyBound",
    withPresentNames(options, renamedInFamily),
    {
      tau: true,
      classes: true,
      surrogateRisk: true,
      zeroOneGap: [0],
      bestInClassRisk: true,
      surrogateGap: true,
    },
  );
  const regret = surrogateRegret(options);
  const bound = (form: "exact" | "simple") =>
    Math.max(0, Math.min(1, compSumInverseTransform(regret, { tau, classes, form })) - zeroOneGap);
  return { excessErrorBound: bound("exact"), simpleBound: bound("simple") };
}

/**
 * Returns how much the adversarial error rate of a model can exceed the best in its hypothesis set, given its risk under the adversarial
 * comp-sum rho-margin loss, or the smooth one above it.
 *
 * `Phi_tau(1) (R_gamma(h) - R*_gamma(H) + M_gamma(H)) <= R(h) - R*(H) + M(H)` for symmetric, locally rho-consistent
 * hypothesis sets. With the smooth loss (`nu >= sqrt(n - 1) / rho`), `R(h)` is its risk, `R*` and `M` are those of
 * the rho-margin loss.
 *
 * @param options `tau >= 0` and the risks, as in {@link hConsistencyBound}
 * @returns the bound, in `[0, 1]`
 * @throws TypeError, RangeError as {@link hConsistencyBound}
 * @example
 * adversarialHConsistencyBound({ tau: 1, surrogateRisk: 0.1 }) // 0.1443
 * @see Mao, Mohri, Zhong 2023, arXiv 2304.07288, section 5
 */
export function adversarialHConsistencyBound(options: { tau: number } & KnownRisks): number {
  const { tau, zeroOneGap } = readOptions("adversarialHConsistencyBound", options, {
    tau: true,
    surrogateRisk: true,
    zeroOneGap: [0],
    bestInClassRisk: true,
    surrogateGap: true,
  });
  const bound = surrogateRegret(options) / compSumPhi(1, { tau });
  return Math.max(0, Math.min(1, bound) - zeroOneGap);
}

/** `R(h) - R*(H) + M(H)`, checked. */
function surrogateRegret(options: KnownRisks): number {
  const { surrogateRisk, bestInClassRisk, surrogateGap, zeroOneGap = 0 } = options;
  checkNumber("surrogateRisk", surrogateRisk, { min: 0 });
  checkNumber("zeroOneGap", zeroOneGap, { min: 0, max: 1 });
  if (bestInClassRisk === undefined && surrogateGap === undefined) return surrogateRisk;
  checkNumber("bestInClassRisk", bestInClassRisk, { min: 0 });
  checkNumber("surrogateGap", surrogateGap, { min: 0 });
  const regret = surrogateRisk - bestInClassRisk + surrogateGap;
  if (regret < 0)
    throw rangeError("surrogateRisk", `a number >= ${bestInClassRisk - surrogateGap}`, surrogateRisk);
  return regret;
}
