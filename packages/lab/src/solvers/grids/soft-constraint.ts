import { numpy as np } from "@jax-js/jax";
import { disposeTree, mapTree, oneOf, rangeError, readOptions } from "minimand/engine";
import { type Equations, residualOf } from "./equations.ts";
import type { LayerTerms } from "./layer-rows.ts";

/**
 * Returns by how much a field misses its equations: the loss of networks that are trained without solutions, and the outer loss of those
 * with a {@link linearCombinationLayer}.
 *
 * `sum_e mean_batch sqrt(mean e^2)` with `norm`, `sum_e mean e^2` with `squared`
 *
 * @param equations whose residuals are asked for
 * @param terms of a field: those of a basis of size 1; consumed
 * @param options `form`, default `norm`
 * @returns the sum over equations, 0-d
 * @throws RangeError for terms of more than one basis function, and for residuals of another shape
 * @example
 * const equations = { fit: { at: "samples", residual: ({ y }: { [name: string]: np.Array }) => y.sub(1) } } as const
 * softConstraintLoss(equations, { fit: { fields: { y: np.array([[[3], [-1]]]) } } }) // 2
 * @see Raissi, Perdikaris, Karniadakis 2019, J. Comput. Phys. 378
 */
export function softConstraintLoss(
  equations: Equations,
  terms: LayerTerms,
  options: { form?: "norm" | "squared" } = {},
): np.Array {
  const { form } = readOptions("softConstraintLoss", options, { form: ["norm", oneOf(["norm", "squared"])] });
  return Object.values(equationResiduals(equations, terms))
    .map((r) => {
      const squares = np.mean(np.square(r), 1);
      // The root has no derivative at 0.
      return np.mean(form === "norm" ? np.sqrt(np.maximum(squares, 1e-20)) : squares);
    })
    .reduce((sum, value) => sum.add(value));
}

/**
 * Returns the residual of each equation at a field, `[batch, rows]`.
 *
 * @param terms of a field: those of a basis of size 1; consumed
 * @throws RangeError for terms of more than one basis function, and for residuals of another shape
 * @example
 * const equations = { fit: { at: "samples", residual: ({ y }: { [name: string]: np.Array }) => y.sub(1) } } as const
 * equationResiduals(equations, { fit: { fields: { y: np.array([[[3], [-1]]]) } } }).fit // [[2, -2]]
 */
export function equationResiduals(equations: Equations, terms: LayerTerms): { [name: string]: np.Array } {
  return Object.fromEntries(
    Object.entries(equations).map(([name, equation]) => {
      const { fields, data = {} } = terms[name];
      const rows = (x: np.Array): np.Array => x.reshape([x.shape[0], -1]);
      for (const [field, x] of Object.entries(fields))
        if (x.shape.at(-1) !== 1) throw rangeError(`terms.${name}.fields.${field}`, "a last axis of 1", x);
      const flat = { fields: mapTree(rows, fields), data: mapTree(rows, data) };
      const residual = residualOf(equation, flat.fields, flat.data);
      disposeTree(flat);
      return [name, residual];
    }),
  );
}
