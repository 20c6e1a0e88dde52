import { numpy as np } from "@jax-js/jax";
import { derive, mapTree, type RandomSource, randomSource, shuffle } from "minimand/engine";
import type { Equations, Named, Rows } from "./equations.ts";
import { blockPlaces, partitionGrid, product } from "./partition.ts";

/**
 * What the equations of a layer are asked about, by their names: of each field a basis `[batch, ...grid, size]` (`everywhere`:
 * `[batch, rows, size]`, `blocks`: `[batch, experts, rows, size]`), and data of the same shape without the last axis.
 */
export type LayerTerms = { [equation: string]: { fields: Named; data?: Named } };

/** Which points each expert of each sample sees, as weights `[batch * experts, points of a block]`. */
export type LayerWeights = { [equation: string]: np.Array };

/** How a grid is cut, and how many points of its block an expert sees. */
export interface Cut {
  grid: readonly number[];
  experts: readonly number[];
  /** Points of a block. */
  points: number;
  samples: number;
  /** Basis functions. */
  size: number;
  /** Whether rows are divided by the root of their number. */
  balance: boolean;
}

/** Points of a block that one problem sees; all of them where it sees as many. */
function drawPoints({ points, samples }: Cut, next: RandomSource): Int32Array {
  const all = Int32Array.from({ length: points }, (_, i) => i);
  return samples === points ? all : shuffle(all, next).slice(0, samples).sort();
}

/**
 * Returns the rows of a concrete basis at points drawn by the seed, in the given precision, and as weights which points those are. Looks at
 * the terms.
 */
export function sampledRows(
  equations: Equations,
  terms: LayerTerms,
  { batch, cut, seed, dtype }: { batch: number; cut: Cut; seed: number; dtype: Float },
): { rows: Rows; weights: LayerWeights } {
  const places = blockPlaces(cut.grid, cut.experts);
  const blocks = places.length;
  const drawn = Array.from({ length: batch * blocks }, (_, i) =>
    drawPoints(cut, randomSource(derive(seed, i))),
  );
  const rows: Rows = {};
  const weights: LayerWeights = {};
  for (const [name, { at }] of Object.entries(equations)) {
    const { fields, data = {} } = terms[name];
    const [first] = Object.values(fields);
    const every = Int32Array.from({ length: first.shape.at(-2)! }, (_, i) => i);
    const seen = at === "samples" ? drawn : drawn.map(() => every);
    const own = seen.map((list, i) => {
      if (at === "samples") return list.map((p) => places[i % blocks][p]);
      return at === "blocks" ? list.map((row) => (i % blocks) * every.length + row) : list;
    });
    const weight = cut.balance ? 1 / Math.sqrt(seen[0].length) : 1;
    const take = (tail: number[]) => (x: np.Array) => gather(x.ref, own, blocks, tail, dtype);
    rows[name] = {
      fields: mapTree(take([cut.size]), fields),
      data: mapTree(take([]), data),
      weights: matrixOf(
        seen.map((list) => new Float64Array(list.length).fill(weight)),
        dtype,
      ),
    };
    const mask = (list: Int32Array): Float64Array => {
      const values = new Float64Array(at === "samples" ? cut.points : every.length);
      for (const p of list) values[p] = weight;
      return values;
    };
    weights[name] = matrixOf(seen.map(mask), first.dtype);
  }
  return { rows, weights };
}

/** Returns all rows of all blocks, as a tree of arrays that are differentiated; consumes the terms and keeps the weights. */
export function wholeRows(
  equations: Equations,
  terms: LayerTerms,
  weights: LayerWeights,
  grid: readonly number[],
  experts: readonly number[],
): Rows {
  const blocks = product(experts);
  const ofBlocks = (x: np.Array): np.Array => {
    const [batch] = x.shape;
    const tail = x.shape.slice(1 + grid.length);
    const points = product(grid) / blocks;
    return partitionGrid(x, experts, { firstAxis: 1 }).reshape([batch * blocks, points, ...tail]);
  };
  const forAll = (x: np.Array): np.Array => {
    const [batch, ...rest] = x.shape;
    if (blocks === 1) return x;
    const repeated = np.broadcastTo(x.reshape([batch, 1, ...rest]), [batch, blocks, ...rest]);
    return repeated.reshape([batch * blocks, ...rest]);
  };
  const ofEach = (x: np.Array): np.Array => x.reshape([x.shape[0] * blocks, ...x.shape.slice(2)]);
  return Object.fromEntries(
    Object.entries(equations).map(([name, { at }]) => {
      const f = { samples: ofBlocks, everywhere: forAll, blocks: ofEach }[at];
      const { fields, data = {} } = terms[name];
      return [name, { fields: mapTree(f, fields), data: mapTree(f, data), weights: weights[name].ref }];
    }),
  );
}

/** Numbers of an array `[batch, places, ...tail]` at places of each problem: `[problems, places, ...tail]`. Consumes the array. */
function gather(
  x: np.Array,
  places: readonly Int32Array[],
  experts: number,
  tail: readonly number[],
  dtype: Float,
): np.Array {
  const stride = x.size / x.shape[0];
  const size = product(tail);
  const values = x.dataSync() as ArrayLike<number>;
  const count = places[0].length;
  const found = floats(places.length * count * size, dtype);
  let to = 0;
  places.forEach((own, problem) => {
    const from = Math.floor(problem / experts) * stride;
    for (const place of own) for (let j = 0; j < size; j++) found[to++] = values[from + place * size + j];
  });
  return np.array(found, { shape: [places.length, count, ...tail] });
}

type Float = np.Array["dtype"];

const floats = (length: number, dtype: Float): Float64Array<ArrayBuffer> | Float32Array<ArrayBuffer> =>
  dtype === np.float64 ? new Float64Array(length) : new Float32Array(length);

/** Rows of numbers as an array. */
function matrixOf(rows: readonly Float64Array[], dtype: Float): np.Array {
  const values = floats(rows.length * rows[0].length, dtype);
  rows.forEach((row, i) => {
    values.set(row, i * row.length);
  });
  return np.array(values, { shape: [rows.length, rows[0].length] });
}
