import type { numpy as np } from "@jax-js/jax";
import { adam, crossEntropy, minibatches, mlp, zLoss } from "minimand";
import { derive } from "minimand/engine";
import {
  logSphericalSoftmaxLoss,
  logTaylorSoftmaxLoss,
  sphericalSoftmax,
  taylorSoftmax,
} from "minimand/losses";
import { targetRanks, topKAccuracy } from "minimand/metrics";
import { inputsOf } from "../../kit/accuracy.ts";
import { networksOf } from "../../kit/networks.ts";
import { shuffled, standardised } from "../../kit/rows.ts";
import { linear } from "../../kit/schedules.ts";
import { discard, keyFor, trainOrNull } from "../../kit/train-network.ts";
import type { TrialHost } from "../../reproduction.ts";
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
  const order = shuffled(dataset.rows, derive(spec.seed, 51));
  const [tune, test] = [order.subarray(0, held.tune), order.subarray(held.tune, held.tune + held.test)];
  const train = order.subarray(held.tune + held.test);
  const part = standardised(dataset, train);
  const rows = part(train);
  const { step, predict } = networks(host.compile, spec.arm, () => ({
    model: mlp({ inputs: rows.shape[0], hidden: [64], outputs: 10 }),
    loss: (f, y, { weights }) => losses[spec.arm](f, y, { weights }),
    optimizer: ({ learningRate }) => adam(learningRate),
  }));
  const state = await trainOrNull({
    step,
    state: step.init(keyFor(spec.seed, 53), { hyper: { learningRate: spec.learningRate } }),
    batches: minibatches(rows, { size: 64, seed: derive(spec.seed, 52) }),
    epochs: spec.epochs,
    schedule: linear,
    signal: host.signal,
  });
  if (state === null) return { part: "digits", accuracy: null };
  const judged = part(spec.judge === "test" ? test : tune);
  const scores = predict(step.params(state), step.modelState(state), inputsOf(judged));
  discard(state);
  const confidence = await confidences[spec.arm](scores).data();
  return { part: "digits", accuracy: topKAccuracy(targetRanks(judged.y, confidence, judged.classes), 1) };
}

const networks = networksOf();
