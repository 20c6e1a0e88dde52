import { numpy as np } from "@jax-js/jax";
import { checkNumber } from "../../engine/checks.ts";
import { log1p, logCosh } from "../../engine/numerics.ts";
import { type Kappa, makeKappa, positive, signOf } from "./kappa.ts";
import { xLogX } from "./x-log-x.ts";

/** Every kappa of this file keeps `|x_i| <= 1 / lambda`. */
const outsideBox = (y: np.Array): np.Array => positive(np.max(np.abs(y)).sub(1));

/** A kappa that is a sum over entries, with a threshold e in the units of the momentum. */
function box(
  name: string,
  e: number,
  parts: Pick<Parameters<typeof makeKappa>[0], "value" | "grad" | "conjInside" | "conjGrad">,
): Kappa {
  checkNumber("e", e, { above: 0 });
  return makeKappa({ name: `${name}(${e})`, ...parts, violation: outsideBox, even: true });
}

/**
 * Sign with a linear middle: `K = sum z^2 / (2 e)` for `|z| <= e`, `|z| - e/2` beyond; `grad K = clip(z / e, -1, 1)`.
 * Weight decay lambda: the box `|x_i| <= 1 / lambda` and the penalty `(lambda e / 2) ||x||^2`.
 *
 * @param e threshold > 0, in the units of the momentum; towards 0 it becomes Lion
 * @throws RangeError for e that is not above 0
 */
export function huber(e: number): Kappa {
  return box("huber", e, {
    value: (z) => {
      const size = np.abs(z);
      const small = size.ref.lessEqual(e);
      return np.where(small, np.square(size.ref).div(2 * e), size.sub(e / 2)).sum();
    },
    grad: (z) => np.clip(z.div(e), -1, 1),
    conjInside: (y) =>
      np
        .square(y)
        .sum()
        .mul(e / 2),
    conjGrad: (y) => y.mul(e),
  });
}

/**
 * Sign with a dead zone: `K = sum max(|z| - e, 0)`; entries with `|z| <= e` don't move. Weight decay lambda: the box
 * `|x_i| <= 1 / lambda` and the penalty `e ||x||_1`.
 *
 * @param e threshold > 0, in the units of the momentum
 * @throws RangeError for e that is not above 0
 */
export function deadzone(e: number): Kappa {
  return box("deadzone", e, {
    value: (z) => positive(np.abs(z).sub(e)).sum(),
    grad: (z) => {
      const moves = np.abs(z.ref).greater(e);
      return np.where(moves, signOf(z), 0);
    },
    conjInside: (y) => np.abs(y).sum().mul(e),
    conjGrad: (y) => signOf(y).mul(e),
  });
}

/**
 * `K = sum sqrt(z^2 + e^2) - e`, `grad K = z / sqrt(z^2 + e^2)`: the velocity of relativity. Weight decay lambda: a box with
 * `K*(y) = e sum (1 - sqrt(1 - y^2))`.
 *
 * @param e > 0, in the units of the momentum; towards 0 it becomes Lion
 * @throws RangeError for e that is not above 0
 */
export function relativistic(e: number): Kappa {
  // Measured in units of e, and by the larger of |z| and e: squares leave no dtype.
  const root = (z: np.Array): np.Array => {
    const size = np.abs(z).div(e);
    const large = np.maximum(size.ref, 1);
    const small = np.minimum(size, 1).div(large.ref);
    return large.mul(np.sqrt(np.square(small).add(1)));
  };
  const rest = (y: np.Array): np.Array => np.sqrt(positive(np.square(y).neg().add(1)));
  return box("relativistic", e, {
    // sqrt(s^2 + 1) - 1 = s^2 / (sqrt(s^2 + 1) + 1) keeps the digits of a small s.
    value: (z) => {
      const size = np.abs(z.ref).div(e);
      return size.ref
        .mul(size.div(root(z).add(1)))
        .sum()
        .mul(e);
    },
    grad: (z) => z.ref.div(e).div(root(z)),
    conjInside: (y) => {
      const square = np.square(y.ref);
      return square.div(rest(y).add(1)).sum().mul(e);
    },
    conjGrad: (y) => y.ref.mul(e).div(np.maximum(rest(y), 1e-12)),
  });
}

/**
 * `K = e sum log cosh(z / e)`, `grad K = tanh(z / e)`. Weight decay lambda: a box with
 * `K*(y) = (e / 2) sum ((1 + y) log(1 + y) + (1 - y) log(1 - y))`.
 *
 * @param e > 0, in the units of the momentum; towards 0 it becomes Lion
 * @throws RangeError for e that is not above 0
 */
export function logcosh(e: number): Kappa {
  return box("logcosh", e, {
    value: (z) => logCosh(z.div(e)).sum().mul(e),
    grad: (z) => np.tanh(z.div(e)),
    conjInside: (y) => {
      const above = xLogX(y.ref.add(1));
      return above
        .add(xLogX(y.neg().add(1)))
        .sum()
        .mul(e / 2);
    },
    // atanh, with the digits of a small y.
    conjGrad: (y) => {
      const size = np.minimum(np.abs(y.ref), 1);
      const room = np.maximum(size.ref.neg().add(1), 1e-12);
      return signOf(y)
        .mul(log1p(size.mul(2).div(room)))
        .mul(e / 2);
    },
  });
}
