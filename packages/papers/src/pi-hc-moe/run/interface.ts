import { numpy as np } from "@jax-js/jax";
import { differenceMatrix, type Equations, type LayerTerms } from "@minimand/lab/solvers";
import { grid } from "./settings.ts";

/*
 * An extension that the paper hasn't: each expert is asked to go on into its neighbours as they were without it. Its own basis is known
 * there, too, so that value and slope at the next column of points are rows of the expert.
 */

/** Of the value and of the slope, which counts as much as the length of a block makes of it. */
export const interfaceEquations = (experts: number): Equations => ({
  meeting: { at: "blocks", residual: ({ u }, { there }) => u.sub(there) },
  slope: { at: "blocks", residual: ({ u_x }, { there }) => u_x.sub(there).div(experts) },
});

/** Columns beyond both borders of each of some blocks, `[2 experts, places]`; rows of zeros where the grid ends. */
function columns(experts: number, of: (column: number) => ArrayLike<number>): np.Array {
  const n = grid.places.length;
  const block = n / experts;
  const rows = Array.from({ length: experts }, (_, k) => [k * block - 1, (k + 1) * block]).flat();
  const values = rows.flatMap((column) =>
    column < 0 || column >= n ? new Array<number>(n).fill(0) : Array.from(of(column)),
  );
  return np.array(Float32Array.from(values), { shape: [rows.length, n] });
}

/** Terms of {@link interfaceEquations}, of a basis and of the field without them; consumes both. */
export function interfaceTerms(basis: np.Array, field: np.Array, experts: number): LayerTerms {
  const n = grid.places.length;
  const d = differenceMatrix(grid.places);
  const [batch, nt, , size] = basis.shape;
  const seen = (x: np.Array, of: (column: number) => ArrayLike<number>, tail: number[]): np.Array =>
    np.einsum("kx,btxn->bktn", columns(experts, of), x).reshape([batch, experts, 2 * nt, ...tail]);
  const at = (column: number) => Array.from({ length: n }, (_, i) => (i === column ? 1 : 0));
  const slopeAt = (column: number) => d.subarray(column * n, (column + 1) * n);
  return {
    meeting: { fields: { u: seen(basis.ref, at, [size]) }, data: { there: seen(field.ref, at, []) } },
    slope: { fields: { u_x: seen(basis, slopeAt, [size]) }, data: { there: seen(field, slopeAt, []) } },
  };
}
