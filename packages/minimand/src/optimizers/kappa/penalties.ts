import { numpy as np } from "@jax-js/jax";
import { checkNumber } from "../../engine/checks.ts";
import { everywhere, type Kappa, makeKappa, positive, signOf } from "./kappa.ts";
import { inverseOf, symmetricPositive } from "./positive-definite.ts";
import { dual, norm, normGradient, power } from "./power.ts";

/**
 * `K(z) = ||z||^2 / 2`, `grad K = z`: gradient descent with momentum, and weight decay as the penalty
 * `(lambda / 2) ||x||^2`.
 */
export function l2squared(): Kappa {
  const half = (x: np.Array): np.Array => np.square(x).sum().mul(0.5);
  return makeKappa({
    name: "l2squared",
    value: half,
    grad: (z) => z,
    conjInside: half,
    conjGrad: (y) => y,
    violation: everywhere,
    even: true,
  });
}

const signedPower = (x: np.Array, p: number): np.Array => signOf(x.ref).mul(power(np.abs(x), p));

/**
 * `K(z) = sum |z_i|^p / p`. Weight decay lambda is the penalty `lambda^(q-1) / q sum |x_i|^q`, `1/p + 1/q = 1`.
 *
 * @throws RangeError for p that is not finite and above 1
 */
export function lpPower(p: number): Kappa {
  checkNumber("p", p, { above: 1 });
  const q = dual(p);
  return makeKappa({
    name: `lpPower(${p})`,
    value: (z) => power(np.abs(z), p).sum().div(p),
    grad: (z) => signedPower(z, p - 1),
    conjInside: (y) => power(np.abs(y), q).sum().div(q),
    conjGrad: (y) => signedPower(y, q - 1),
    violation: everywhere,
    even: true,
  });
}

/**
 * `K(z) = ||z||_p^2 / 2`. Weight decay lambda is the penalty `(lambda / 2) ||x||_q^2`, `1/p + 1/q = 1`.
 *
 * @throws RangeError for p that is not finite and above 1
 */
export function lpSquared(p: number): Kappa {
  checkNumber("p", p, { above: 1 });
  const halfSquare = (exponent: number) => (x: np.Array) => np.square(norm(x, exponent)).mul(0.5);
  const gradient = (exponent: number) => (x: np.Array) =>
    norm(x.ref, exponent).mul(normGradient(x, exponent));
  return makeKappa({
    name: `lpSquared(${p})`,
    value: halfSquare(p),
    grad: gradient(p),
    conjInside: halfSquare(dual(p)),
    conjGrad: gradient(dual(p)),
    violation: everywhere,
    even: true,
  });
}

/**
 * `K(z) = z' Q z / 2`: a fixed preconditioner, and weight decay as the penalty `(lambda / 2) x' Q^-1 x`.
 *
 * @param matrix Q, symmetric and positive definite, as rows; the array it acts on has as many entries as Q has rows
 * @throws TypeError, RangeError where Q isn't that, or the array has another number of entries
 */
export function quadratic(matrix: readonly (readonly number[])[]): Kappa {
  const q = symmetricPositive("matrix", matrix);
  const inverse = inverseOf(q);
  /** A matrix times an array, which it keeps. */
  const times = (m: Float64Array<ArrayBuffer>, x: np.Array): np.Array => {
    checkNumber("number of entries", x.size, { min: q.size, max: q.size, integer: true });
    const array = np.array(m, { shape: [q.size, q.size] }).astype(x.dtype);
    return np.matmul(array, x.ref.reshape([-1, 1])).reshape(x.shape);
  };
  const form = (m: Float64Array<ArrayBuffer>) => (x: np.Array) => times(m, x).mul(x).sum().mul(0.5);
  const product = (m: Float64Array<ArrayBuffer>) => (x: np.Array) => {
    const out = times(m, x);
    x.dispose();
    return out;
  };
  return makeKappa({
    name: "quadratic",
    value: form(q.entries),
    grad: product(q.entries),
    conjInside: form(inverse),
    conjGrad: product(inverse),
    violation: everywhere,
    even: true,
  });
}

/**
 * `K(z) = ||z||_1 + (c / 2) ||z||^2`: Lion with a linear part. Weight decay lambda is the soft box
 * `K*(y) = sum max(|y_i| - 1, 0)^2 / (2 c)`.
 *
 * @throws RangeError for c that is not above 0
 */
export function l1PlusQuadratic(c: number): Kappa {
  checkNumber("c", c, { above: 0 });
  const excess = (y: np.Array): np.Array => positive(np.abs(y).sub(1));
  return makeKappa({
    name: `l1PlusQuadratic(${c})`,
    value: (z) => {
      const size = np.abs(z.ref).sum();
      return size.add(
        np
          .square(z)
          .sum()
          .mul(c / 2),
      );
    },
    grad: (z) => signOf(z.ref).add(z.mul(c)),
    conjInside: (y) =>
      np
        .square(excess(y))
        .sum()
        .div(2 * c),
    conjGrad: (y) => signOf(y.ref).mul(excess(y)).div(c),
    violation: everywhere,
    even: true,
  });
}
