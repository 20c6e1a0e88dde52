import { numpy as np } from "@jax-js/jax";
import { adam, dense, minibatches, predictor, sequential } from "minimand";
import { keyOf, relu, softmax } from "minimand/engine";
import { batchCrossEntropy, networkOf } from "../../kit/networks.ts";
import { discard, trainNetwork } from "../../kit/train-network.ts";
import type { TrialHost } from "../../reproduction.ts";
import { countOf, type Pictures, type Rows } from "./data.ts";
import { batch, featureSize } from "./settings.ts";

/** A classifier's outputs for rows. */
export interface Seen {
  /** The classifier's last hidden layer, row-major `[rows, featureSize]`. */
  features: Float32Array;
  /** Row-major `[rows, 10]`. */
  probabilities: Float32Array;
}

/** The seed of the classifier's start and batches, the same for all seeds: distances of features depend on their classifier. */
const seed = 77;

/** Trains a classifier of pictures; samples are judged by its features and probabilities. */
export async function classifierOf(
  { train, test }: Pictures,
  epochs: number,
  { compile, signal }: Pick<TrialHost, "compile" | "signal">,
): Promise<{ see(rows: Rows): Promise<Seen>; accuracy: number; dispose(): void }> {
  const model = sequential([
    (x: np.Array) => x.sub(1.5),
    ...[dense({ inputs: train.d, outputs: 64, initial: "he" }), relu],
    ...[dense({ inputs: 64, outputs: featureSize, initial: "he" }), relu],
    dense({ inputs: featureSize, outputs: 10, initial: "zeros" }),
  ]);
  const { step, predict } = networkOf({ model, loss: batchCrossEntropy, optimizer: adam(2e-3) }, compile);
  const examples = { x: train.x, shape: [train.d], y: train.labels, classes: 10 };
  const state = await trainNetwork({
    step,
    state: step.init(keyOf(seed)),
    epochs,
    signal,
    batches: minibatches(examples, { size: batch, seed }),
  });
  step.dispose();
  const hidden = predictor(
    {
      ...model,
      apply(variables, x, options) {
        const [{ features, output }, modelState] = model.applyWithFeatures(variables, x, options);
        output.dispose();
        return [features, modelState];
      },
    },
    compile,
  );
  async function see({ x, d }: Rows): Promise<Seen> {
    const input = (): np.Array => np.array(x, { shape: [x.length / d, d] });
    const features = hidden(state.params, state.modelState, input());
    const logits = predict(state.params, state.modelState, input());
    return {
      features: (await features.data()) as Float32Array,
      probabilities: (await softmax(logits).data()) as Float32Array,
    };
  }
  const { probabilities } = await see(test);
  const right = test.labels.filter((label, i) => label === likeliest(probabilities, i)).length;
  return {
    see,
    accuracy: right / countOf(test),
    dispose() {
      hidden.dispose();
      predict.dispose();
      discard(state);
    },
  };
}

/** Returns the class of the highest probability of a row. */
export function likeliest(probabilities: Float32Array, row: number): number {
  let best = 0;
  for (let k = 1; k < 10; k++) if (probabilities[10 * row + k] > probabilities[10 * row + best]) best = k;
  return best;
}
