import { numpy as np } from "@jax-js/jax";
import { checkNumber, rangeError } from "../../engine/checks.ts";
import { type Kappa, makeKappa, positive, safeDivide, zeroOf, zerosOf } from "./kappa.ts";
import { isAmongLargest } from "./norms.ts";

/** What makes a group: the entries along one axis, or `size` entries in a row. */
export type Grouping = { axis: number } | { size: number };

/** Arrays as `[groups, entries]`, and back. */
function grouped(grouping: Grouping): {
  split(x: np.Array): np.Array;
  join(groups: np.Array, like: { shape: number[] }): np.Array;
} {
  if ("size" in grouping) {
    const { size } = grouping;
    checkNumber("size", size, { min: 1, integer: true });
    return {
      split: (x) => {
        if (x.size % size !== 0) throw rangeError("z", `a number of entries that ${size} divides`, x);
        return x.reshape([-1, size]);
      },
      join: (groups, { shape }) => groups.reshape(shape),
    };
  }
  const { axis } = grouping;
  checkNumber("axis", axis, { integer: true });
  const last = (shape: number[]): number => {
    const at = axis < 0 ? shape.length + axis : axis;
    if (at < 0 || at >= shape.length) throw rangeError("z", `an axis ${axis}`, { dtype: "shape", shape });
    return at;
  };
  return {
    split: (x) => {
      const { shape } = x;
      const at = last(shape);
      return np.moveaxis(x, at, -1).reshape([-1, shape[at]]);
    },
    join: (groups, { shape }) => {
      const at = last(shape);
      const moved = [...shape.slice(0, at), ...shape.slice(at + 1), shape[at]];
      return np.moveaxis(groups.reshape(moved), -1, at);
    },
  };
}

/** Norms of the rows, kept as a column; without overflow. */
function rowNorms(rows: np.Array): np.Array {
  const largest = np.max(np.abs(rows.ref), -1, { keepdims: true });
  const scaled = safeDivide(rows, largest.ref);
  return np.sqrt(np.square(scaled).sum(-1, { keepdims: true })).mul(largest);
}

/** Rows divided by their norms; a row of zeros stays. */
function unitRows(rows: np.Array): np.Array {
  const norms = rowNorms(rows.ref);
  return safeDivide(rows, norms);
}

/**
 * `K = sum of the groups' norms ||z_g||_2`, `grad K = z_g / ||z_g||_2`: normalised group by group. Weight decay lambda keeps
 * every group's norm at most `1 / lambda`.
 *
 * @param grouping `{ axis }`: the entries along one axis are a group, `{ axis: 0 }` for what goes into a unit of a weight
 *   `[inputs, outputs]`; or `{ size }`: so many entries in a row
 * @throws RangeError for arrays that can't be cut that way
 */
export function group(grouping: Grouping): Kappa {
  const { split, join } = grouped(grouping);
  return makeKappa({
    name: "group",
    value: (z) => rowNorms(split(z)).sum(),
    grad: (z) => {
      const { shape } = z;
      return join(unitRows(split(z)), { shape });
    },
    conjInside: zeroOf,
    conjGrad: zerosOf,
    violation: (y) => positive(np.max(rowNorms(split(y))).sub(1)),
    even: true,
  });
}

/**
 * `K` = the largest norm of a group; only that group moves, the first of equals. Weight decay lambda keeps the sum of the
 * groups' norms at most `1 / lambda`: the ball of the group lasso.
 *
 * @param grouping as for {@link group}
 * @throws RangeError for arrays that can't be cut that way
 */
export function groupMax(grouping: Grouping): Kappa {
  const { split, join } = grouped(grouping);
  return makeKappa({
    name: "groupMax",
    value: (z) => np.max(rowNorms(split(z))),
    grad: (z) => {
      const { shape } = z;
      const rows = split(z);
      const first = isAmongLargest(rowNorms(rows.ref), 1);
      return join(unitRows(rows).mul(first), { shape });
    },
    conjInside: zeroOf,
    conjGrad: zerosOf,
    violation: (y) => positive(rowNorms(split(y)).sum().sub(1)),
    even: true,
  });
}
