import { numpy as np } from "@jax-js/jax";
import type { Tree } from "minimand/engine";
import type { Labelled } from "./data.ts";

/** A compiled forward pass: parameters, running statistics, inputs to logits. */
export type Predict = (params: Tree, modelState: Tree, x: np.Array) => np.Array;

const chunk = 500;

/** Logits of all rows, `[rows, classes]`, on the host. */
export async function logitsOf(
  predict: Predict,
  params: Tree,
  modelState: Tree,
  { x, y, shape }: Labelled,
  classes: number,
): Promise<Float32Array> {
  const width = shape[0];
  const logits = new Float32Array(y.length * classes);
  for (let start = 0; start < y.length; start += chunk) {
    const n = Math.min(chunk, y.length - start);
    const input = new Float32Array(chunk * width);
    input.set(x.subarray(start * width, (start + n) * width));
    const out = await predict(params, modelState, np.array(input, { shape: [chunk, width] })).data();
    logits.set((out as Float32Array).subarray(0, n * classes), start * classes);
  }
  return logits;
}

/** Share of rows whose largest logit is that of their class. */
export function accuracyOf(logits: Float32Array, labels: Int32Array): number {
  const classes = logits.length / labels.length;
  let right = 0;
  labels.forEach((label, row) => {
    let best = 0;
    for (let k = 1; k < classes; k++) if (logits[row * classes + k] > logits[row * classes + best]) best = k;
    if (best === label) right++;
  });
  return right / labels.length;
}
