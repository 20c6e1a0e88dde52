import { numpy as np } from "@jax-js/jax";
import type { ProgramOutput } from "../write/ports.ts";
import { isResident, locate, type Place, type valuesAt, views } from "./engine-memory.ts";

/** What a program is given for one input. */
export type Leaf = np.Array | number;

export function placeOf(x: Leaf): Place {
  return typeof x === "number" ? Float32Array.of(x) : locate(x);
}

/** Returns the place of the i-th of several values of equal size. */
export function partOf(all: Place, { size, dtype }: Pick<ProgramOutput, "size" | "dtype">, i: number): Place {
  if (!isResident(all)) return all.subarray(i * size, (i + 1) * size);
  const bytes = size * views[dtype].BYTES_PER_ELEMENT;
  return { ptr: all.ptr + i * bytes, size: bytes, ref: 1 };
}

/** Whether nobody else holds an array or its buffer. */
export function isAlone(array: np.Array, place: Place): boolean {
  return isResident(place) && place.ref === 1 && array.refCount === 1;
}

/** Returns a result that was not written to the engine's memory: one without elements, a number, or one for another device. */
export function small(
  { dtype, shape, weak }: Pick<ProgramOutput, "dtype" | "shape" | "weak">,
  data: ReturnType<typeof valuesAt>,
): np.Array {
  if (data.length === 0) return np.zeros([...shape], { dtype: dtype as never });
  // A weak type is that of a number of JavaScript.
  return weak && dtype === "float32" && data.length === 1
    ? np.array(data[0]).reshape([...shape])
    : np.array(data as never, { shape: [...shape], dtype: dtype as never });
}
