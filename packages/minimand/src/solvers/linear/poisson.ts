import { checkChoice, checkNumber, rangeError, typeError } from "../../engine/errors.ts";
import { checkOptions } from "../../engine/options.ts";
import { type CsrMatrix, sparseRows, symmetricMatrix } from "./csr.ts";
import type { LinearOperator } from "./linear-operator.ts";
import { balancedParts, type NullSpace } from "./null-space.ts";

/**
 * What lies beyond the edges of a grid: `dirichlet`: the value 0, on all sides; `neumann`: walls, through which nothing flows;
 * `neumannExceptTop`: the value 0 above the first row (of a volume: the first layer), walls on all other sides.
 */
export type Boundary = (typeof boundaries)[number];
const boundaries = ["dirichlet", "neumann", "neumannExceptTop"] as const;

/** Of {@link poisson2d} and {@link poisson3d}. */
export interface PoissonOptions<Shape extends readonly number[]> {
  shape: Shape;
  /** Cells that are solid (not 0), one number a cell, the last axis fastest; default none. */
  solid?: ArrayLike<number | boolean>;
  /** Default `dirichlet`. */
  boundary?: Boundary;
}

/** The discrete Poisson operator of a grid, on its cells in one vector, the last axis fastest. */
export interface PoissonOperator extends LinearOperator {
  readonly shape: readonly number[];
  readonly boundary: Boundary;
  /** 1 where a cell is fluid, 0 where it is solid. */
  readonly fluid: Uint8Array;
  /** For each cell the neighbours that are fluid, or beyond an edge with the value 0; 0 for a solid cell. */
  readonly diagonal: Float64Array;
  /** Cells without a way to a fixed value (region by region), and solid cells. */
  readonly nullSpace: NullSpace | null;
  /** As a sparse matrix, for {@link incompleteCholesky} and files; solid cells are empty rows. */
  toCsr(): CsrMatrix;
}

/**
 * The five-point Poisson operator of a plane grid: for a fluid cell `(A u)_c = d_c u_c - sum of u over its fluid neighbours`, where
 * `d_c` counts the neighbours that are fluid or beyond an edge with the value 0. Solid neighbours and walls are neither counted nor
 * subtracted; a solid cell gives 0. It is `-h^2` times the Laplacian, positive definite where every cell has a way to a fixed value.
 *
 * @param options shape `[rows, columns]`, solid cells, boundary
 * @returns an operator that solvers take
 * @throws TypeError, RangeError for sizes that are no integers >= 1, solid cells that aren't one number a cell, another boundary
 * @example
 * const A = poisson2d({ shape: [2, 2] })
 * A.matvec(Float64Array.of(1, 0, 0, 0)) // [4, -1, -1, 0]
 * poisson2d({ shape: [1, 2], boundary: "neumann" }).matvec(Float64Array.of(1, 0)) // [1, -1]
 * @see Bridson 2015, "Fluid simulation for computer graphics", section 5.3
 */
export function poisson2d(
  options: PoissonOptions<readonly [rows: number, columns: number]>,
): PoissonOperator {
  checkOptions("poisson2d", options, { shape: true, solid: true, boundary: true });
  return poisson(options, 2);
}

/**
 * The seven-point Poisson operator of a grid in space, as {@link poisson2d}.
 *
 * @param options shape `[layers, rows, columns]`, solid cells, boundary
 * @returns an operator that solvers take
 * @throws as poisson2d
 * @example
 * poisson3d({ shape: [1, 1, 2] }).matvec(Float64Array.of(1, 0)) // [6, -1]
 * @see Bridson 2015, "Fluid simulation for computer graphics", section 5.3
 */
export function poisson3d(
  options: PoissonOptions<readonly [layers: number, rows: number, columns: number]>,
): PoissonOperator {
  checkOptions("poisson3d", options, { shape: true, solid: true, boundary: true });
  return poisson(options, 3);
}

function poisson(
  { shape, solid, boundary = "dirichlet" }: PoissonOptions<readonly number[]>,
  axes: number,
): PoissonOperator {
  if (!Array.isArray(shape)) throw typeError("shape", `a list of ${axes} sizes`, shape);
  if (shape.length !== axes) throw rangeError("shape", `a list of ${axes} sizes`, shape);
  shape.forEach((size, axis) => {
    checkNumber(`shape[${axis}]`, size, { min: 1, integer: true });
  });
  checkChoice("boundary", boundary, boundaries);
  const size = shape.reduce((a, b) => a * b, 1);
  const fluid = fluidCells(solid, size);
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1));
  const sides = sidesOf(shape, strides, boundary);

  const diagonal = new Float64Array(size);
  const fixed = new Uint8Array(size);
  for (let cell = 0; cell < size; cell++) {
    if (fluid[cell] === 0) continue;
    for (const { inside, stride, open } of sides) {
      if (inside(cell)) diagonal[cell] += fluid[cell + stride];
      else if (open) diagonal[cell] += fixed[cell] = 1;
    }
  }
  const neighbours = (cell: number, visit: (neighbour: number) => void): void => {
    if (fluid[cell] === 0) return;
    for (const { inside, stride } of sides)
      if (inside(cell) && fluid[cell + stride] === 1) visit(cell + stride);
  };
  const nullSpace = balancedParts(size, neighbours, (cell) => fixed[cell] === 0);

  // Both cells of each pair of neighbours along an axis, at the first: symmetric by construction, and without a branch.
  const links = strides.map((stride, axis) =>
    Float64Array.from({ length: Math.max(0, size - stride) }, (_, cell) => {
      const hasNext = Math.floor(cell / stride) % shape[axis] < shape[axis] - 1;
      return hasNext ? fluid[cell] * fluid[cell + stride] : 0;
    }),
  );
  const matvec = (v: Float64Array, out: Float64Array = new Float64Array(size)): Float64Array => {
    for (let cell = 0; cell < size; cell++) out[cell] = diagonal[cell] * v[cell];
    for (let axis = 0; axis < axes; axis++) {
      const [link, stride] = [links[axis], strides[axis]];
      for (let cell = 0; cell < link.length; cell++) {
        out[cell] -= link[cell] * v[cell + stride];
        out[cell + stride] -= link[cell] * v[cell];
      }
    }
    return out;
  };

  const toCsr = (): CsrMatrix => {
    const row: number[] = [];
    const column: number[] = [];
    const value: number[] = [];
    for (let cell = 0; cell < size; cell++) {
      if (fluid[cell] === 0) continue;
      row.push(cell);
      column.push(cell);
      value.push(diagonal[cell]);
      neighbours(cell, (neighbour) => {
        row.push(cell);
        column.push(neighbour);
        value.push(-1);
      });
    }
    return symmetricMatrix(sparseRows({ rows: size, columns: size, row, column, value }));
  };
  return { size, matvec, shape: [...shape], boundary, fluid, diagonal, nullSpace, toCsr };
}

function fluidCells(solid: ArrayLike<number | boolean> | undefined, size: number): Uint8Array {
  const fluid = new Uint8Array(size).fill(1);
  if (solid === undefined) return fluid;
  if (typeof solid?.length !== "number") throw typeError("solid", `${size} numbers, one a cell`, solid);
  if (solid.length !== size) throw rangeError("solid", `${size} numbers, one a cell`, solid.length);
  for (let cell = 0; cell < size; cell++) if (Number(solid[cell]) !== 0) fluid[cell] = 0;
  return fluid;
}

/** A direction in which a cell has a neighbour, or an edge of the grid. */
interface Side {
  stride: number;
  /** Whether the neighbour of a cell is on the grid. */
  inside: (cell: number) => boolean;
  /** Whether the value beyond the edge is 0. */
  open: boolean;
}

function sidesOf(shape: readonly number[], strides: readonly number[], boundary: Boundary): Side[] {
  return shape.flatMap((length, axis): Side[] => {
    const stride = strides[axis];
    const at = (cell: number): number => Math.floor(cell / stride) % length;
    const all = boundary === "dirichlet";
    return [
      {
        stride: -stride,
        inside: (cell) => at(cell) > 0,
        open: all || (boundary !== "neumann" && axis === 0),
      },
      { stride, inside: (cell) => at(cell) < length - 1, open: all },
    ];
  });
}
