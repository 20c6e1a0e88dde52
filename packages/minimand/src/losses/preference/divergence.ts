import { numpy as np } from "@jax-js/jax";
import { checkChoice, checkParameter } from "../../engine/checks.ts";
import { softplus } from "../../engine/numerics.ts";
import type { Parameter } from "../../engine/parameter.ts";
import { again, operand } from "../operand.ts";

/** A divergence between policy and reference, or the alpha-divergence of an own alpha; alpha 1 is `"reverse-kl"`, 0 `"forward-kl"`. */
export type Divergence = "reverse-kl" | "forward-kl" | "jensen-shannon" | AlphaDivergence;

/** The alpha-divergence. */
export interface AlphaDivergence {
  /** The exponent, a finite number. */
  alpha: Parameter;
}

/** Largest exponent that is taken: exponentials stay finite in float32, and beyond it there is no gradient. */
const largestExponent = 80;

/** The smallest distance of alpha from 1 that is told from it. */
const nearOne = 1e-6;

/** Throws for an unknown divergence or an invalid alpha. */
export function checkDivergence(divergence: Divergence): void {
  if (typeof divergence === "object" && divergence !== null)
    checkParameter("divergence.alpha", divergence.alpha);
  else checkChoice("divergence", divergence, ["reverse-kl", "forward-kl", "jensen-shannon"]);
}

/**
 * The score of responses by their log-ratios `r = log(policy / reference)`: `f'(e^r) - f'(1)` for the divergence's `f`, so that it is 0
 * where policy and reference agree. Of an alpha it takes a use more.
 *
 *     reverse-kl       r
 *     forward-kl       1 - e^-r
 *     jensen-shannon   log sigma(r) + log 2
 *     alpha            (e^((alpha - 1) r) - 1) / (alpha - 1)
 *
 * @see Wang et al. 2023, arXiv 2309.16240
 */
export function divergenceScore(logRatio: np.Array, divergence: Divergence): np.Array {
  if (typeof divergence === "object") return alphaScore(logRatio, divergence.alpha);
  if (divergence === "reverse-kl") return logRatio;
  if (divergence === "forward-kl") return clampedExpm1(logRatio.neg()).neg();
  return softplus(logRatio.neg()).neg().add(Math.LN2);
}

function alphaScore(logRatio: np.Array, alpha: Parameter): np.Array {
  if (typeof alpha === "number") {
    const c = alpha - 1;
    return Math.abs(c) < nearOne ? logRatio : clampedExpm1(logRatio.mul(c)).div(c);
  }
  const given = (operand(again(alpha), logRatio) as np.Array).sub(1);
  const c = np.where(np.abs(given.ref).less(nearOne), nearOne, given);
  return clampedExpm1(logRatio.mul(c.ref)).div(c);
}

function clampedExpm1(x: np.Array): np.Array {
  return np.expm1(np.minimum(x, largestExponent));
}
