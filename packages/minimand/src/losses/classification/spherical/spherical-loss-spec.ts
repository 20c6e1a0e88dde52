import { checkNumber } from "../../../engine/errors.ts";
import { expit, log1pExp } from "../../../engine/expit.ts";
import { readOptions } from "../../../engine/options.ts";

/**
 * A classification loss of the spherical family in plain numbers. It sees the scores `o` of one example only through their sum of squares
 * `q = sum_k o_k^2`, their sum `s = sum_k o_k` and the score of the target class `a = o_c`.
 *
 * Its gradient with respect to all scores is `2 gq o + gs 1 + ga e_c`, which is what lets an output layer of D classes
 * be trained exactly at a cost that does not depend on D.
 *
 * @see Vincent, de Brébisson, Bouthillier 2015, arXiv 1412.7091, section 2
 */
export interface SphericalLossSpec {
  /** Name for messages and reports. */
  name: string;
  /** The loss, for `D` classes. */
  value(q: number, s: number, a: number, D: number): number;
  /** `[dL/dq, dL/ds, dL/da]`. */
  partials(q: number, s: number, a: number, D: number): [gq: number, gs: number, ga: number];
}

/**
 * Squared error of the scores to the one-hot target, `||o - e_c||^2 = q - 2 a + 1`.
 *
 * @example
 * squaredErrorSpec.value(10, 4, 3, 4) // 5
 */
export const squaredErrorSpec: SphericalLossSpec = {
  name: "squared error",
  value: (q, _s, a) => q - 2 * a + 1,
  partials: () => [1, 0, -2],
};

/** Options of the Z-loss. */
export interface ZLossSpecOptions {
  /** Softness, > 0; default 1. As it grows, the loss becomes the hinge `max(0, b - z_c)`. */
  a?: number;
  /** Position, any finite number; default 0. */
  b?: number;
  /** Added to the variance of the scores, >= 0; default 1e-12. */
  eps?: number;
}

/**
 * The Z-loss, `log1pExp(a (b - z_c)) / a` of the standardised target score `z_c = (o_c - mu) / sigma`, with
 * `mu = s / D` and `sigma^2 = max(q / D - mu^2, 0) + eps`.
 *
 * Not the penalty on the logarithm of the softmax normaliser that carries the same name.
 *
 * @throws RangeError for `a <= 0`, a non-finite `b`, `eps < 0`
 * @example
 * zLossSpec().value(10, 4, 3, 4) // 0.178434
 * @see de Brébisson, Vincent 2016, arXiv 1604.08859
 */
export function zLossSpec(options: ZLossSpecOptions = {}): SphericalLossSpec {
  const {
    a: softness,
    b,
    eps,
  } = readOptions("zLossSpec", options, { a: [1, { above: 0 }], b: [0, {}], eps: [1e-12, { min: 0 }] });
  const statistics = (q: number, s: number, a: number, D: number) => {
    const mu = s / D;
    // Rounding may leave a negative difference where all scores are nearly equal.
    const sigma = Math.sqrt(Math.max(q / D - mu * mu, 0) + eps);
    return { mu, sigma, z: (a - mu) / sigma };
  };
  return {
    name: `Z-loss (a ${softness}, b ${b})`,
    value: (q, s, a, D) => log1pExp(softness * (b - statistics(q, s, a, D).z)) / softness,
    partials(q, s, a, D) {
      const { mu, sigma, z } = statistics(q, s, a, D);
      const g = expit(softness * (b - z));
      return [(g * z) / (2 * D * sigma * sigma), (g * (1 - (z * mu) / sigma)) / (D * sigma), -g / sigma];
    },
  };
}

/**
 * Log-Taylor softmax, `log(D + s + q / 2) - log(1 + a + a^2 / 2)`: softmax with the exponential replaced by its
 * second-order Taylor polynomial, which is at least 1/2.
 *
 * @example
 * taylorSoftmaxSpec.value(10, 4, 3, 4) // 0.424883
 * @see de Brébisson, Vincent 2015, arXiv 1511.05042
 */
export const taylorSoftmaxSpec: SphericalLossSpec = {
  name: "log-Taylor softmax",
  value: (q, s, a, D) => Math.log(D + s + q / 2) - Math.log(1 + a + (a * a) / 2),
  partials(q, s, a, D) {
    const Z = D + s + q / 2;
    return [1 / (2 * Z), 1 / Z, -(1 + a) / (1 + a + (a * a) / 2)];
  },
};

/**
 * Log-spherical softmax, `log(q + D eps) - log(a^2 + eps)`: probabilities proportional to `o_k^2 + eps`.
 *
 * @param options `eps > 0`, default 1e-2: a hyperparameter that matters, tried from 1e-2 to 1
 * @throws RangeError for `eps <= 0`
 * @example
 * sphericalSoftmaxSpec({ eps: 1e-9 }).value(10, 4, 3, 4) // 0.105361
 * @see de Brébisson, Vincent 2015, arXiv 1511.05042
 */
export function sphericalSoftmaxSpec(options: { eps?: number } = {}): SphericalLossSpec {
  const { eps } = readOptions("sphericalSoftmaxSpec", options, { eps: [1e-2, { above: 0 }] });
  return {
    name: `log-spherical softmax (eps ${eps})`,
    value: (q, _s, a, D) => Math.log(q + D * eps) - Math.log(a * a + eps),
    partials: (q, _s, a, D) => [1 / (q + D * eps), 0, (-2 * a) / (a * a + eps)],
  };
}

/**
 * Bouchard's quadratic upper bound of the softmax cross-entropy, with `lambda = (1/(1+e^-xi) - 1/2) / (2 xi)`:
 * `-(D-2)^2 / (16 D lambda) - D xi / 2 - D lambda xi^2 + D log(1+e^xi) + s/D + lambda (q - s^2/D) - a`.
 *
 * @param options `xi > 0`, the point where the bound touches; default 1
 * @throws RangeError for `xi <= 0`
 * @example
 * upperBoundSpec().value(10, 4, 3, 4) // 0.943117
 * @see Bouchard 2007; de Brébisson, Vincent 2015, arXiv 1511.05042
 */
export function upperBoundSpec(options: { xi?: number } = {}): SphericalLossSpec {
  const { xi } = readOptions("upperBoundSpec", options, { xi: [1] });
  const { lambda, offset } = upperBoundConstants(xi);
  return {
    name: `upper bound of log-softmax (xi ${xi})`,
    value: (q, s, a, D) => offset(D) + s / D + lambda * (q - (s * s) / D) - a,
    partials: (_q, s, _a, D) => [lambda, 1 / D - (2 * lambda * s) / D, -1],
  };
}

/** The curvature of Bouchard's bound and its part that depends on the number of classes only. */
export function upperBoundConstants(xi: number): { lambda: number; offset: (D: number) => number } {
  checkNumber("xi", xi, { above: 0 });
  // sigmoid(xi) - 1/2 = tanh(xi / 2) / 2 keeps its digits at small xi.
  const lambda = Math.tanh(xi / 2) / (4 * xi);
  return {
    lambda,
    offset: (D) =>
      -((D - 2) ** 2) / (16 * D * lambda) - (D * xi) / 2 - D * lambda * xi * xi + D * log1pExp(xi),
  };
}
