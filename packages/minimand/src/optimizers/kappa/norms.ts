import { numpy as np } from "@jax-js/jax";
import { checkNumber, rangeError } from "../../engine/checks.ts";
import { type Kappa, makeKappa, positive, signOf, zeroOf, zerosOf } from "./kappa.ts";
import { dual, norm, normGradient } from "./power.ts";

/** A norm: its conjugate is 0 in the unit ball of the dual norm and infinite outside. */
function normKappa(
  name: string,
  value: (z: np.Array) => np.Array,
  grad: (z: np.Array) => np.Array,
  dualNorm: (y: np.Array) => np.Array,
): Kappa {
  return makeKappa({
    name,
    value,
    grad,
    conjInside: zeroOf,
    conjGrad: zerosOf,
    violation: (y) => positive(dualNorm(y).sub(1)),
    even: true,
  });
}

/**
 * Lion's kappa: `K(z) = sum |z_i|`, `grad K = sign`. Weight decay lambda keeps `|x_i| <= 1 / lambda`.
 *
 * @see Chen, Liu, Liang, Liu 2024, arXiv 2310.05898, table of kappas
 */
export function l1(): Kappa {
  return normKappa(
    "l1",
    (z) => np.abs(z).sum(),
    signOf,
    (y) => np.max(np.abs(y)),
  );
}

/**
 * `K(z) = ||z||_p`, `grad K = sign(z) (|z| / ||z||_p)^(p-1)`. Weight decay lambda keeps `||x||_q <= 1 / lambda`,
 * `1/p + 1/q = 1`.
 *
 * @param p above 1; 2 is {@link l2}, towards 1 it becomes {@link l1}
 * @throws RangeError for p that is not finite and above 1
 * @see Chen, Liu, Liang, Liu 2024, arXiv 2310.05898, table of kappas
 */
export function lp(p: number): Kappa {
  checkNumber("p", p, { above: 1 });
  return normKappa(
    `lp(${p})`,
    (z) => norm(z, p),
    (z) => normGradient(z, p),
    (y) => norm(y, dual(p)),
  );
}

/** `K(z) = ||z||_2`: normalised gradient descent. Weight decay lambda keeps `||x||_2 <= 1 / lambda`. */
export function l2(): Kappa {
  return normKappa(
    "l2",
    (z) => norm(z, 2),
    (z) => normGradient(z, 2),
    (y) => norm(y, 2),
  );
}

/**
 * `K(z) = max |z_i|`; moves one coordinate at a time, the first of equals. Weight decay lambda keeps
 * `||x||_1 <= 1 / lambda`: sparse weights.
 */
export function linf(): Kappa {
  return normKappa(
    "linf",
    (z) => np.max(np.abs(z)),
    (z) => {
      const first = isAmongLargest(np.abs(z.ref), 1);
      return signOf(z).mul(first);
    },
    (y) => np.abs(y).sum(),
  );
}

/** How many of an array's entries: a number, or a share of them (at least one). */
export type Count = number | { fraction: number };

/**
 * `K(z)` = sum of the k largest `|z_i|`; `grad K` = the signs of those, 0 elsewhere (first of equals). Weight decay lambda
 * keeps `|x_i| <= 1 / lambda` and `||x||_1 <= k / lambda`.
 *
 * @param k a count >= 1 (all entries of an array that has fewer), or `{ fraction }` of each array, in (0, 1]
 * @throws RangeError for a count below 1 or a fraction outside of (0, 1]
 */
export function topk(k: Count): Kappa {
  if (typeof k === "object" && k !== null) checkNumber("k.fraction", k.fraction, { above: 0, max: 1 });
  else checkNumber("k", k, { min: 1, integer: true });
  const countFor = (x: np.Array): number =>
    typeof k === "number" ? Math.min(k, x.size) : Math.max(1, Math.round(k.fraction * x.size));
  return makeKappa({
    name: typeof k === "number" ? `topk(${k})` : `topk(${100 * k.fraction} %)`,
    value: (z) => {
      const count = countFor(z);
      const size = np.abs(z);
      const chosen = isAmongLargest(size.ref, count);
      return size.mul(chosen).sum();
    },
    grad: (z) => {
      const chosen = isAmongLargest(np.abs(z.ref), countFor(z));
      return signOf(z).mul(chosen);
    },
    conjInside: zeroOf,
    conjGrad: zerosOf,
    violation: (y) => {
      const count = countFor(y);
      const size = np.abs(y);
      return positive(np.maximum(np.max(size.ref), size.sum().div(count)).sub(1));
    },
    even: true,
  });
}

/** 1 at the `count` largest entries, the first of equals, 0 elsewhere; in the shape and dtype of `x`. */
export function isAmongLargest(x: np.Array, count: number): np.Array {
  const { shape, dtype, size } = x;
  if (size === 0) throw rangeError("z", "at least one entry", x);
  if (count >= size) return zerosOf(x).add(1);
  // The rank of every entry is the inverse of the permutation that sorts.
  const order = np.argsort(x.reshape([-1]).mul(-1));
  return np.argsort(order).less(count).astype(dtype).reshape(shape);
}
