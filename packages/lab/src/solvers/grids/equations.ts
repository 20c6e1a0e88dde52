import { numpy as np } from "@jax-js/jax";
import { checkShape, forward, refTree } from "minimand/engine";

/** Named arrays. */
export type Named = { [name: string]: np.Array };

/**
 * One equation that a field has to fulfil at points: a residual of what is known of the field there (its value, its
 * derivatives), point by point.
 */
export interface Equation {
  /**
   * `samples`: on a grid, of which each expert sees points of its own block; `everywhere`: rows that all experts see; `blocks`: rows
   * of each expert's own, e.g. where its block meets others.
   */
  at: "samples" | "everywhere" | "blocks";
  /**
   * Shapes `[problems, rows]` throughout, each entry from the entries at its place alone. Pure; consumes what it is given, and has
   * to use or dispose of every array.
   */
  residual(fields: Named, data: Named): np.Array;
}

/** Equations by their names. */
export type Equations = { [name: string]: Equation };

/** What an equation is asked about: its fields as a basis `[problems, rows, size]`, its data and its rows' weights `[problems, rows]`. */
export type EquationRows = { fields: Named; data: Named; weights: np.Array };

/** The rows of all equations, by their names. */
export type Rows = { [equation: string]: EquationRows };

/**
 * Returns an equation at given fields; keeps what it is given.
 *
 * @throws RangeError unless there is a residual for each entry of a field
 */
export function residualOf({ residual }: Equation, fields: Named, data: Named): np.Array {
  const value = residual(refTree(fields), refTree(data));
  checkShape("residual", value, Object.values(fields)[0].shape);
  return value;
}

/** Returns the derivative of an equation by one of its fields; keeps what it is given. */
export function partial({ residual }: Equation, fields: Named, data: Named, by: string): np.Array {
  const { [by]: at, ...others } = fields;
  const ones = np.ones(at.shape, { dtype: at.dtype });
  const [value, slope] = forward(
    (x) => residual({ ...refTree(others), [by]: x }, refTree(data)),
    at.ref,
    ones,
  );
  value.dispose();
  return slope;
}

/** Returns the second derivative by two fields; keeps what it is given. */
export function secondPartial(
  equation: Equation,
  fields: Named,
  data: Named,
  [first, second]: readonly [string, string],
): np.Array {
  const at = fields[second];
  const ones = np.ones(at.shape, { dtype: at.dtype });
  const slope = (x: np.Array): np.Array => {
    const found = partial(equation, { ...fields, [second]: x }, data, first);
    x.dispose();
    return found;
  };
  const [value, curvature] = forward(slope, at.ref, ones);
  value.dispose();
  return curvature;
}
