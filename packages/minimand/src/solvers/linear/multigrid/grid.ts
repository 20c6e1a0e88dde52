import { type SparseRows, sparseRows } from "../csr.ts";
import type { Boundary, PoissonOperator } from "../poisson.ts";

/** Cells of a grid, the last axis fastest. */
export interface Grid {
  shape: readonly number[];
  fluid: Uint8Array;
  boundary: Boundary;
}

export const gridOf = ({ shape, fluid, boundary }: PoissonOperator): Grid => ({ shape, fluid, boundary });

/**
 * The grid of half as many cells along each axis that is longer than 1, and the interpolation from it: from the centres of coarse
 * cells linearly to those of fine ones, by shares of 3/4 and 1/4 along each axis.
 *
 * Beyond an edge with the value 0 nothing comes. What solid coarse cells and walls would give, the others give in their place, so that
 * a constant stays one.
 *
 * @returns null for a grid that no axis of can be halved
 */
export function coarser(fine: Grid): { grid: Grid; prolongation: SparseRows } | null {
  if (fine.shape.every((length) => length < 2)) return null;
  const shape = fine.shape.map((length) => Math.ceil(length / 2));
  const size = shape.reduce((a, b) => a * b, 1);
  const fluid = new Uint8Array(size);
  const cells = fine.fluid.length;
  for (let cell = 0; cell < cells; cell++)
    if (fine.fluid[cell] === 1)
      fluid[
        indexOf(
          placeOf(cell, fine.shape).map((at) => at >> 1),
          shape,
        )
      ] = 1;
  const grid = { shape, fluid, boundary: fine.boundary };

  const row: number[] = [];
  const column: number[] = [];
  const value: number[] = [];
  for (let cell = 0; cell < cells; cell++) {
    if (fine.fluid[cell] === 0) continue;
    const place = placeOf(cell, fine.shape);
    const sources = sourcesOf(place, fine.shape, grid);
    const missing = sources.reduce((sum, { share, kind }) => sum + (kind === "wall" ? share : 0), 0);
    for (const { at, share, kind } of sources) {
      if (kind !== "fluid") continue;
      row.push(cell);
      column.push(at);
      value.push(share / (1 - missing));
    }
  }
  return { grid, prolongation: sparseRows({ rows: cells, columns: size, row, column, value }) };
}

interface Source {
  at: number;
  share: number;
  kind: "fluid" | "wall" | "zero";
}

/** The coarse cells around a fine one, with their shares. */
function sourcesOf(place: readonly number[], shape: readonly number[], coarse: Grid): Source[] {
  let corners: { place: number[]; share: number }[] = [{ place: [], share: 1 }];
  place.forEach((at, axis) => {
    const own = at >> 1;
    // An axis of length 1 stays as it is.
    const nearer =
      shape[axis] === 1
        ? [[own, 1]]
        : [
            [own, 0.75],
            [own + (at % 2 === 0 ? -1 : 1), 0.25],
          ];
    corners = corners.flatMap((corner) =>
      nearer.map(([next, share]) => ({ place: [...corner.place, next], share: corner.share * share })),
    );
  });
  return corners.map(({ place: corner, share }) => {
    const outside = corner.findIndex((at, axis) => at < 0 || at >= coarse.shape[axis]);
    if (outside >= 0) {
      const open =
        coarse.boundary === "dirichlet" ||
        (coarse.boundary === "neumannExceptTop" && outside === 0 && corner[0] < 0);
      return { at: -1, share, kind: open ? "zero" : "wall" };
    }
    const at = indexOf(corner, coarse.shape);
    return { at, share, kind: coarse.fluid[at] === 1 ? "fluid" : "wall" };
  });
}

function placeOf(cell: number, shape: readonly number[]): number[] {
  const place = new Array<number>(shape.length);
  for (let axis = shape.length - 1, rest = cell; axis >= 0; axis--) {
    place[axis] = rest % shape[axis];
    rest = Math.floor(rest / shape[axis]);
  }
  return place;
}

const indexOf = (place: readonly number[], shape: readonly number[]): number =>
  place.reduce((index, at, axis) => index * shape[axis] + at, 0);
