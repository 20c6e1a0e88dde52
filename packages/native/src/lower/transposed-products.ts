import type { Equation, Program, Variable } from "./lower.ts";
import { type Uses, usesOf } from "./pattern.ts";
import { sameNumbers } from "./view.ts";

/**
 * Returns a traced program with its matrix products marked of which only the transpose is read, as of gradients of weights. They are then
 * computed the other way round, in the memory order of the weights.
 */
export function withTransposedProducts({ inBinders, eqns, outs }: Program): Program {
  const uses = usesOf({ inBinders, eqns, outs });
  const told = eqns.map((eqn): Equation => {
    if (eqn.primitive !== "dot" || !isTransposed(eqn.outBinders[0], uses)) return eqn;
    const { primitive, inputs, outBinders } = eqn;
    const params = { ...eqn.params, transposed: true };
    return { primitive, params, inputs, outBinders, toString: () => eqn.toString() };
  });
  return { inBinders, eqns: told, outs };
}

function isTransposed(product: Variable, uses: Uses): boolean {
  const { shape } = product.aval;
  // The engine adds and takes away axes of size one on the way.
  for (let value = product; ; ) {
    const [use, ...others] = uses.get(value) ?? [];
    if (use === undefined || others.length > 0) return false;
    if (use.primitive === "transpose")
      return sameNumbers(use.params.perm, [1, 0]) && sameNumbers(value.aval.shape, shape);
    if (use.primitive !== "reshape") return false;
    [value] = use.outBinders;
    if (!sameNumbers(withoutOnes(value.aval.shape), withoutOnes(shape))) return false;
  }
}

const withoutOnes = (shape: readonly number[]): number[] => shape.filter((size) => size !== 1);
