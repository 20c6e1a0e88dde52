import { numpy as np } from "@jax-js/jax";
import { disposeTree } from "minimand/engine";
import type { LeastSquaresProblem } from "../least-squares/index.ts";
import {
  type Equation,
  type EquationRows,
  type Equations,
  type Named,
  partial,
  type Rows,
  residualOf,
  secondPartial,
} from "./equations.ts";

/**
 * Returns the least-squares problems in `w` of equations of fields `f = basis w`: derivatives by `w` come from those by the fields, of
 * which there are few.
 *
 * `r = [s_e e(B_1 w, B_2 w, ...); ridge w]`, `J = [s_e sum_k (de/df_k) B_k; ridge]`
 *
 * @param ridge of the last rows; without them the parameters may be undetermined
 */
export function linearCombination(equations: Equations, ridge: number): LeastSquaresProblem<Rows> {
  const parts = Object.entries(equations);
  /** `f` of each equation at its fields; consumes both arguments. */
  const each = <T>(
    w: np.Array,
    theta: Rows,
    f: (equation: Equation, fields: Named, rows: EquationRows) => T,
  ): T[] => {
    const found = parts.map(([name, equation]) => {
      const fields = fieldsOf(theta[name].fields, w);
      const value = f(equation, fields, theta[name]);
      disposeTree(fields);
      return value;
    });
    w.dispose();
    disposeTree(theta);
    return found;
  };
  return {
    residual(w, theta) {
      const last = w.ref.mul(ridge);
      const rows = each(w, theta, (equation, fields, { data, weights }) =>
        residualOf(equation, fields, data).mul(weights.ref),
      );
      return np.concatenate([...rows, last], 1);
    },
    jacobian(w, theta) {
      const [problems, size] = w.shape;
      const unit = np.broadcastTo(
        np.eye(size, size, { dtype: w.dtype }).mul(ridge).reshape([1, size, size]),
        [...[problems, size, size]],
      );
      const rows = each(w, theta, (equation, fields, { fields: bases, data, weights }) =>
        Object.entries(bases)
          .map(([name, basis]) => {
            const slope = partial(equation, fields, data, name).mul(weights.ref);
            return slope.reshape([...slope.shape, 1]).mul(basis.ref);
          })
          .reduce((a, b) => a.add(b)),
      );
      return np.concatenate([...rows, unit], 1);
    },
    curvature(w, theta) {
      const terms = each(w, theta, (equation, fields, { fields: bases, data, weights }) => {
        const value = residualOf(equation, fields, data).mul(np.square(weights.ref));
        const names = Object.keys(bases);
        const pairs = names.flatMap((a, i) => names.slice(i).map((b) => [a, b] as const));
        const found = pairs.map(([a, b]) => {
          const bend = secondPartial(equation, fields, data, [a, b]).mul(value.ref);
          const weighted = bend.reshape([...bend.shape, 1]).mul(bases[b].ref);
          const product = np.matmul(np.transpose(bases[a].ref, [0, 2, 1]), weighted);
          return a === b ? product : product.ref.add(np.transpose(product, [0, 2, 1]));
        });
        value.dispose();
        return found.reduce((sum, term) => sum.add(term));
      });
      return terms.reduce((sum, term) => sum.add(term));
    },
  };
}

/** `basis w` for each field, `[problems, rows]`; keeps what it is given. */
function fieldsOf(bases: Named, w: np.Array): Named {
  const [problems, size] = w.shape;
  return Object.fromEntries(
    Object.entries(bases).map(([name, basis]) => [
      name,
      np.matmul(basis.ref, w.ref.reshape([problems, size, 1])).reshape(basis.shape.slice(0, 2)),
    ]),
  );
}
