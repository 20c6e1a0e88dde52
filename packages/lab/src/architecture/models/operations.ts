import { numpy as np, random } from "@jax-js/jax";
import type { Tree } from "minimand/engine";
import { relu } from "minimand/engine";

/** An operation on an edge of a cell: a map of images `[batch, height, width, channels]` to images of the same shape. */
export interface CellOperation {
  /** `none` is the one that a discrete cell leaves out. */
  name: string;
  init(key: np.Array, channels: number): Tree;
  /** Consumes both. */
  apply(params: Tree, x: np.Array): np.Array;
}

/** Nothing passes: zeros. */
export const noOperation: CellOperation = {
  name: "none",
  init: withoutParams,
  apply: (_, x) => x.mul(0),
};

/** The identity. */
export const skipConnection: CellOperation = { name: "skip", init: withoutParams, apply: (_, x) => x };

/** The mean of the 3 x 3 neighbourhood; pixels beyond the border aren't counted. */
export const averagePooling: CellOperation = {
  name: "average",
  init: withoutParams,
  apply(_, x) {
    const [, height, width] = x.shape;
    const count = (n: number): Float32Array<ArrayBuffer> =>
      Float32Array.from({ length: n }, (_, i) => 1 / (3 - Number(i === 0) - Number(i === n - 1)));
    const rows = sumOfThree(x, 1, height).mul(np.array(count(height), { shape: [1, height, 1, 1] }));
    return sumOfThree(rows, 2, width).mul(np.array(count(width), { shape: [1, 1, width, 1] }));
  },
};

/** ReLU, then a 3 x 3 convolution with bias; zeros beyond the border. */
export const reluConvolution: CellOperation = {
  name: "convolution",
  init(key, channels) {
    const kernel = random.normal(key, [9 * channels, channels]).mul(Math.sqrt(2 / (9 * channels)));
    return { kernel, bias: np.zeros([channels]) };
  },
  apply(params, x) {
    const { kernel, bias } = params as { kernel: np.Array; bias: np.Array };
    const [batch, height, width, channels] = x.shape;
    const padded = np.pad(relu(x), [
      [0, 0],
      [1, 1],
      [1, 1],
      [0, 0],
    ]);
    // One product with the neighbourhoods side by side: the engine's own convolution takes many times as long.
    const shifted: np.Array[] = [];
    for (let i = 0; i < 3; i++)
      for (let j = 0; j < 3; j++) shifted.push(padded.ref.slice([], [i, i + height], [j, j + width]));
    padded.dispose();
    const columns = np.concatenate(shifted, -1).reshape([batch * height * width, 9 * channels]);
    return np.matmul(columns, kernel).add(bias).reshape([batch, height, width, kernel.shape[1]]);
  },
};

/** The four operations of the small spaces: none, skip, 3 x 3 average, ReLU and 3 x 3 convolution. */
export const cellOperations: readonly CellOperation[] = [
  noOperation,
  skipConnection,
  averagePooling,
  reluConvolution,
];

function withoutParams(key: np.Array): Tree {
  key.dispose();
  return {};
}

/** Each entry with its two neighbours along an axis, zeros beyond the border. */
function sumOfThree(x: np.Array, axis: number, length: number): np.Array {
  const margins = x.shape.map((_, i) => (i === axis ? [1, 1] : [0, 0]) as [number, number]);
  const padded = np.pad(x, margins);
  const part = (start: number): np.Array => {
    const range: [number, number] = [start, start + length];
    return axis === 1 ? padded.ref.slice([], range) : padded.ref.slice([], [], range);
  };
  const sum = part(0).add(part(1)).add(part(2));
  padded.dispose();
  return sum;
}
