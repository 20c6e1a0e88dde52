import { type DType, numpy as np } from "@jax-js/jax";
import type { Compile } from "../../engine/compile.ts";
import { relu } from "../../engine/numerics.ts";
import { constantOf } from "../../engine/parameter.ts";
import { keyOf } from "../../engine/random.ts";
import { disposeTree, leavesOf, mapTree } from "../../engine/tree.ts";
import { sgd } from "../../optimizers/index.ts";
import { supervised } from "../../training/supervised.ts";
import type { Variables } from "../model.ts";
import { multiHeadAttention } from "./attention.ts";
import { conv2d, convTranspose2d } from "./conv2d.ts";
import { type CrossLayer, crossAttention } from "./cross-attention.ts";
import { decoderBlock } from "./decoder-block.ts";
import { dense } from "./dense.ts";
import { dropout } from "./dropout.ts";
import { embedding } from "./embedding.ts";
import { flatten } from "./flatten.ts";
import type { Layer } from "./layer.ts";
import { batchNorm, layerNorm, rmsNorm } from "./normalization.ts";
import { avgPool, globalAveragePool, maxPool } from "./pooling.ts";
import { learnedPositions } from "./positions.ts";
import { residual } from "./residual.ts";
import { sequential } from "./sequential.ts";
import { transformerBlock } from "./transformer.ts";
import { upsample } from "./upsample.ts";

/** A layer as its conformance suite sees it. */
export interface ConformingLayer {
  layer: Layer;
  /** Shape of an input and of its output, the batch first. */
  input: readonly number[];
  output: readonly number[];
  /** Where the input is ids: how many there are. */
  ids?: number;
  /** An input shape that is refused; none where the layer takes all. */
  refused?: readonly number[];
  /** Whether training draws random numbers. */
  draws?: boolean;
}

/** A layer with its memory made of its input: the first `memorySize` numbers of each position. */
const overItself = (layer: CrossLayer, memorySize: number): Layer => ({
  ...layer,
  apply: (variables, x, options) =>
    layer.apply(variables, x, x.ref.slice([], [], [0, memorySize]).mul(0.5), options),
});

/** Every layer joins the conformance suite by one line here. */
export const conformingLayers: readonly ConformingLayer[] = [
  { layer: dense({ inputs: 6, outputs: 5 }), input: [4, 6], output: [4, 5], refused: [4, 5] },
  {
    layer: dense({ inputs: 4, outputs: 3, bias: false }),
    input: [2, 3, 4],
    output: [2, 3, 3],
    refused: [2, 4, 3],
  },
  { layer: dropout(0.4), input: [5, 7], output: [5, 7], draws: true },
  { layer: layerNorm(6), input: [4, 6], output: [4, 6], refused: [4, 7] },
  { layer: layerNorm(5, { eps: 0.1 }), input: [2, 3, 5], output: [2, 3, 5], refused: [5, 1] },
  { layer: rmsNorm(6), input: [2, 2, 6], output: [2, 2, 6], refused: [4, 5] },
  { layer: batchNorm(3), input: [6, 3], output: [6, 3], refused: [6, 4] },
  { layer: batchNorm(3), input: [3, 2, 2, 3], output: [3, 2, 2, 3], refused: [3, 2, 3, 2] },
  { layer: embedding({ vocabulary: 7, size: 3 }), input: [8], ids: 7, output: [8, 3] },
  { layer: embedding({ vocabulary: 5, size: 4 }), input: [3, 4], ids: 5, output: [3, 4, 4] },
  {
    layer: learnedPositions({ length: 5, size: 3 }),
    input: [2, 4, 3],
    output: [2, 4, 3],
    refused: [2, 6, 3],
  },
  { layer: multiHeadAttention({ size: 6, heads: 2 }), input: [2, 3, 6], output: [2, 3, 6], refused: [3, 6] },
  {
    layer: multiHeadAttention({ size: 5, heads: 2, keySize: 4, causal: true, rotary: true }),
    input: [2, 4, 5],
    output: [2, 4, 5],
    refused: [2, 4, 6],
  },
  {
    layer: transformerBlock({ size: 4, heads: 2, hidden: 6, causal: true, rotary: true, dropout: 0.2 }),
    input: [2, 3, 4],
    output: [2, 3, 4],
    refused: [2, 4, 3],
    draws: true,
  },
  {
    layer: overItself(crossAttention({ size: 6, heads: 2, memorySize: 3 }), 3),
    input: [2, 4, 6],
    output: [2, 4, 6],
    refused: [2, 4, 5],
  },
  {
    layer: overItself(decoderBlock({ size: 4, heads: 2, hidden: 6, memorySize: 3, causal: true }), 3),
    input: [2, 3, 4],
    output: [2, 3, 4],
    refused: [2, 4, 3],
  },
  {
    layer: residual([layerNorm(4), dense({ inputs: 4, outputs: 4 }), np.tanh]),
    input: [3, 4],
    output: [3, 4],
    refused: [3, 1],
  },
  {
    layer: sequential([
      dense({ inputs: 5, outputs: 8 }),
      relu,
      dropout(0.2),
      dense({ inputs: 8, outputs: 2 }),
    ]),
    input: [4, 5],
    output: [4, 2],
    refused: [5, 4],
    draws: true,
  },
  {
    layer: sequential([
      embedding({ vocabulary: 6, size: 4 }),
      (x) => x.mean(1),
      batchNorm(4),
      dense({ inputs: 4, outputs: 3 }),
    ]),
    input: [5, 3],
    ids: 6,
    output: [5, 3],
  },
  {
    layer: conv2d({ inputs: 1, outputs: 4, kernel: 3, padding: "same" }),
    input: [2, 5, 4, 1],
    output: [2, 5, 4, 4],
    refused: [2, 5, 4, 2],
  },
  {
    layer: conv2d({ inputs: 3, outputs: 2, kernel: [3, 2], stride: 2, padding: 1, bias: false }),
    input: [2, 5, 4, 3],
    output: [2, 3, 3, 2],
    refused: [5, 4, 3],
  },
  {
    layer: conv2d({ inputs: 4, outputs: 6, kernel: 2, dilation: 2, groups: 2 }),
    input: [2, 4, 5, 4],
    output: [2, 2, 3, 6],
    refused: [2, 4, 5, 2],
  },
  {
    layer: conv2d({ inputs: 3, outputs: 3, kernel: 3, padding: "same", groups: 3 }),
    input: [2, 4, 3, 3],
    output: [2, 4, 3, 3],
    refused: [2, 3, 4, 3, 3],
  },
  {
    layer: convTranspose2d({ inputs: 3, outputs: 2, kernel: 3, stride: 2, padding: 1, outputPadding: 1 }),
    input: [2, 3, 2, 3],
    output: [2, 6, 4, 2],
    refused: [2, 3, 2, 2],
  },
  {
    layer: convTranspose2d({ inputs: 2, outputs: 4, kernel: 2, stride: 2, groups: 2 }),
    input: [2, 2, 3, 2],
    output: [2, 4, 6, 4],
    refused: [2, 2],
  },
  { layer: avgPool({ size: 2 }), input: [2, 5, 4, 3], output: [2, 2, 2, 3], refused: [5, 4, 3] },
  {
    layer: avgPool({ size: 3, stride: 2, padding: 1 }),
    input: [2, 5, 4, 2],
    output: [2, 3, 2, 2],
    refused: [2, 5],
  },
  { layer: maxPool({ size: 2 }), input: [2, 4, 5, 3], output: [2, 2, 2, 3], refused: [5, 4, 3] },
  {
    layer: maxPool({ size: [3, 2], stride: [2, 1], padding: "same" }),
    input: [2, 5, 4, 2],
    output: [2, 3, 4, 2],
    refused: [2, 5],
  },
  { layer: globalAveragePool(), input: [3, 2, 4, 5], output: [3, 5], refused: [3, 5] },
  { layer: upsample({ factor: 2 }), input: [2, 2, 3, 2], output: [2, 4, 6, 2], refused: [2, 3] },
  {
    layer: upsample({ factor: [3, 2], method: "bilinear" }),
    input: [2, 2, 3, 2],
    output: [2, 6, 6, 2],
    refused: [2, 3],
  },
  { layer: flatten(), input: [3, 2, 2, 3], output: [3, 12] },
  {
    layer: sequential([
      conv2d({ inputs: 1, outputs: 4, kernel: 3 }),
      batchNorm(4),
      relu,
      maxPool({ size: 2 }),
      flatten(),
      dense({ inputs: 16, outputs: 3 }),
    ]),
    input: [3, 6, 6, 1],
    output: [3, 3],
    refused: [3, 6, 6, 2],
  },
];

/** What distinguishes layers in a list of tests. */
export const titleOf = ({ layer, input }: ConformingLayer): string =>
  `${layer.name} of [${input.join(", ")}]`;

/** An input of a layer without two equal numbers next to each other. */
export function inputOf({ input, ids }: ConformingLayer, dtype: DType = np.float32): np.Array {
  return ids === undefined ? floats(input, dtype) : idsBelow(ids, input);
}

/** Numbers between -2 and 2. */
export function floats(shape: readonly number[], dtype: DType = np.float32): np.Array {
  const wave = (_: unknown, i: number): number => 2 * Math.sin(12.9898 * i + 4.1);
  const values = { length: shape.reduce((a, b) => a * b, 1) };
  const data = dtype === np.float64 ? Float64Array.from(values, wave) : Float32Array.from(values, wave);
  return np.array(data, { shape: [...shape] });
}

function idsBelow(count: number, shape: readonly number[]): np.Array {
  const length = shape.reduce((a, b) => a * b, 1);
  return np.array(
    Int32Array.from({ length }, (_, i) => (i * i + 2 * i + 1) % count),
    { shape: [...shape] },
  );
}

/** A start of a layer in a dtype; parameters that start at zero or one are moved, so that each has its part. */
export function startOf({ layer }: ConformingLayer, dtype: DType = np.float32): Variables {
  const { params, state } = layer.init(keyOf(5));
  const cast = (x: np.Array): np.Array => constantOf(x, dtype);
  const moved = (x: np.Array): np.Array => {
    const { shape } = x;
    return cast(x).add(floats(shape, dtype).mul(0.1));
  };
  return { params: mapTree(moved, params), state: mapTree(cast, state) };
}

/** Losses of some steps of training a layer to give fixed outputs, and its parameters after them. */
export function trained(
  conforming: ConformingLayer,
  { compile, dtype = np.float32 }: { compile?: Compile; dtype?: DType } = {},
): { losses: number[]; params: number[] } {
  const { layer, input, output } = conforming;
  const step = supervised({
    model: {
      ...layer,
      init(key) {
        key.dispose();
        return startOf(conforming, dtype);
      },
    },
    objective: (params, { modelState, memory, key }, { x, y, weights }) => {
      y.dispose();
      const [out, next] = layer.apply({ params, state: modelState }, x, { training: true, key, weights });
      const loss = np.square(out.ref.sub(floats(output, dtype))).mean();
      return [loss, { output: out, modelState: next, memory }];
    },
    optimizer: sgd(0.05, { momentum: 0.9 }),
    compile,
  });
  const [rows] = input;
  let state = step.init(keyOf(1));
  const losses: number[] = [];
  for (let i = 0; i < 20; i++) {
    const [next, { loss }] = step.update(state, {
      x: inputOf(conforming, dtype),
      y: np.zeros([rows]),
      weights: np.array(Float32Array.from({ length: rows }, (_, row) => 1 + 0.1 * row)),
      ids: new Int32Array(rows),
      rows,
    });
    state = next;
    losses.push(loss.item());
  }
  const params = leavesOf(state.params).flatMap((leaf) => [...(leaf.ref.dataSync() as Float32Array)]);
  disposeTree([state.params, state.optimizer, state.modelState]);
  step.dispose();
  return { losses, params };
}
