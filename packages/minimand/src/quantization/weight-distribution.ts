import { numpy as np } from "@jax-js/jax";
import { checkFloatArray, isArrayLike, peek, rangeError, typeError } from "../engine/checks.ts";
import { oneOf, readOptions } from "../engine/options.ts";

/** Kurtosis of the uniform distribution: weights of that shape lose least by quantisation. */
const uniformKurtosis = 1.8;

const deviations = ["unbiased", "population"] as const;

/** Of {@link wdrLoss}. */
export interface WdrOptions {
  /** The kurtosis that is aimed at; default 1.8, that of the uniform distribution. */
  target?: number;
  /** Default 1; 0.015 in the authors' code. */
  kurtosisRate?: number;
  /** Default 1. */
  skewnessRate?: number;
  /** The standard deviation's denominator: `n - 1` (`unbiased`, default, as the authors' code), or `n` (`population`). */
  std?: (typeof deviations)[number];
  /** Whether the first array is left out, as in the authors' code; default false. */
  skipFirst?: boolean;
}

/**
 * Skewness and kurtosis of the numbers of an array: `mean(u^3)` and `mean(u^4)` of `u = (w - mean) / sigma`.
 *
 * @param w float, any shape with at least 4 numbers that aren't all the same
 * @param options `std`, see {@link WdrOptions}
 * @returns two arrays `[]`; consumes w
 * @throws TypeError, RangeError for a wrong dtype, fewer numbers, and where they are seen to be the same
 * @example
 * weightMoments(np.array([-1, 1, -1, 1]), { std: "population" }).kurtosis // 1.0000
 * @see Xu et al. 2023, arXiv 2308.07650, equation (6)
 */
export function weightMoments(
  w: np.Array,
  options: { std?: WdrOptions["std"] } = {},
): { skewness: np.Array; kurtosis: np.Array } {
  const { std } = readOptions("weightMoments", options, { std: ["unbiased", oneOf(deviations)] });
  if (!isArrayLike(w)) throw typeError("w", "a float array", w);
  checkFloatArray("w", w, w.ndim, "of any shape");
  if (w.size < 4) throw rangeError("w", "at least 4 numbers", w);
  const values = peek(w);
  if (values !== null && Array.from(values).every((v) => v === values[0]))
    throw rangeError("w", "numbers that aren't all the same", values[0]);
  const n = w.size;
  const centred = w.ref.sub(w.mean());
  const variance = np
    .square(centred.ref)
    .sum()
    .div(std === "unbiased" ? n - 1 : n);
  const u = centred.div(np.sqrt(variance));
  const square = np.square(u.ref);
  return { skewness: square.ref.mul(u).mean(), kurtosis: np.square(square).mean() };
}

/**
 * Weight distribution regularisation: weights without skew, and as flat as evenly spread ones.
 *
 * `(1 / L) sum_l [ skewnessRate Skew(w_l)^2 + kurtosisRate (Kurt(w_l) - target)^2 ]`, unchanged by `w <- a w + c` with `a != 0`
 *
 * @param weights float arrays of any shapes, one a layer, as {@link weightMoments} takes them
 * @param options rates, target and deviation, see {@link WdrOptions}
 * @returns one number >= 0, `[]`; consumes the weights
 * @throws TypeError, RangeError for no weights, and as {@link weightMoments}
 * @example
 * wdrLoss([np.array([-1, 1, -1, 1])], { std: "population" }) // 0.6400
 * @see Xu et al. 2023, arXiv 2308.07650, equations (6) to (8)
 */
export function wdrLoss(weights: readonly np.Array[], options: WdrOptions = {}): np.Array {
  const { target, kurtosisRate, skewnessRate, std, skipFirst } = readOptions("wdrLoss", options, {
    target: [uniformKurtosis, { min: 1 }],
    kurtosisRate: [1, { min: 0 }],
    skewnessRate: [1, { min: 0 }],
    std: true,
    skipFirst: [false],
  });
  if (!Array.isArray(weights)) throw typeError("weights", "a list of float arrays", weights);
  const first = skipFirst ? 1 : 0;
  if (weights.length <= first) throw rangeError("weights", `at least ${first + 1} arrays`, weights);
  const terms = (weights as np.Array[]).flatMap((w, i) => {
    if (i < first) {
      w.dispose();
      return [];
    }
    const { skewness, kurtosis } = weightMoments(w, { std });
    return [
      np
        .square(skewness)
        .mul(skewnessRate)
        .add(np.square(kurtosis.sub(target)).mul(kurtosisRate)),
    ];
  });
  return terms.reduce((a, b) => a.add(b)).div(terms.length);
}
