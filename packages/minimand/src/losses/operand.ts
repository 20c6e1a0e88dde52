import type { numpy as np } from "@jax-js/jax";
import { constantOf, type Parameter } from "../engine/parameter.ts";

/** A parameter as an operand for arrays of the dtype of `like`; numbers stay numbers, which the engine folds. */
export function operand(value: Parameter, like: np.Array): Parameter {
  return typeof value === "number" ? value : constantOf(value, like.dtype);
}

/** One minus a parameter, as an operand. Consumes an array. */
export function complement(value: Parameter): Parameter {
  return typeof value === "number" ? 1 - value : value.neg().add(1);
}

/** One more use of a parameter. */
export function again(value: Parameter): Parameter {
  return typeof value === "number" ? value : value.ref;
}
