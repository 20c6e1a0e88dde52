import { numpy as np } from "@jax-js/jax";
import {
  checkChoice,
  checkFloat64,
  checkNumber,
  disposeTree,
  isArrayLike,
  mapTree,
  rangeError,
  readOptions,
  typeError,
} from "minimand/engine";
import {
  type ImplicitSolution,
  implicitValue,
  type LeastSquaresOptions,
  type LeastSquaresReport,
  leastSquaresSolver,
} from "../least-squares/index.ts";
import { optionNames as solverOptionNames } from "../least-squares/solver.ts";
import type { Equations, Rows } from "./equations.ts";
import { type Cut, type LayerTerms, type LayerWeights, sampledRows, wholeRows } from "./layer-rows.ts";
import { linearCombination } from "./linear-combination.ts";
import { checkBlocks, partitionGrid, product, unpartitionGrid } from "./partition.ts";

/** What a {@link linearCombinationLayer} solves, and how. */
export interface LinearCombinationLayerOptions extends LeastSquaresOptions {
  equations: Equations;
  /** Points along each axis. */
  grid: readonly number[];
  /** Number of basis functions. */
  size: number;
  /** Blocks along each axis, each with weights of its own; default one block. */
  experts?: readonly number[];
  /** Points of its block at which an expert sees the equations `at: "samples"`; default all. */
  samplesPerExpert?: number;
  /** Of the rows `ridge w`, >= 0; default 1e-4. */
  ridge?: number;
  /** Whether the rows of each equation are divided by the root of their number; default true. */
  balance?: boolean;
  /** Of the inner solve; default `float64`, whatever the basis has. */
  precision?: "float32" | "float64";
}

/** What a solve hands to the differentiated function: a tree of arrays, constant there. */
export type LayerConstants = { solution: ImplicitSolution; weights: LayerWeights };

/** A layer whose output solves equations, in two phases. */
export interface LinearCombinationLayer {
  /**
   * Solves for the weights of a concrete basis. Consumes the terms.
   *
   * @param options `seed` of the drawn points, default 0; `start` of the weights `[batch, experts, size]`, consumed, default 0
   */
  solve(
    terms: LayerTerms,
    options?: { seed?: number; start?: np.Array },
  ): { constants: LayerConstants; report: LeastSquaresReport };
  /** The weights `[batch, experts, size]` as a function of the terms, for use in what is differentiated. Consumes both. */
  weights(terms: LayerTerms, constants: LayerConstants): np.Array;
  /** The field `[batch, ...grid]` of a basis `[batch, ...grid, size]` and weights. Consumes both. */
  combine(basis: np.Array, weights: np.Array): np.Array;
  dispose(): void;
}

/**
 * Returns a layer that combines basis functions so that equations hold. For each sample, and each block of the grid, the weights of the
 * combination are the least-squares solution of the equations at points of the block, at training and at test time.
 *
 * `u = b w*`, `w* = argmin_w |[equations(b w) at the expert's points; equations everywhere; ridge w]|^2 / 2`
 *
 * With several experts this is a mixture of experts whose routing is by place. Gradients through `w*` are exact
 * (`implicitValue`). What the equations are is the caller's: the layer knows nothing of any. {@link diffusionSorption} and
 * {@link vorticityTransport} make equations and terms of two.
 *
 * `solve` runs outside of what is differentiated, on the concrete basis; `weights` and `combine` inside.
 *
 * @throws RangeError for blocks that don't divide the grid, for more samples than points in a block, for fewer rows than basis
 *   functions without a ridge, and for terms and residuals of other shapes
 * @example
 * // y = w1 + w2 x at four points of which three are on a line, by two experts
 * const layer = linearCombinationLayer({
 *   equations: { fit: { at: "samples", residual: ({ y }, { target }) => y.sub(target) } },
 *   grid: [4], size: 2, experts: [2], ridge: 0,
 * })
 * const y = np.array([[[1, 0], [1, 1], [1, 2], [1, 3]]])
 * const terms = { fit: { fields: { y: y.ref }, data: { target: np.array([[1, 2, 3, 9]]) } } }
 * const { constants } = layer.solve(refTree(terms))
 * layer.combine(y, layer.weights(terms, constants)) // [[1, 2, 3, 9]]
 * @see Chalapathi, Du, Krishnapriyan 2024, arXiv 2402.13412, section 3
 */
export function linearCombinationLayer(options: LinearCombinationLayerOptions): LinearCombinationLayer {
  const { equations, grid, size, ridge, balance, precision, ...solving } = readOptions(
    "linearCombinationLayer",
    options,
    {
      ...solverOptionNames,
      equations: true,
      grid: true,
      size: true,
      experts: true,
      samplesPerExpert: true,
      ridge: [1e-4],
      balance: [true],
      precision: ["float64"],
    },
  );
  checkEquations(equations);
  if (!Array.isArray(grid) || grid.length === 0) throw typeError("grid", "a list of numbers of points", grid);
  const { experts = grid.map(() => 1), samplesPerExpert, ...solver } = solving;
  grid.forEach((n, i) => {
    checkNumber(`grid[${i}]`, n, { min: 1, integer: true });
  });
  checkNumber("size", size, { min: 1, integer: true });
  checkBlocks(grid, experts);
  const blocks = product(experts);
  const points = product(grid) / blocks;
  const samples = samplesPerExpert ?? points;
  checkNumber("samplesPerExpert", samples, { min: 1, max: points, integer: true });
  checkNumber("ridge", ridge, { min: 0 });
  checkChoice("precision", precision, ["float32", "float64"]);
  if (precision === "float64") checkFloat64("precision");
  const problem = linearCombination(equations, ridge);
  const solved = leastSquaresSolver<Rows>(problem, solver);
  const cut: Cut = { grid, experts, points, samples, size, balance };
  const dtype = precision === "float64" ? np.float64 : np.float32;

  /** The batch of terms that have the shapes they should. */
  const checkTerms = (terms: LayerTerms): number => {
    let batch: number | undefined;
    let seen = 0;
    for (const [name, { at }] of Object.entries(equations)) {
      const term = terms?.[name];
      if (term === undefined) throw typeError(`terms.${name}`, "fields and data of the equation", term);
      const fields = Object.entries(term.fields ?? {});
      if (fields.length === 0) throw typeError(`terms.${name}.fields`, "arrays by name", term.fields);
      for (const [field, x] of fields)
        if (!isArrayLike(x)) throw typeError(`terms.${name}.fields.${field}`, "a float array", x);
      const [[, first]] = fields;
      batch ??= first.shape[0];
      const count = first.shape.at(-2)!;
      seen += at === "samples" ? samples : count;
      const rows = { samples: grid, everywhere: [count], blocks: [blocks, count] }[at];
      for (const [field, x] of fields) checkTerm(`terms.${name}.fields.${field}`, x, [batch, ...rows, size]);
      for (const [field, x] of Object.entries(term.data ?? {}))
        checkTerm(`terms.${name}.data.${field}`, x, [batch, ...rows]);
    }
    if (ridge === 0 && seen < size)
      throw rangeError("terms", `at least ${size} rows, one a basis function, where ridge is 0`, seen);
    return batch!;
  };

  return {
    solve(terms, solveOptions = {}) {
      const { seed, start } = readOptions("solve", solveOptions, {
        seed: [0, { integer: true }],
        start: true,
      });
      const batch = checkTerms(terms);
      const { dtype: given } = Object.values(Object.values(terms)[0].fields)[0];
      const { rows, weights } = sampledRows(equations, terms, { batch, cut, seed, dtype });
      disposeTree(terms as never);
      const shape = [batch * blocks, size];
      if (start !== undefined) checkTerm("start", start, [batch, blocks, size]);
      const w0 = start === undefined ? np.zeros(shape, { dtype }) : cast(start.reshape(shape), dtype);
      const { solution, report } = solved.solve(rows, w0);
      return { constants: { solution: mapTree((x) => cast(x, given), solution), weights }, report };
    },
    weights(terms, { solution, weights }) {
      const batch = checkTerms(terms);
      const rows = wholeRows(equations, terms, weights, grid, experts);
      disposeTree(weights);
      return implicitValue(problem, rows, solution).reshape([batch, blocks, size]);
    },
    combine(basis, weights) {
      const [batch] = basis.shape;
      checkTerm("basis", basis, [batch, ...grid, size]);
      checkTerm("weights", weights, [batch, blocks, size]);
      const cut = partitionGrid(basis, experts, { firstAxis: 1 }).reshape([batch * blocks, points, size]);
      const field = np.matmul(cut, weights.reshape([batch * blocks, size, 1]));
      const block = grid.map((n, i) => n / experts[i]);
      return unpartitionGrid(field.reshape([batch, blocks, ...block]), experts, { firstAxis: 1 });
    },
    dispose: () => solved.dispose(),
  };
}

function checkEquations(equations: Equations): void {
  if (typeof equations !== "object" || equations === null || Object.keys(equations).length === 0)
    throw typeError("equations", "an object of equations", equations);
  for (const [name, equation] of Object.entries(equations)) {
    if (typeof equation?.residual !== "function")
      throw typeError(`equations.${name}`, "an object with at and a function residual", equation);
    checkChoice(`equations.${name}.at`, equation.at, ["samples", "everywhere", "blocks"]);
  }
}

function checkTerm(name: string, x: np.Array, shape: readonly number[]): void {
  if (!isArrayLike(x)) throw typeError(name, "a float array", x);
  if (x.shape.length !== shape.length || x.shape.some((n, i) => n !== shape[i]))
    throw rangeError(name, `shape [${shape.join(", ")}]`, x);
}

/** The array in another precision. Consumes it. */
function cast(x: np.Array, dtype: np.Array["dtype"]): np.Array {
  return x.dtype === dtype ? x : x.astype(dtype);
}
