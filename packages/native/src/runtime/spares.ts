import { defaultDevice, type numpy as np } from "@jax-js/jax";
import { eager } from "../lower/eager-rules.ts";
import type { DType } from "../lower/rule.ts";
import { sameNumbers } from "../lower/view.ts";
import type { ProgramOutput } from "../write/ports.ts";
import { allocate } from "./allocate.ts";
import { locate, type Place, views } from "./engine-memory.ts";
import { isAlone } from "./places.ts";

/** Where a result goes: an array, or values for one. */
export interface Slot {
  array: np.Array | null;
  place: Place;
}

export type Spares = ReturnType<typeof makeSpares>;

export const kindOf = ({ dtype, size, weak }: Pick<ProgramOutput, "dtype" | "size" | "weak">): string =>
  `${dtype} ${size} ${weak}`;

/**
 * Arrays that results are written to. An input that nobody else holds is not freed but kept for a later result of its
 * kind: parameters and optimizer state go back and forth between two buffers, without a copy.
 */
export function makeSpares(results: readonly ProgramOutput[]) {
  const kinds = new Map<string, { room: number; arrays: np.Array[] }>();
  for (const result of results) {
    const kind = kinds.get(kindOf(result)) ?? { room: 0, arrays: [] };
    kind.room++;
    if (result.size > 0) kinds.set(kindOf(result), kind);
  }
  return {
    take(result: ProgramOutput): Slot {
      const { dtype, shape, size, weak } = result;
      // Other devices than wasm keep their memory to themselves, and making a number is cheaper than making room for it.
      if (size === 0 || (size === 1 && weak) || defaultDevice() !== "wasm")
        return { array: null, place: new views[dtype](size) };
      let array = kinds.get(kindOf(result))!.arrays.pop() ?? allocate(result);
      if (!sameNumbers(array.shape, shape)) [array] = eager.reshape([array], { shape });
      return { array, place: locate(array) };
    },
    keep(array: np.Array, place: Place): void {
      const { dtype, size, weakType: weak } = array;
      const kind = kinds.get(kindOf({ dtype: dtype as DType, size, weak }));
      if (kind === undefined || !isAlone(array, place) || kind.arrays.length >= kind.room) array.dispose();
      // A new array over the same buffer: whoever still has the old one gets an error that it is gone.
      else kind.arrays.push(...eager.reshape([array], { shape: array.shape }));
    },
    dispose(): void {
      for (const kind of kinds.values()) for (const array of kind.arrays.splice(0)) array.dispose();
    },
  };
}
