import { checkNumber, rangeError } from "minimand/engine";
import type { SeaQuantities } from "./sea-quantities.ts";

type Sums = Pick<SeaQuantities, "sigma2Sum" | "Sigma2Sum" | "sigma2Max" | "Sigma2Max">;

/** Kinds of losses for which the paper bounds the expected regret of optimistic mirror descent. */
export type SeaSetting =
  | { losses: "convex" }
  | { losses: "strongly convex"; lambda: number }
  | { losses: "exp-concave"; alpha: number; dimension: number }
  /** Dynamic regret against a path of this length. */
  | { losses: "convex, moving target"; pathLength: number };

/**
 * Returns the order of the expected regret of optimistic mirror descent, from noise and drift as they are: the paper's terms with every
 * constant 1. It says how the regret grows, not how large it is.
 *
 * convex `sqrt(sigma^2) + sqrt(Sigma^2)`; strongly convex `(sigma^2_max + Sigma^2_max) / lambda * log(1 + (sigma^2 + Sigma^2) /
 * (sigma^2_max + Sigma^2_max))`; exp-concave `(d / alpha) log(1 + sigma^2 + Sigma^2)`; moving target `P + sqrt(1 + P)
 * (sqrt(sigma^2) + sqrt(Sigma^2))`; each with sigma^2 and Sigma^2 summed over the rounds.
 *
 * @throws RangeError for lambda, alpha <= 0 or a negative length
 * @see Chen, Zhang, Tu, Zhao, Zhang 2023, arXiv 2302.04552, theorems 1 to 6
 */
export function seaRate(setting: SeaSetting, { sigma2Sum, Sigma2Sum, sigma2Max, Sigma2Max }: Sums): number {
  const roots = Math.sqrt(sigma2Sum) + Math.sqrt(Sigma2Sum);
  switch (setting.losses) {
    case "convex":
      return roots;
    case "strongly convex": {
      checkNumber("lambda", setting.lambda, { above: 0 });
      const max = sigma2Max + Sigma2Max;
      return max === 0 ? 0 : (max / setting.lambda) * Math.log1p((sigma2Sum + Sigma2Sum) / max);
    }
    case "exp-concave":
      checkNumber("alpha", setting.alpha, { above: 0 });
      checkNumber("dimension", setting.dimension, { min: 1, integer: true });
      return (setting.dimension / setting.alpha) * Math.log1p(sigma2Sum + Sigma2Sum);
    case "convex, moving target":
      checkNumber("pathLength", setting.pathLength, { min: 0 });
      return setting.pathLength + Math.sqrt(1 + setting.pathLength) * roots;
    default:
      throw rangeError("losses", "one of the kinds of the paper", (setting as { losses: unknown }).losses);
  }
}

/**
 * Returns the bound on the expected regret of {@link oftrl} for convex losses, with its constants:
 *
 *     D (6 sqrt(sigma^2) + 3 sqrt(2) sqrt(Sigma^2)) + 3 sqrt(2) D G / 2 + nu + (4 D^2 G^2 + 9 L^2 D^4) / nu
 *
 * @throws RangeError unless D, G, nu > 0 and L >= 0
 * @see Sachs, Hadiji, van Erven, Guzman 2022, arXiv 2202.07554, theorem 5
 */
export function oftrlExpectedBound(
  { D, G, L, nu }: { D: number; G: number; L: number; nu: number },
  { sigma2Sum, Sigma2Sum }: Pick<Sums, "sigma2Sum" | "Sigma2Sum">,
): number {
  for (const [name, value] of Object.entries({ D, G, nu })) checkNumber(name, value, { above: 0 });
  checkNumber("L", L, { min: 0 });
  const three = 3 * Math.SQRT2;
  return (
    D * (6 * Math.sqrt(sigma2Sum) + three * Math.sqrt(Sigma2Sum)) +
    (three * D * G) / 2 +
    nu +
    (4 * D ** 2 * G ** 2 + 9 * L ** 2 * D ** 4) / nu
  );
}

/**
 * Returns the bound on the expected regret of {@link oftlStronglyConvex}:
 * `(1 / mu) sum_t (8 sigma^2_max + 4 v_t^2) / t + (4 D^2 L^2 / mu) log(1 + 16 L / mu)`.
 *
 * @throws RangeError unless D, L, mu > 0
 * @see Sachs, Hadiji, van Erven, Guzman 2022, arXiv 2202.07554, theorem 7
 */
export function oftlExpectedBound(
  { D, L, mu }: { D: number; L: number; mu: number },
  { sigma2Max, Sigma2 }: Pick<SeaQuantities, "sigma2Max" | "Sigma2">,
): number {
  for (const [name, value] of Object.entries({ D, L, mu })) checkNumber(name, value, { above: 0 });
  let sum = 0;
  Sigma2.forEach((v2, i) => {
    sum += (8 * sigma2Max + 4 * v2) / (i + 1);
  });
  return sum / mu + ((4 * D * D * L * L) / mu) * Math.log1p((16 * L) / mu);
}
