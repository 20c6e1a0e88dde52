import { numpy as np, random } from "@jax-js/jax";
import {
  checkChoice,
  checkFloatArray,
  checkNumber,
  checkShape,
  disposeTree,
  rangeError,
  readOptions,
  refTree,
  softmax,
  type Tree,
} from "minimand/engine";
import type { Model } from "minimand/models";
import { type CellSpace, cellEdges, discretise, type Genotype } from "./genotype.ts";
import { weightedOperations } from "./mixed-operation.ts";
import { type CellOperation, cellOperations } from "./operations.ts";

/** A small network of cells. */
export interface CellNetworkOptions {
  /** Shape of one image: height, width, channels. */
  input: readonly [height: number, width: number, channels: number];
  classes: number;
  /** Channels inside the cells. */
  channels: number;
  /** Intermediate nodes of a cell. */
  nodes: number;
  /** What may be on an edge; default {@link cellOperations}. */
  operations?: readonly CellOperation[];
  /** Cells one after another, all of the same architecture; default 1. */
  cells?: number;
  /** The output of a cell: its last node (default), or all intermediate nodes side by side. */
  output?: "last" | "concat";
  /** Side of the squares that are averaged before the linear head; divides height and width. Default: whole images. */
  pool?: number;
}

/** The continuous network, with what turns its architecture into a discrete one. */
export interface CellSupernet extends Model {
  init(key: np.Array): {
    params: { weights: Tree; architecture: np.Array };
    state: Record<string, never>;
  };
  space: CellSpace;
  /** See {@link discretise}. Looks at the architecture. */
  discretise(architecture: np.Array | readonly (readonly number[])[], incoming?: number): Genotype;
  /** The discrete network of a cell, to be trained afresh. */
  build(genotype: Genotype): Model;
  /** The weights that a discrete network takes over from the continuous one. Consumes them. */
  inherit(weights: Tree, genotype: Genotype): Tree;
}

interface Dense {
  weight: np.Array;
  bias: np.Array;
}
interface Cell {
  /** The 1 x 1 convolution at its entrance. */
  entrance: Dense;
  /** For each edge, the parameters of its operations. */
  edges: Tree[][];
}
interface Weights {
  cells: Cell[];
  head: Dense;
}

/**
 * Returns a network of mixed operations. Each cell has a linear 1 x 1 convolution, then nodes of which each sums mixtures over all nodes
 * before it. At the end are average pooling and a linear head.
 *
 * `x_j = sum_{i < j} sum_o softmax(alpha^{ij})_o o^{ij}(x_i)`
 *
 * Parameters are `{ weights, architecture }`, the architecture `[edges, operations]` (edges as in {@link cellEdges}), the same
 * for all cells and starting at `1e-3` times normal numbers. There is no batch normalisation: the model has no state.
 *
 * @returns a model from `[batch, height, width, channels]` to logits `[batch, classes]`
 * @throws RangeError for sizes that aren't integers >= 1, a pool that doesn't divide the image, an architecture or input of
 *   another shape; TypeError for an architecture that is no float array
 * @example
 * cellSupernet({ input: [8, 8, 1], classes: 10, channels: 6, nodes: 2, pool: 4 })
 * @see Liu, Simonyan, Yang 2019, arXiv 1806.09055, section 2; the architecture is what Xue, Qi, Xin 2020, arXiv 2008.03901 share
 */
export function cellSupernet(options: CellNetworkOptions): CellSupernet {
  const { operations, nodes } = readOptions("cellSupernet", options, {
    input: true,
    classes: true,
    channels: true,
    nodes: true,
    operations: [cellOperations],
    cells: true,
    output: true,
    pool: true,
  });
  const shape = networkShape(options);
  const edges = cellEdges(nodes);
  const space = { nodes, operations: operations.map(({ name }) => name) };
  const apply: Model["apply"] = ({ params }, x, { key, weights: rows }) => {
    rows?.dispose();
    key?.dispose();
    const { weights, architecture } = params as { weights: Tree; architecture: np.Array };
    checkFloatArray("architecture", architecture, 2, "[edges, operations]");
    checkShape("architecture", architecture, [edges.length, operations.length]);
    const mixture = softmax(architecture);
    const output = forward(shape, weights as unknown as Weights, x, (e, edgeParams, h) =>
      weightedOperations(operations, edgeParams, mixture.ref.slice(e), h),
    );
    mixture.dispose();
    return [output, {}];
  };
  return {
    space,
    apply,
    init(key) {
      const [forWeights, forArchitecture] = [...random.split(key, 2)];
      const all = edges.map(() => operations);
      const architecture = random.normal(forArchitecture, [edges.length, operations.length]).mul(1e-3);
      const weights = initialWeights(shape, all, forWeights) as unknown as Tree;
      return { params: { weights, architecture }, state: {} };
    },
    discretise: (architecture, incoming) => discretise(architecture, space, incoming),
    build: (genotype) => discreteNetwork(shape, operationsOn(genotype, edges, operations)),
    inherit(weights, genotype) {
      const { cells, head } = weights as unknown as Weights;
      const chosen = operationsOn(genotype, edges, operations);
      const kept = cells.map(({ entrance, edges: all }) => ({
        entrance,
        edges: chosen.map((operation, e) =>
          operation === null ? [] : [all[e][operations.indexOf(operation)]],
        ),
      }));
      const taken = refTree({ cells: kept, head } as unknown as Tree);
      disposeTree(weights);
      return taken;
    },
  };
}

interface Shape {
  height: number;
  width: number;
  inputs: number;
  classes: number;
  channels: number;
  nodes: number;
  cells: number;
  output: "last" | "concat";
  pool: number | null;
}

function networkShape({
  input,
  classes,
  channels,
  nodes,
  cells = 1,
  output = "last",
  pool,
}: CellNetworkOptions): Shape {
  const [height, width, inputs] = input;
  const sizes = { height, width, "input channels": inputs, classes, channels, cells };
  for (const [name, value] of Object.entries(sizes)) checkNumber(name, value, { min: 1, integer: true });
  checkChoice("output", output, ["last", "concat"]);
  if (pool !== undefined) {
    checkNumber("pool", pool, { min: 1, integer: true });
    if (height % pool !== 0 || width % pool !== 0)
      throw rangeError("pool", `a divisor of ${height} and ${width}`, pool);
  }
  return { height, width, inputs, classes, channels, nodes, cells, output, pool: pool ?? null };
}

/** Channels of a cell's output. */
const outputChannels = ({ output, channels, nodes }: Shape): number =>
  output === "last" ? channels : channels * nodes;

const pooledSize = ({ pool, height, width }: Shape): number =>
  pool === null ? 1 : (height / pool) * (width / pool);

function initialWeights(
  shape: Shape,
  operations: readonly (readonly CellOperation[])[],
  key: np.Array,
): Weights {
  const { cells, channels, inputs, classes } = shape;
  const perCell = 1 + operations.reduce((n, { length }) => n + length, 0);
  const keys = [...random.split(key, cells * perCell + 1)];
  const dense = (fanIn: number, fanOut: number): Dense => ({
    weight: random.normal(keys.pop() as np.Array, [fanIn, fanOut]).mul(Math.sqrt(1 / fanIn)),
    bias: np.zeros([fanOut]),
  });
  return {
    cells: Array.from({ length: cells }, (_, c) => ({
      entrance: dense(c === 0 ? inputs : outputChannels(shape), channels),
      edges: operations.map((all) => all.map(({ init }) => init(keys.pop() as np.Array, channels))),
    })),
    head: dense(outputChannels(shape) * pooledSize(shape), classes),
  };
}

/** The network around the edges; `edge` is what edge `e` makes of a node. Consumes weights and images. */
function forward(
  shape: Shape,
  { cells, head }: Weights,
  x: np.Array,
  edge: (e: number, params: readonly Tree[], h: np.Array) => np.Array | null,
): np.Array {
  const { height, width, inputs, nodes, output, pool } = shape;
  if (x.ndim !== 4) throw rangeError("x", `shape [batch, ${height}, ${width}, ${inputs}]`, x);
  const batch = x.shape[0];
  checkShape("x", x, [batch, height, width, inputs]);
  let h = x;
  for (const { entrance, edges } of cells) {
    const channels = h.shape[3];
    const flat = np.matmul(h.reshape([batch * height * width, channels]), entrance.weight);
    const values = [flat.add(entrance.bias).reshape([batch, height, width, entrance.bias.shape[0]])];
    let e = 0;
    for (let to = 1; to <= nodes; to++) {
      let sum: np.Array | null = null;
      for (let from = 0; from < to; from++, e++) {
        const term = edge(e, edges[e], values[from].ref);
        if (term !== null) sum = sum === null ? term : sum.add(term);
      }
      values.push(sum ?? values[0].ref.mul(0));
    }
    const last = values.pop() as np.Array;
    if (output === "last") {
      for (const value of values) value.dispose();
      h = last;
    } else {
      values.shift()?.dispose();
      h = values.length === 0 ? last : np.concatenate([...values, last], -1);
    }
  }
  const channels = h.shape[3];
  const pooled =
    pool === null
      ? h.mean([1, 2])
      : h
          .reshape([batch, height / pool, pool, width / pool, pool, channels])
          .mean([2, 4])
          .reshape([batch, pooledSize(shape) * channels]);
  return np.matmul(pooled, head.weight).add(head.bias);
}

/** The operation of each edge, null where the cell has none. */
function operationsOn(
  genotype: Genotype,
  edges: readonly { from: number; to: number }[],
  operations: readonly CellOperation[],
): (CellOperation | null)[] {
  for (const { from, to, operation } of genotype) {
    if (!edges.some((edge) => edge.from === from && edge.to === to))
      throw rangeError(
        "genotype",
        `edges of ${edges.length}, from a node to a later one`,
        `${from} -> ${to}`,
      );
    checkChoice(
      "genotype",
      operation,
      operations.map(({ name }) => name),
    );
  }
  return edges.map(({ from, to }) => {
    const found = genotype.find((e) => e.from === from && e.to === to);
    const operation = operations.find(({ name }) => name === found?.operation);
    return operation === undefined || operation.name === "none" ? null : operation;
  });
}

function discreteNetwork(shape: Shape, chosen: readonly (CellOperation | null)[]): Model {
  return {
    init(key) {
      const on = chosen.map((operation) => (operation === null ? [] : [operation]));
      return { params: initialWeights(shape, on, key) as unknown as Tree, state: {} };
    },
    apply({ params }, x, { key, weights: rows }) {
      rows?.dispose();
      key?.dispose();
      const output = forward(shape, params as unknown as Weights, x, (e, edgeParams, h) => {
        const operation = chosen[e];
        if (operation !== null) return operation.apply(edgeParams[0], h);
        h.dispose();
        return null;
      });
      return [output, {}];
    },
  };
}
