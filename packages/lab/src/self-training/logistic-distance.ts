import { lax, numpy as np } from "@jax-js/jax";
import { sigmoid, softplus } from "minimand/engine";

/** Points of a search over distances. */
const points = 32;

/**
 * Returns how far the worst case of the logistic loss moves an input: `t` that makes `softplus(a t - M) - gamma t^2 / 2` largest, a
 * constant for differentiation, `[batch]`.
 *
 * `gamma t = a sigmoid(a t - M)` has one solution for `gamma > a^2 / 4` and up to three below, all in [0, a / gamma]: the best
 * point of a grid, the best of a finer one around it, then Newton's method.
 */
export function logisticDistance(margins: np.Array, norm: np.Array, gamma: np.Array): np.Array {
  const m = lax.stopGradient(margins).reshape([-1, 1]);
  const a = lax.stopGradient(norm);
  const g = lax.stopGradient(gamma);
  const most = a.ref.div(g.ref);
  const grid = np
    .arange(points + 1)
    .reshape([1, -1])
    .astype(m.dtype)
    .div(points);
  /** The best of the distances `t`, `[batch, 1]`. */
  const best = (t: np.Array): np.Array => {
    const values = softplus(a.ref.mul(t.ref).sub(m.ref)).sub(np.square(t.ref).mul(g.ref).mul(0.5));
    const top = np.max(values.ref, -1, { keepdims: true });
    return np.max(np.where(values.greaterEqual(top), t, 0), -1, { keepdims: true });
  };
  let t = best(grid.ref.mul(most.ref));
  const around = grid
    .sub(0.5)
    .mul(2 / points)
    .mul(most.ref);
  t = best(np.clip(t.add(around), 0, most.ref));
  for (let i = 0; i < 3; i++) {
    const s = sigmoid(a.ref.mul(t.ref).sub(m.ref));
    const slope = a.ref.mul(s.ref).sub(g.ref.mul(t.ref));
    const curvature = np
      .square(a.ref)
      .mul(s.ref.mul(s.neg().add(1)))
      .sub(g.ref);
    // Newton's step where the function bends down, as it does near its maximum.
    const isDown = curvature.ref.less(0);
    const step = np.where(isDown.ref, slope, 0).div(np.where(isDown, curvature, -1));
    t = np.clip(t.sub(step), 0, most.ref);
  }
  for (const array of [m, a, g, most]) array.dispose();
  return lax.stopGradient(t).reshape([-1]);
}
