import { numpy as np } from "@jax-js/jax";
import { checkNumber, rangeError, typeError } from "../../engine/checks.ts";
import { log1p, logSumExp, sigmoid, softmax, softplus as softPlus } from "../../engine/numerics.ts";
import { type Kappa, makeKappa, positive, signOf, zeroOf, zerosOf } from "./kappa.ts";
import { isAmongLargest } from "./norms.ts";
import { safeLog, xLogX } from "./x-log-x.ts";

/**
 * `K = sum log(1 + e^z)`, `grad K = sigmoid(z)`. Weight decay lambda keeps `0 <= x_i <= 1 / lambda`, with
 * `K*(y) = sum y log y + (1 - y) log(1 - y)`.
 */
export function softplus(): Kappa {
  return makeKappa({
    name: "softplus",
    value: (z) => softPlus(z).sum(),
    grad: sigmoid,
    conjInside: (y) =>
      xLogX(y.ref)
        .add(xLogX(y.neg().add(1)))
        .sum(),
    conjGrad: (y) => safeLog(y.ref).sub(safeLog(y.neg().add(1))),
    violation: (y) => positive(np.maximum(np.max(y.ref.sub(1)), np.max(y.neg()))),
    even: false,
  });
}

/** How far y is from the simplex: its most negative entry, and its sum's distance to 1. */
const outsideSimplex = (y: np.Array): np.Array =>
  np.maximum(np.abs(y.ref.sum().sub(1)), positive(np.max(y.neg())));

/**
 * `K = log sum e^z`, `grad K = softmax(z)`. Weight decay lambda draws x to the simplex of sum `1 / lambda`, with the
 * entropy `K*(y) = sum y log y`. Starts outside the simplex come to it as `(1 - learningRate lambda)^t`.
 */
export function logsumexp(): Kappa {
  return makeKappa({
    name: "logsumexp",
    value: (z) => logSumExp(z.reshape([-1])),
    grad: (z) => {
      const { shape } = z;
      return softmax(z.reshape([-1])).reshape(shape);
    },
    conjInside: (y) => xLogX(y).sum(),
    conjGrad: (y) => safeLog(y),
    violation: outsideSimplex,
    even: false,
  });
}

/** `K = max z_i`, `grad K` = the first largest entry's unit vector: Frank-Wolfe on the simplex of sum `1 / lambda`. */
export function max(): Kappa {
  return makeKappa({
    name: "max",
    value: (z) => np.max(z),
    grad: (z) => isAmongLargest(z, 1),
    conjInside: zeroOf,
    conjGrad: zerosOf,
    violation: outsideSimplex,
    even: false,
  });
}

/** Where an exponential goes on as its tangent. */
export interface Clipped {
  /** Default 30, where `e^z` is 1e13. */
  clip?: number;
}

/**
 * `K = sum e^z`, `grad K = e^z`, which is the exponentiated gradient. Weight decay lambda keeps `x_i >= 0`, with
 * `K*(y) = sum y log y - y`.
 *
 * @param options `prior`: positive numbers p, one for all entries or one for each: `K = sum p e^z`,
 *   `K*(y) = sum y log(y / p) - y`, the relative entropy to p. `clip`: K goes on as its tangent beyond, so that a
 *   step never overflows; `violation` reports `y` above `p e^clip`
 * @throws TypeError, RangeError for a prior that is not positive or a clip that is not in (0, 80]
 */
export function exp({ prior = 1, clip = 30 }: Clipped & { prior?: number | readonly number[] } = {}): Kappa {
  checkNumber("clip", clip, { above: 0, max: 80 });
  if (typeof prior === "number") checkNumber("prior", prior, { above: 0 });
  else if (!Array.isArray(prior)) throw typeError("prior", "a number or an array of numbers", prior);
  else for (const [i, p] of prior.entries()) checkNumber(`prior[${i}]`, p, { above: 0 });
  const priorFor = (x: np.Array): np.Array => {
    if (typeof prior === "number") return np.array(prior, { dtype: x.dtype });
    if (prior.length !== x.size) throw rangeError("prior", `${x.size} numbers`, prior);
    return np.array(Float64Array.from(prior), { shape: x.shape }).astype(x.dtype);
  };
  return makeKappa({
    name: prior === 1 ? "exp" : "exp with a prior",
    value: (z) => {
      const p = priorFor(z);
      const beyond = positive(z.ref.sub(clip));
      return np.exp(np.minimum(z, clip)).mul(beyond.add(1)).mul(p).sum();
    },
    grad: (z) => {
      const p = priorFor(z);
      return np.exp(np.minimum(z, clip)).mul(p);
    },
    conjInside: (y) => {
      const p = priorFor(y);
      // y log(y / p) - y, and 0 at 0.
      const ratio = y.ref.div(p.ref);
      return xLogX(ratio).mul(p).sub(y).sum();
    },
    conjGrad: (y) => {
      const p = priorFor(y);
      return safeLog(y.div(p));
    },
    violation: (y) => {
      const p = priorFor(y);
      const over = np.max(y.ref.div(p).div(Math.exp(clip)).sub(1));
      return positive(np.maximum(over, np.max(y.neg())));
    },
    even: false,
  });
}

/**
 * `K = b sum cosh z`, `grad K = b sinh z`. Weight decay lambda is the hyperbolic entropy
 * `K*(y) = sum y asinh(y / b) - sqrt(y^2 + b^2)`: between exponentiated gradient on both signs (b to 0) and gradient
 * descent (b large).
 *
 * @param b > 0
 * @param options `clip`: K goes on as its tangent where `|z|` is beyond it; `violation` reports y beyond `b sinh(clip)`
 * @throws RangeError for b that is not above 0 or a clip that is not in (0, 80]
 */
export function hypentropy(b: number, { clip = 30 }: Clipped = {}): Kappa {
  checkNumber("b", b, { above: 0 });
  checkNumber("clip", clip, { above: 0, max: 80 });
  /** `sinh |z|` by expm1, which keeps a small z. */
  const sinh = (size: np.Array): np.Array => {
    const e = np.expm1(size);
    return e.ref.add(e.ref.div(e.add(1))).mul(0.5);
  };
  const asinh = (x: np.Array): np.Array => {
    const size = np.abs(x.ref);
    // asinh s = log1p(s + s^2 / (1 + sqrt(1 + s^2))); the quotient first, so that nothing overflows.
    const quotient = size.ref.div(np.sqrt(np.square(size.ref).add(1)).add(1));
    return signOf(x).mul(log1p(size.ref.add(size.mul(quotient))));
  };
  return makeKappa({
    name: `hypentropy(${b})`,
    value: (z) => {
      const size = np.abs(z);
      const beyond = positive(size.ref.sub(clip));
      const inside = np.minimum(size, clip);
      const e = np.exp(inside.ref);
      const cosh = e.ref.add(np.reciprocal(e)).mul(0.5);
      return cosh
        .add(beyond.mul(sinh(inside)))
        .sum()
        .mul(b);
    },
    grad: (z) => {
      const size = np.minimum(np.abs(z.ref), clip);
      return signOf(z).mul(sinh(size)).mul(b);
    },
    conjInside: (y) => {
      const root = np.sqrt(np.square(y.ref.div(b)).add(1)).mul(b);
      return y.ref
        .mul(asinh(y.div(b)))
        .sub(root)
        .sum();
    },
    conjGrad: (y) => asinh(y.div(b)),
    violation: (y) =>
      positive(
        np
          .max(np.abs(y))
          .div(b * Math.sinh(clip))
          .sub(1),
      ),
    even: true,
  });
}
