import { numpy as np, random } from "@jax-js/jax";
import { encode, fitEncoder } from "@minimand/compare";
import {
  adam,
  crossEntropy,
  fit,
  logSphericalSoftmaxLoss,
  logTaylorSoftmaxLoss,
  minibatches,
  mlp,
  NonFiniteError,
  objectiveOf,
  predictor,
  sphericalSoftmax,
  supervised,
  targetRanks,
  taylorSoftmax,
  topKAccuracy,
  zLoss,
} from "minimand";
import { derive, disposeTree, randomSource, shuffle } from "minimand/engine";
import { programsOf } from "../programs.ts";
import type { TrialHost } from "../reproduction.ts";
import type { DigitArm } from "./arms.ts";
import type { DigitResult, DigitSpec } from "./spec.ts";

/** Rows for tuning and for testing; the rest is trained on. */
const held = { tune: 300, test: 500 };

const losses: Record<DigitArm, typeof crossEntropy> = {
  "log-softmax": crossEntropy,
  "log-Taylor softmax": logTaylorSoftmaxLoss,
  "log-spherical softmax": (f, y, options) => logSphericalSoftmaxLoss(f, y, { ...options, eps: 0.1 }),
  "Z-loss": (f, y, options) => zLoss(f, y, { ...options, a: 1, b: 3 }),
};

/** What the classes are ranked by: the probabilities where they aren't in the order of the scores. */
const confidences: Record<DigitArm, (scores: np.Array) => np.Array> = {
  "log-softmax": (f) => f,
  "log-Taylor softmax": taylorSoftmax,
  "log-spherical softmax": (f) => sphericalSoftmax(f, { eps: 0.1 }),
  "Z-loss": (f) => f,
};

/** Trains one network on the 8 x 8 digits; equal seeds share split, start and batches. */
export async function digitTrial(spec: DigitSpec, host: TrialHost): Promise<DigitResult> {
  const dataset = await host.dataset("digits");
  const order = shuffle(
    Int32Array.from(dataset.labels, (_, row) => row),
    randomSource(derive(spec.seed, 51)),
  );
  const [tune, test] = [order.subarray(0, held.tune), order.subarray(held.tune, held.tune + held.test)];
  const train = order.subarray(held.tune + held.test);
  const encoder = fitEncoder(dataset, train);
  const part = (rows: Int32Array) => ({
    x: encode(encoder, dataset, rows).x,
    shape: [encoder.inputs],
    y: Int32Array.from(rows, (row) => dataset.labels[row]),
    classes: dataset.classes.length,
  });
  const { step, predict } = programFor(spec.arm, encoder.inputs, host.compile);
  const batches = minibatches(part(train), { size: 64, seed: derive(spec.seed, 52) });
  let state = step.init(random.key(derive(spec.seed, 53) | 0), {
    hyper: { learningRate: spec.learningRate },
  });
  try {
    for (let epoch = 0; epoch < spec.epochs; epoch++) {
      const decay = 1 - epoch / spec.epochs;
      state = { ...state, hyper: { learningRate: decay * spec.learningRate } };
      state = await fit({ step, state, batches: batches.epoch(epoch), signal: host.signal });
    }
  } catch (error) {
    if (error instanceof NonFiniteError) return { part: "digits", accuracy: null };
    throw error;
  }
  const { x, y, classes } = part(spec.judge === "test" ? test : tune);
  const inputs = np.array(x as Float32Array<ArrayBuffer>, { shape: [y.length, encoder.inputs] });
  const scores = predict(step.params(state), step.modelState(state), inputs);
  disposeTree([state.params, state.optimizer, state.modelState]);
  const confidence = await confidences[spec.arm](scores).data();
  return { part: "digits", accuracy: topKAccuracy(targetRanks(y, confidence, classes), 1) };
}

type Programs = { step: ReturnType<typeof supervised>; predict: ReturnType<typeof predictor> };
const programs = programsOf<Programs>();

function programFor(arm: DigitArm, inputs: number, compile: TrialHost["compile"]): Programs {
  return programs(compile, arm, () => {
    const model = mlp({ inputs, hidden: [64], outputs: 10 });
    const step = supervised({
      model,
      objective: objectiveOf(model, (f, y, { weights }) => losses[arm](f, y, { weights })),
      optimizer: ({ learningRate }) => adam(learningRate),
      compile,
    });
    return { step, predict: predictor(model, compile) };
  });
}
