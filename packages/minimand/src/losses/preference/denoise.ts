import type { numpy as np } from "@jax-js/jax";
import { checkFloatArray, checkShape } from "../../engine/checks.ts";
import type { Parameter } from "../../engine/parameter.ts";
import { again, operand } from "../operand.ts";
import type { LossOptions } from "../per-example.ts";
import { againPairs, checkFlipRate, type PairLogps, swapPairs } from "./pair-logps.ts";

/**
 * Takes the noise out of a loss of preferences: an estimate whose expectation over labels that are swapped with probability `epsilon` is
 * the loss of the true labels.
 *
 * `((1 - epsilon) A - epsilon B) / (1 - 2 epsilon)`, `A` with the labels as observed, `B` with them swapped
 *
 * @param observed float, of any shape
 * @param swapped the same losses with chosen and rejected exchanged
 * @param epsilon `0 <= epsilon < 1/2`
 * @returns the denoised losses; their variance grows as `(1 - 2 epsilon)^-2`
 * @throws TypeError, RangeError for shapes that differ, and for `epsilon` outside [0, 1/2)
 * @example
 * denoise(np.array([2, 1]), np.array([1, 3]), 0.25) // [2.5, 0]
 * @see Ray Chowdhury et al. 2024, arXiv 2403.00409; Natarajan et al. 2013, lemma 1
 */
export function denoise(observed: np.Array, swapped: np.Array, epsilon: Parameter): np.Array {
  checkFlipRate(epsilon);
  checkFloatArray("observed", observed, observed?.shape?.length ?? 1, "of losses");
  checkFloatArray("swapped", swapped, observed.shape.length, "of losses");
  checkShape("swapped", swapped, observed.shape);
  const e = operand(epsilon, observed);
  const rest = typeof e === "number" ? 1 - 2 * e : e.ref.mul(-2).add(1);
  // A + e (A - B) / (1 - 2 e): without noise it is A itself.
  return observed.ref.add(observed.sub(swapped).mul(e).div(rest));
}

/** A loss of preferences or of margins as {@link robustify} takes and gives it. */
export type LossOfPairs<P extends np.Array | PairLogps> = (pairs: P, options?: LossOptions) => np.Array;

/**
 * The robust version of any loss of preferences: {@link denoise} of it and of itself with the labels swapped.
 *
 * `robustify(dpoLoss, epsilon)` is {@link robustDpoLoss}; of {@link hingePreferenceLoss} it is rSLiC, of {@link ipoLoss} rIPO, and of
 * `softplus` of negative margins the loss that a robust reward model is trained by.
 *
 * @param loss of pairs `(pairs, { weights }) => [batch]`, or of margins `(margin) => [batch]`, where swapped labels are negative margins
 * @param epsilon `0 <= epsilon < 1/2`; an array stays the caller's
 * @returns a loss of the same arguments
 * @throws RangeError for `epsilon` outside [0, 1/2)
 * @example
 * const robust = robustify((margin: np.Array) => np.maximum(margin.neg().add(1), 0), 0.2)
 * robust(np.array([0, 2])) // [1, -1]
 */
export function robustify<P extends np.Array | PairLogps>(
  loss: LossOfPairs<P>,
  epsilon: Parameter,
): LossOfPairs<P> {
  checkFlipRate(epsilon);
  return (pairs, options) => {
    const { weights, ...rest } = options ?? {};
    const given = (use: np.Array | undefined): [LossOptions?] =>
      options === undefined ? [] : [{ ...rest, ...(use !== undefined && { weights: use }) }];
    if ("policyChosen" in pairs) {
      const observed = loss(againPairs(pairs) as P, ...given(weights?.ref));
      return denoise(observed, loss(swapPairs(pairs) as P, ...given(weights)), again(epsilon));
    }
    const margins = pairs as np.Array;
    const observed = loss(margins.ref as P, ...given(weights?.ref));
    return denoise(observed, loss(margins.neg() as P, ...given(weights)), again(epsilon));
  };
}
