import { numpy as np } from "@jax-js/jax";
import type { ProgramOutput } from "../write/ports.ts";
import { views } from "./engine-memory.ts";

type Kind = Pick<ProgramOutput, "dtype" | "size" | "weak">;

/** Returns an array on the wasm device with memory of its own: of values that are not all equal, or a part of such. */
export function allocate({ dtype, size, weak }: Kind): np.Array {
  const data = new views[dtype](Math.max(size, 2));
  data[0] = 1;
  const array =
    weak && dtype === "float32"
      ? // Of numbers of JavaScript, so that it gives way to other types as they do.
        np.where(np.array(Int32Array.from(data), { dtype: np.bool, device: "wasm" }), 1, 0)
      : np.array(data as never, { dtype: dtype as never, device: "wasm" });
  return size > 1 ? array : array.slice([0, 1]);
}
