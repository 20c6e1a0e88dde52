import { numpy as np } from "@jax-js/jax";
import { mapNamed } from "../../models/tree-tensors.ts";

/**
 * A second owner of a training state, which training on leaves as it is: its arrays have one more use, and host memory, which
 * steps write into, is copied.
 *
 * @param state of any training step; looked at
 * @returns a state for `update`, `saveState` or {@link disposeState}
 * @example
 * const before = keepState(state)
 * const after = await fit({ step, state, batches })
 */
export function keepState<State>(state: State): State {
  return mapNamed(state, (leaf) => {
    if (leaf instanceof np.Array) return leaf.ref;
    return ArrayBuffer.isView(leaf) ? (leaf as Float32Array).slice() : leaf;
  }) as State;
}

/**
 * Gives up a training state that isn't needed any more.
 *
 * @param state of any training step; its arrays are consumed, host memory and numbers need nothing
 * @example
 * disposeState(state)
 */
export function disposeState(state: unknown): void {
  if (typeof state !== "object" || state === null || ArrayBuffer.isView(state)) return;
  if (state instanceof np.Array) state.dispose();
  else for (const part of Object.values(state)) disposeState(part);
}
