import { numpy as np } from "@jax-js/jax";
import type { SupervisedState } from "minimand";
import type { Tree } from "minimand/engine";
import type { Network } from "./networks.ts";

/** A compiled forward pass: parameters, running statistics, inputs to outputs. */
export type Predict = (params: Tree, modelState: Tree, x: np.Array) => np.Array;

/** Rows of inputs of one shape. */
export interface Inputs {
  x: ArrayLike<number>;
  shape: readonly number[];
}

/** Returns all rows in one array. */
export function inputsOf({ x, shape }: Inputs): np.Array {
  const width = shape.reduce((a, b) => a * b, 1);
  return np.array(Float32Array.from(x), { shape: [x.length / width, ...shape] });
}

/** Outputs of all rows, row by row; by parts of one size where a chunk is given, so that one program serves any number of rows. */
export async function outputsOf(
  predict: Predict,
  { params, modelState }: Pick<SupervisedState, "params" | "modelState">,
  { x, shape }: Inputs,
  chunk?: number,
): Promise<Float32Array> {
  const width = shape.reduce((a, b) => a * b, 1);
  const rows = x.length / width;
  const size = chunk ?? rows;
  const whole = x instanceof Float32Array ? x : Float32Array.from(x);
  let outputs = new Float32Array(0);
  for (let start = 0; start < rows; start += size) {
    const n = Math.min(size, rows - start);
    const input = new Float32Array(size * width);
    input.set(whole.subarray(start * width, (start + n) * width));
    const found = await predict(params, modelState, np.array(input, { shape: [size, ...shape] })).data();
    const columns = found.length / size;
    if (start === 0) outputs = new Float32Array(rows * columns);
    outputs.set((found as Float32Array).subarray(0, n * columns), start * columns);
  }
  return outputs;
}

/** {@link outputsOf} a trained network. */
export function logitsOf(
  { step, predict }: Network,
  state: SupervisedState,
  inputs: Inputs,
  chunk?: number,
): Promise<Float32Array> {
  const variables = { params: step.params(state), modelState: step.modelState(state) };
  return outputsOf(predict, variables, inputs, chunk);
}

/** Returns the class of the largest logit of each row, the first of equal ones. */
export function classesOf(logits: ArrayLike<number>, classes: number): Int32Array<ArrayBuffer> {
  return Int32Array.from({ length: logits.length / classes }, (_, row) => {
    let best = 0;
    for (let k = 1; k < classes; k++) if (logits[row * classes + k] > logits[row * classes + best]) best = k;
    return best;
  });
}

/** Returns the share of rows whose largest logit is that of their class. */
export function accuracyOf(logits: ArrayLike<number>, labels: ArrayLike<number>): number {
  const found = classesOf(logits, logits.length / labels.length);
  return found.filter((k, row) => k === labels[row]).length / labels.length;
}

/** {@link accuracyOf} a trained network. */
export async function accuracyOn(
  network: Network,
  state: SupervisedState,
  rows: Inputs & { y: ArrayLike<number> },
  chunk?: number,
): Promise<number> {
  return accuracyOf(await logitsOf(network, state, rows, chunk), rows.y);
}
