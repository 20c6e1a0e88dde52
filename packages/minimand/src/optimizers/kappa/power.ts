import { numpy as np } from "@jax-js/jax";
import { log } from "../../engine/numerics.ts";
import { safeDivide, signOf } from "./kappa.ts";

/** `x^p` for x >= 0, exact at 0. The engine's own power is an exponential of an inexact logarithm. */
export function power(x: np.Array, p: number): np.Array {
  const ok = x.ref.greater(0);
  const safe = np.where(ok.ref, x, 1);
  return np.where(ok, np.exp(log(safe).mul(p)), 0);
}

/** `(sum |x|^p)^(1/p)`, taken after division by the largest entry: no overflow, and 0 at 0. */
export function norm(x: np.Array, p: number): np.Array {
  const size = np.abs(x);
  const largest = np.max(size.ref);
  const scaled = safeDivide(size, largest.ref);
  return largest.mul(power(power(scaled, p).sum(), 1 / p));
}

/** `sign(x) (|x| / ||x||_p)^(p-1)`, the gradient of the norm; 0 at 0. */
export function normGradient(x: np.Array, p: number): np.Array {
  const size = np.abs(x.ref);
  const largest = np.max(size.ref);
  const scaled = safeDivide(size, largest);
  const total = power(power(scaled.ref, p).sum(), 1 / p);
  return signOf(x).mul(power(safeDivide(scaled, total), p - 1));
}

/** The exponent of the dual norm: `1/p + 1/q = 1`. */
export const dual = (p: number): number => p / (p - 1);
