import { checkNumber } from "../../engine/errors.ts";

/**
 * The least value that the normalised softmax loss can have, averaged over balanced classes.
 *
 * `log(1 + (C - 1) exp(-s C / (C - 1)))`, reached where every embedding lies on its centre and the centres form a
 * regular simplex (which needs `C - 1` dimensions).
 *
 * @param classes number of classes `C >= 2`
 * @param scale `s >= 0`
 * @returns a number >= 0
 * @throws RangeError for fewer than 2 classes, a negative scale
 * @example
 * normalizedSoftmaxLowerBound(2, 1) // 0.126928
 * @see Wang et al. 2017, arXiv 1704.06369, proposition 2
 */
export function normalizedSoftmaxLowerBound(classes: number, scale: number): number {
  checkNumber("classes", classes, { min: 2, integer: true });
  checkNumber("scale", scale, { min: 0 });
  return Math.log1p((classes - 1) * Math.exp((-scale * classes) / (classes - 1)));
}

/**
 * The least scale at which the normalised softmax can give a target the probability wanted.
 *
 * `s = ((C - 1) / C) log((C - 1) P / (1 - P))`, the inverse of {@link normalizedSoftmaxLowerBound} with `L = -log P`
 *
 * @param classes number of classes `C >= 2`
 * @param probability `P`, at least `1 / C` and below 1
 * @returns a number >= 0
 * @throws RangeError for fewer than 2 classes, a probability outside its range
 * @example
 * scaleForProbability(18, 0.99) // 7.0156
 * @see Boutros et al. 2021, arXiv 2109.09416, for its use with few classes; Wang et al. 2017, arXiv 1704.06369
 */
export function scaleForProbability(classes: number, probability: number): number {
  checkNumber("classes", classes, { min: 2, integer: true });
  checkNumber("probability", probability, { min: 1 / classes, below: 1 });
  return ((classes - 1) / classes) * Math.log(((classes - 1) * probability) / (1 - probability));
}
