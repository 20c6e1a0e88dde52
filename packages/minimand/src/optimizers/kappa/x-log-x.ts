import { numpy as np } from "@jax-js/jax";
import { log } from "../../engine/numerics.ts";

/** `x log x` for x >= 0, elementwise, 0 at 0 (and below, where only rounding leads). */
export function xLogX(x: np.Array): np.Array {
  const ok = x.ref.greater(0);
  const safe = np.where(ok.ref, x, 1);
  return np.where(ok, safe.ref.mul(log(safe)), 0);
}

/** `log x`, elementwise, of x at least 1e-30. */
export function safeLog(x: np.Array): np.Array {
  return log(np.maximum(x, 1e-30));
}
