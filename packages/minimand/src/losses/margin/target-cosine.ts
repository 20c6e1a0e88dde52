import { numpy as np } from "@jax-js/jax";
import { type Parameter, parameter } from "../../engine/parameter.ts";

/*
 * Transformations psi of the target's cosine t. None goes through arccos, whose slope is infinite at +-1, except for
 * a multiple of the angle that is no integer.
 */

/**
 * `cos(theta + m)` by the addition theorem; `m` a number, a 0-d array or an array that broadcasts to the shape of `t`.
 *
 * `monotone`: where `theta > pi - m`, where the cosine would rise again, `t - m sin m` instead.
 */
export function addToAngle(t: np.Array, m: Parameter, monotone: boolean): np.Array {
  if (m === 0) return t;
  const margin = parameter(m, t);
  if (!monotone) return addTo(t, margin);
  // A negative margin never passes pi.
  const past = t.ref.less(np.cos(margin.ref).neg()).mul(margin.ref.greater(0));
  const straight = t.ref.sub(margin.ref.mul(np.sin(margin.ref)));
  return np.where(past, straight, addTo(t, margin));
}

function addTo(t: np.Array, margin: np.Array): np.Array {
  const turned = sine(t.ref).mul(np.sin(margin.ref));
  return t.mul(np.cos(margin)).sub(turned);
}

/** `t - m`. */
export function subtractFromCosine(t: np.Array, m: Parameter): np.Array {
  return m === 0 ? t : t.sub(parameter(m, t));
}

/** SphereFace: `(-1)^k cos(m theta) - 2k`, `theta` in `[k pi / m, (k + 1) pi / m]`; falls from 1 to `1 - 2m`. */
export function multiplyAngle(t: np.Array, m: number): np.Array {
  if (m === 1) return t;
  const { first, second } = chebyshev(t.ref, m);
  second.dispose();
  let piece = first;
  for (let k = 0; k < m - 1; k++) {
    // From the piece x_k = (-1)^k c - 2k to the next, (-1)^(k + 1) c - 2 (k + 1) = -x_k - 4k - 2.
    const past = t.ref.lessEqual(Math.cos(((k + 1) * Math.PI) / m));
    piece = np.where(past, piece.ref.neg().sub(4 * k + 2), piece);
  }
  t.dispose();
  return piece;
}

/** `cos(m1 theta + m2) - m3`. */
export function combine(
  t: np.Array,
  { m1, m2, m3 }: { m1: number; m2: Parameter; m3: Parameter },
  monotone: boolean,
): np.Array {
  if (m1 === 1) return subtractFromCosine(addToAngle(t, m2, monotone), m3);
  const margin = parameter(m2, t);
  if (!Number.isInteger(m1)) {
    const inside = t.dtype === np.float64 ? 1 - 1e-7 : 1 - 1e-6;
    const angle = np.arccos(np.clip(t, -inside, inside)).mul(parameter(m1, t));
    return subtractFromCosine(np.cos(angle.add(margin)), m3);
  }
  const { first, second } = chebyshev(t.ref, m1);
  const turned = sine(t).mul(second).mul(np.sin(margin.ref));
  return subtractFromCosine(first.mul(np.cos(margin)).sub(turned), m3);
}

/**
 * `sin theta` for theta in [0, pi]. Its slope is held at 0 within rounding of the ends, where the tangent vector it
 * multiplies is 0 as well.
 */
function sine(t: np.Array): np.Array {
  const floor = t.dtype === np.float64 ? 1e-14 : 1e-7;
  return np.sqrt(np.maximum(t.ref.neg().add(1).mul(t.add(1)), floor));
}

/** `T_m(t) = cos(m theta)` and `U_{m-1}(t) = sin(m theta) / sin theta`. */
function chebyshev(t: np.Array, m: number): { first: np.Array; second: np.Array } {
  let [before, first] = [t.ref.mul(0).add(1), t.ref];
  let [earlier, second] = [t.ref.mul(0), t.ref.mul(0).add(1)];
  for (let k = 1; k < m; k++) {
    [before, first] = [first.ref, t.ref.mul(first).mul(2).sub(before)];
    [earlier, second] = [second.ref, t.ref.mul(second).mul(2).sub(earlier)];
  }
  before.dispose();
  earlier.dispose();
  t.dispose();
  return { first, second };
}
