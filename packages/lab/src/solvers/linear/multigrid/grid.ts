import type { Boundary, PoissonOperator } from "../poisson.ts";
import type { SparseRows } from "../sparse-rows.ts";

/** Cells of a grid, the last axis fastest. */
export interface Grid {
  shape: readonly number[];
  fluid: Uint8Array;
  boundary: Boundary;
}

export const gridOf = ({ shape, fluid, boundary }: PoissonOperator): Grid => ({ shape, fluid, boundary });

/**
 * Returns the grid of half as many cells along each axis that is longer than 1, and the interpolation from it. It goes linearly from the
 * centres of coarse cells to those of fine ones, by shares of 3/4 and 1/4 along each axis.
 *
 * Beyond an edge with the value 0 nothing comes. What solid coarse cells and walls would give, the others give in their place, so that
 * a constant stays one.
 *
 * @returns null for a grid that no axis of can be halved
 */
export function coarser(fine: Grid): { grid: Grid; prolongation: SparseRows } | null {
  if (fine.shape.every((length) => length < 2)) return null;
  const shape = fine.shape.map((length) => Math.ceil(length / 2));
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1));
  const fluid = new Uint8Array(shape[0] * strides[0]);
  const place = new Int32Array(shape.length);
  for (let cell = 0; cell < fine.fluid.length; cell++) {
    if (fine.fluid[cell] === 0) continue;
    setPlace(place, cell, fine.shape);
    fluid[strides.reduce((index, stride, axis) => index + stride * (place[axis] >> 1), 0)] = 1;
  }
  const grid = { shape, fluid, boundary: fine.boundary };
  const sources = fine.shape.map((length, axis) => sourcesAlong(axis, length, strides[axis], fine.boundary));
  return { grid, prolongation: interpolation(fine, fluid, sources) };
}

/** For each cell along an axis two coarse ones by ascending place: what they add to an index, and their shares. */
interface Sources {
  /** Or `wall`, `zero`. */
  at: Int32Array;
  share: Float64Array;
}
/** Beyond an edge: a wall, or the value 0. */
const [wall, zero] = [-1, -2];

function sourcesAlong(axis: number, length: number, stride: number, boundary: Boundary): Sources {
  // An axis of length 1 stays as it is.
  if (length === 1) return { at: new Int32Array(2), share: Float64Array.of(1, 0) };
  const at = new Int32Array(2 * length);
  const share = new Float64Array(2 * length);
  const isFixed = boundary === "dirichlet";
  const before = isFixed || (boundary === "neumannExceptTop" && axis === 0) ? zero : wall;
  const behind = isFixed ? zero : wall;
  for (let i = 0; i < length; i++)
    for (const side of [0, 1]) {
      const coarse = ((i + 1) >> 1) - 1 + side;
      const isOutside = coarse < 0 ? before : coarse >= Math.ceil(length / 2) ? behind : 0;
      at[2 * i + side] = isOutside || coarse * stride;
      share[2 * i + side] = coarse === i >> 1 ? 0.75 : 0.25;
    }
  return { at, share };
}

/** From coarse cells to the fluid ones of a fine grid: what all axes together have for them. */
function interpolation(fine: Grid, fluid: Uint8Array, sources: readonly Sources[]): SparseRows {
  const [cells, axes] = [fine.fluid.length, sources.length];
  const pointers = new Int32Array(cells + 1);
  const indices = new Int32Array(cells << axes);
  const values = new Float64Array(cells << axes);
  const place = new Int32Array(axes);
  let length = 0;
  for (let cell = 0; cell < cells; cell++) {
    pointers[cell + 1] = length;
    if (fine.fluid[cell] === 0) continue;
    setPlace(place, cell, fine.shape);
    let missing = 0;
    // Bits of a corner choose one of two along each axis, the highest along the first: indices ascend.
    for (let corner = 0; corner < 1 << axes; corner++) {
      let [index, share, isWall] = [0, 1, false];
      for (let axis = 0; axis < axes; axis++) {
        const k = 2 * place[axis] + ((corner >> (axes - 1 - axis)) & 1);
        const at = sources[axis].at[k];
        share *= at === zero ? 0 : sources[axis].share[k];
        if (at >= 0) index += at;
        else isWall ||= at === wall;
      }
      if (share === 0) continue;
      if (isWall || fluid[index] === 0) {
        missing += share;
        continue;
      }
      indices[length] = index;
      values[length++] = share;
    }
    for (let at = pointers[cell]; at < length; at++) values[at] /= 1 - missing;
    pointers[cell + 1] = length;
  }
  const rows = { rows: cells, columns: fluid.length, pointers };
  return { ...rows, indices: indices.slice(0, length), values: values.slice(0, length) };
}

/** Where a cell is, along each axis. */
function setPlace(place: Int32Array, cell: number, shape: readonly number[]): void {
  let rest = cell;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    place[axis] = rest % shape[axis];
    rest = Math.floor(rest / shape[axis]);
  }
}
