import { numpy as np } from "@jax-js/jax";
import {
  crossEntropy,
  fit,
  type Model,
  minibatches,
  NonFiniteError,
  objectiveOf,
  type predictor,
  type SupervisedState,
  sgd,
  supervised,
  type TrainStep,
} from "minimand";
import { disposeTree, type Tree } from "minimand/engine";
import type { TrialHost } from "../reproduction.ts";
import type { Digits } from "./digits.ts";

export const loss = (f: np.Array, y: np.Array, { weights }: { weights: np.Array }): np.Array =>
  crossEntropy(f, y, { weights });

/** Stochastic gradient descent with momentum and the options given, its learning rate an input. */
export function plainStep(
  model: Model,
  { momentum, weightDecay = 0 }: { momentum: number; weightDecay?: number },
  compile: TrialHost["compile"],
): TrainStep<SupervisedState> {
  return supervised({
    model,
    objective: objectiveOf(model, loss),
    optimizer: ({ learningRate }) => sgd(learningRate, { momentum, weightDecay }),
    compile,
  });
}

/** Trains for some epochs with a rate that falls linearly; null where training diverged. */
export async function trained(
  step: TrainStep<SupervisedState>,
  start: SupervisedState,
  rows: Digits,
  {
    epochs,
    batch,
    learningRate,
    seed,
  }: { epochs: number; batch: number; learningRate: number; seed: number },
  signal: AbortSignal | undefined,
): Promise<SupervisedState | null> {
  const batches = minibatches(rows, { size: batch, seed });
  let state = start;
  try {
    for (let epoch = 0; epoch < epochs; epoch++) {
      const hyper = { ...state.hyper, learningRate: learningRate * (1 - epoch / epochs) };
      state = await fit({ step, state: { ...state, hyper }, batches: batches.epoch(epoch), signal });
    }
    return state;
  } catch (error) {
    if (error instanceof NonFiniteError) return null;
    throw error;
  }
}

const chunk = 400;

/** Share of rows that are classified rightly. Looks at the parameters. */
export async function accuracyOf(
  predict: ReturnType<typeof predictor>,
  params: Tree,
  { x, y, shape }: Digits,
): Promise<number> {
  const width = shape.reduce((a, b) => a * b, 1);
  let right = 0;
  for (let start = 0; start < y.length; start += chunk) {
    const n = Math.min(chunk, y.length - start);
    const input = new Float32Array(chunk * width);
    input.set(x.subarray(start * width, (start + n) * width));
    const logits = await predict(params, {}, np.array(input, { shape: [chunk, ...shape] })).data();
    const classes = logits.length / chunk;
    for (let row = 0; row < n; row++) {
      let best = 0;
      for (let k = 1; k < classes; k++)
        if (logits[row * classes + k] > logits[row * classes + best]) best = k;
      if (best === y[start + row]) right++;
    }
  }
  return right / y.length;
}

/** Gives up what a state owns. */
export function discard({ params, optimizer, modelState }: SupervisedState): void {
  disposeTree([params, optimizer, modelState]);
}
