import type { Equation, Variable } from "../lower/lower.ts";
import { isLiteral, isNumber } from "./kernels.ts";

/** Equations on vectors in groups, in order: those that share a vector, which are computed in one loop. */
export function loopsOf(equations: readonly Equation[]): Equation[][] {
  const groups = new Map<Variable, Variable>();
  const groupOf = (v: Variable): Variable => {
    let group = v;
    for (let next = groups.get(group); next !== undefined; next = groups.get(group)) group = next;
    return group;
  };
  const onVectors = equations.filter((eqn) => !isNumber(eqn.outBinders[0]));
  for (const { inputs, outBinders } of onVectors) {
    for (const atom of inputs) {
      if (isLiteral(atom) || isNumber(atom)) continue;
      const [a, b] = [groupOf(atom), groupOf(outBinders[0])];
      if (a !== b) groups.set(a, b);
    }
  }
  const loops = new Map<Variable, Equation[]>();
  for (const eqn of onVectors) {
    const group = groupOf(eqn.outBinders[0]);
    loops.set(group, [...(loops.get(group) ?? []), eqn]);
  }
  return [...loops.values()];
}
