import { type Jaxpr, numpy as np } from "@jax-js/jax";

/** Runs what the engine's eager rules do, one primitive each; `jit` runs a whole traced program. */
export const eager = (
  np.Array as unknown as {
    _implRules(): {
      cast(args: np.Array[], params: { dtype: np.DType }): np.Array[];
      jit(args: np.Array[], params: { jaxpr: Jaxpr }): np.Array[];
      reshape(args: np.Array[], params: { shape: readonly number[] }): np.Array[];
    };
  }
)._implRules();
