import { numpy as np } from "@jax-js/jax";
import { isPromise, typeError } from "../../engine/errors.ts";

/**
 * Refuses a state whose arrays were consumed, and one that is still to come.
 *
 * @param argument how the caller calls it
 * @throws TypeError
 */
export function checkOwned(argument: string, state: unknown): void {
  if (isPromise(state)) throw typeError(argument, "a state of the step, e.g. step.init(keyOf(0))", state);
  if (!isFreed(state)) return;
  const expected = "a state that no step has consumed (keepState keeps one)";
  throw typeError(argument, expected, "one whose arrays are freed");
}

function isFreed(state: unknown): boolean {
  if (typeof state !== "object" || state === null || ArrayBuffer.isView(state)) return false;
  return state instanceof np.Array ? state.refCount <= 0 : Object.values(state).some(isFreed);
}
