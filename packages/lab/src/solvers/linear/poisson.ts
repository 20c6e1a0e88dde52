import { checkChoice, checkNumber, rangeError, readOptions, typeError } from "minimand/engine";
import { asMatrix, type CsrMatrix } from "./csr.ts";
import type { LinearOperator } from "./linear-operator.ts";
import { balancedParts, type NullSpace } from "./null-space.ts";

/**
 * What is beyond the edges of a grid. `dirichlet`: the value 0, on all sides. `neumann`: walls, through which nothing flows.
 * `neumannExceptTop`: the value 0 above the first row (of a volume: the first layer), walls on all other sides.
 */
export type Boundary = (typeof boundaries)[number];
const boundaries = ["dirichlet", "neumann", "neumannExceptTop"] as const;

/** Options of {@link poisson2d} and {@link poisson3d}. */
export interface PoissonOptions<Shape extends readonly number[]> {
  shape: Shape;
  /** Cells that are solid (not 0), one number per cell, the last axis fastest; default none. */
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
 * Returns the five-point Poisson operator of a plane grid: for a fluid cell `(A u)_c = d_c u_c - sum of u over its fluid neighbours`, where
 * `d_c` counts the neighbours that are fluid or beyond an edge with the value 0. Solid neighbours and walls are neither counted nor
 * subtracted; a solid cell gives 0. It is `-h^2` times the Laplacian, positive definite where every cell has a way to a fixed value.
 *
 * @param options shape `[rows, columns]`, solid cells, boundary
 * @returns an operator that solvers take
 * @throws TypeError, RangeError for sizes that are no integers >= 1, solid cells that aren't one number per cell, another boundary
 * @example
 * const A = poisson2d({ shape: [2, 2] })
 * A.matvec(Float64Array.of(1, 0, 0, 0)) // [4, -1, -1, 0]
 * poisson2d({ shape: [1, 2], boundary: "neumann" }).matvec(Float64Array.of(1, 0)) // [1, -1]
 * @see Bridson 2015, "Fluid simulation for computer graphics", section 5.3
 */
export function poisson2d(
  options: PoissonOptions<readonly [rows: number, columns: number]>,
): PoissonOperator {
  readOptions("poisson2d", options, { shape: true, solid: true, boundary: true });
  return poisson(options, 2);
}

/**
 * Returns the seven-point Poisson operator of a grid in space, as {@link poisson2d}.
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
  readOptions("poisson3d", options, { shape: true, solid: true, boundary: true });
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

  // Both cells of each pair of neighbours along an axis, at the first: symmetric by construction, and without a branch.
  const links = strides.map((stride, axis) =>
    Float64Array.from({ length: Math.max(0, size - stride) }, (_, cell) => {
      const hasNext = Math.floor(cell / stride) % shape[axis] < shape[axis] - 1;
      return hasNext ? fluid[cell] * fluid[cell + stride] : 0;
    }),
  );
  const fixed = fixedNeighbours(shape, strides, boundary);
  const diagonal = new Float64Array(size);
  for (let cell = 0; cell < size; cell++) diagonal[cell] = fluid[cell] * fixed[cell];
  links.forEach((link, axis) => {
    for (let cell = 0; cell < link.length; cell++) {
      diagonal[cell] += link[cell];
      diagonal[cell + strides[axis]] += link[cell];
    }
  });
  const neighbours = (cell: number, visit: (neighbour: number) => void): void => {
    links.forEach((link, axis) => {
      const stride = strides[axis];
      if (cell >= stride && link[cell - stride] === 1) visit(cell - stride);
      if (cell < link.length && link[cell] === 1) visit(cell + stride);
    });
  };
  const nullSpace = balancedParts(size, neighbours, (cell) => fluid[cell] * fixed[cell] === 0);

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

  const toCsr = (): CsrMatrix => csrOf({ diagonal, links, strides }, nullSpace);
  return { size, matvec, shape: [...shape], boundary, fluid, diagonal, nullSpace, toCsr };
}

/** The products as a sparse matrix: symmetric by construction, as they are. */
function csrOf(
  { diagonal, links, strides }: { diagonal: Float64Array; links: Float64Array[]; strides: number[] },
  nullSpace: NullSpace | null,
): CsrMatrix {
  const size = diagonal.length;
  const axes = strides.length;
  const pointers = new Int32Array(size + 1);
  const indices = new Int32Array(size * (2 * axes + 1));
  const values = new Float64Array(indices.length);
  let length = 0;
  const put = (column: number, value: number): void => {
    if (value === 0) return;
    indices[length] = column;
    values[length++] = value;
  };
  for (let cell = 0; cell < size; cell++) {
    // By ascending columns: the first axis has the largest stride.
    for (let axis = 0; axis < axes; axis++)
      if (cell >= strides[axis]) put(cell - strides[axis], -links[axis][cell - strides[axis]]);
    put(cell, diagonal[cell]);
    for (let axis = axes - 1; axis >= 0; axis--)
      if (cell < links[axis].length) put(cell + strides[axis], -links[axis][cell]);
    pointers[cell + 1] = length;
  }
  const rows = { rows: size, columns: size, pointers };
  return asMatrix({ ...rows, indices: indices.slice(0, length), values: values.slice(0, length) }, nullSpace);
}

function fluidCells(solid: ArrayLike<number | boolean> | undefined, size: number): Uint8Array {
  const fluid = new Uint8Array(size).fill(1);
  if (solid === undefined) return fluid;
  if (typeof solid?.length !== "number") throw typeError("solid", `${size} numbers, one a cell`, solid);
  if (solid.length !== size) throw rangeError("solid", `${size} numbers, one a cell`, solid.length);
  for (let cell = 0; cell < size; cell++) if (Number(solid[cell]) !== 0) fluid[cell] = 0;
  return fluid;
}

/** For each cell how many neighbours are beyond an edge with the value 0. */
function fixedNeighbours(
  shape: readonly number[],
  strides: readonly number[],
  boundary: Boundary,
): Uint8Array {
  const fixed = new Uint8Array(shape[0] * strides[0]);
  shape.forEach((length, axis) => {
    const first = boundary === "dirichlet" || (boundary === "neumannExceptTop" && axis === 0);
    const last = boundary === "dirichlet";
    for (let cell = 0; cell < fixed.length; cell++) {
      const at = Math.floor(cell / strides[axis]) % length;
      if (first && at === 0) fixed[cell]++;
      if (last && at === length - 1) fixed[cell]++;
    }
  });
  return fixed;
}
