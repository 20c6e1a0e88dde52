import { numpy as np } from "@jax-js/jax";
import { eager } from "./eager-rules.ts";

/**
 * Runs `f`, in which the engine makes a trace, and keeps all digits of JavaScript's numbers in it. The engine reads
 * such constants as float32, also where they meet float64: `x / 3` then is off by 3e-8.
 */
export function withExactNumbers<T>(f: () => T): T {
  const { dataSync } = np.Array.prototype;
  np.Array.prototype.dataSync = function (this: np.Array) {
    const number = this.ndim === 0 && this.weakType && this.dtype === "float32";
    return dataSync.call(number ? eager.cast([this], { dtype: np.float64 })[0] : this);
  };
  try {
    return f();
  } finally {
    np.Array.prototype.dataSync = dataSync;
  }
}
