import { numpy as np } from "@jax-js/jax";
import { expm1 } from "../../../engine/numerics.ts";
import { type Parameter, parameter } from "../../../engine/parameter.ts";

/** `Phi_tau` as a function of `s = log(1 + u)`: `expm1((1 - tau) s) / (1 - tau)`, and `s` within 1e-7 of `tau = 1`. */
export function phi(s: np.Array, tau: Parameter): np.Array {
  if (typeof tau === "number") {
    const t = 1 - tau;
    return Math.abs(t) < 1e-7 ? s : expm1(s.mul(t)).div(t);
  }
  const t = parameter(tau, s).neg().add(1);
  const isOne = np.abs(t.ref).less(1e-7);
  const safe = np.where(isOne.ref, 1, t);
  return np.where(isOne, s.ref, expm1(safe.ref.mul(s)).div(safe));
}
