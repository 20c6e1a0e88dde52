import { numpy as np } from "@jax-js/jax";
import { checkNumber, rangeError, typeError } from "../engine/checks.ts";
import { relu } from "../engine/numerics.ts";
import { readOptions } from "../engine/options.ts";
import { keyOf } from "../engine/random.ts";
import { refTree } from "../engine/tree.ts";
import { huber } from "../losses/regression/losses.ts";
import { dense } from "../models/layers/dense.ts";
import { sequential } from "../models/layers/sequential.ts";
import { adamw } from "../optimizers/adam.ts";
import { minibatches } from "../training/batches.ts";
import { objectiveOf } from "../training/objective.ts";
import { predictor } from "../training/predict.ts";
import { disposeState } from "../training/states/keep-state.ts";
import { supervised } from "../training/supervised.ts";
import { train } from "../training/train.ts";
import { everyBits } from "./code-range.ts";
import { checkConfigs, type QuantConfig } from "./config.ts";

/** Of {@link encodeConfigs}. */
export interface EncodeOptions {
  /** Bits that have a place; default 2 to 8. */
  bits?: readonly number[];
  /** Whether the places of the first and the last layer stay 0; default true. */
  skipEnds?: boolean;
  /** Whether the places for offsets stay 0, as in the authors' code; default false. */
  official?: boolean;
}

/**
 * A configuration as zeros and ones: six for the form (channel, tensor, weights symmetric and not, activations symmetric and not), then one
 * place for each width. Widths go layer by layer, first of all weights, then of all activations.
 *
 * @param configs one a layer, all of one form
 * @param options `bits`, `skipEnds`, `official`
 * @returns `6 + 2 layers bits` numbers
 * @throws TypeError, RangeError for no configurations, several forms, and bits that have no place
 * @example
 * encodeConfigs(uniformConfigs(1, { bits: 8, endBits: 4 }), { bits: [4, 8], skipEnds: false }) // [1, 0, 1, 0, 1, 0, 1, 0, 1, 0]
 * @see Xu et al. 2023, arXiv 2308.07650, section 3.4
 */
export function encodeConfigs(configs: readonly QuantConfig[], options: EncodeOptions = {}): number[] {
  const { bits, skipEnds, official } = readOptions("encodeConfigs", options, {
    bits: [everyBits],
    skipEnds: [true],
    official: [false],
  });
  checkConfigs("configs", configs);
  if (configs.length === 0) throw rangeError("configs", "at least one configuration", configs);
  const [{ granularity, weightSymmetric, actSymmetric }] = configs;
  for (const config of configs) {
    const same =
      config.granularity === granularity &&
      config.weightSymmetric === weightSymmetric &&
      config.actSymmetric === actSymmetric;
    if (!same) throw rangeError("configs", "configurations of one form", configs);
  }
  const isChannel = granularity === "channel";
  const form = [isChannel, !isChannel, weightSymmetric, !weightSymmetric && !official]
    .concat([actSymmetric, !actSymmetric && !official])
    .map(Number);
  const places = (name: "weightBits" | "actBits"): number[] =>
    configs.flatMap((config, l) => {
      const isEnd = l === 0 || l === configs.length - 1;
      if (skipEnds && isEnd) return bits.map(() => 0);
      if (!bits.includes(config[name])) throw rangeError(name, `one of ${bits.join(", ")}`, config[name]);
      return bits.map((b) => Number(b === config[name]));
    });
  return [...form, ...places("weightBits"), ...places("actBits")];
}

/** Of {@link trainAccuracyPredictor}. */
export interface AccuracyPredictorOptions {
  /** Widths of the hidden layers; default 7 of 200. */
  hidden?: readonly number[];
  /** Default 100. */
  epochs?: number;
  /** Default 4e-4. */
  learningRate?: number;
  /** Default 1e-5. */
  weightDecay?: number;
  /** Rows a step; default 256. */
  batchSize?: number;
  seed: number;
}

/** Predicts the accuracy of configurations. */
export interface AccuracyPredictor {
  /** Accuracies, one for each row of features. */
  predict(features: readonly (readonly number[])[]): Promise<Float32Array>;
  /** Frees the network. */
  dispose(): void;
}

/**
 * Trains a network that predicts the accuracy of a configuration: ReLU layers, a linear output without bias, the Huber loss with threshold 1,
 * AdamW. Accuracies are brought to mean 0 and variance 1 for it: as they are, they differ by less than the outputs of a network at its start, which
 * a few hundred of them then leave in place where they have no example.
 *
 * @param features rows of {@link encodeConfigs}
 * @param accuracies one a row, in [0, 1]
 * @param options a seed, and what else there is, see {@link AccuracyPredictorOptions}
 * @returns a function of features; the same seed gives the same
 * @throws TypeError, RangeError for no rows, rows of different lengths, accuracies outside [0, 1], options out of range
 * @example
 * const features = [[1, 0], [0, 1]]
 * const fitted = await trainAccuracyPredictor(features, [0.9, 0.5], { hidden: [8], epochs: 500, learningRate: 0.01, seed: 1 })
 * const predicted = await fitted.predict(features)
 * predicted.map((a) => Math.round(a * 10) / 10) // [0.9, 0.5]
 * @see Xu et al. 2023, arXiv 2308.07650, section 3.4
 */
export async function trainAccuracyPredictor(
  features: readonly (readonly number[])[],
  accuracies: readonly number[],
  options: AccuracyPredictorOptions,
): Promise<AccuracyPredictor> {
  const { hidden, epochs, learningRate } = readOptions("trainAccuracyPredictor", options, {
    hidden: [[200, 200, 200, 200, 200, 200, 200]],
    epochs: [100],
    learningRate: [4e-4],
    weightDecay: true,
    batchSize: true,
    seed: true,
  });
  const { weightDecay = 1e-5, batchSize = 256, seed } = options;
  checkNumber("epochs", epochs, { min: 1, integer: true });
  const width = widthOf(features);
  if (!Array.isArray(accuracies) || accuracies.length !== features.length)
    throw rangeError("accuracies", `${features.length} numbers, one a row`, accuracies);
  for (const accuracy of accuracies) checkNumber("accuracies", accuracy, { min: 0, max: 1 });
  const sizes = [width, ...hidden];
  const model = sequential([
    ...hidden.flatMap((outputs, i) => [dense({ inputs: sizes[i], outputs, initial: "he" }), relu]),
    dense({ inputs: sizes[hidden.length], outputs: 1, bias: false }),
  ]);
  const step = supervised({
    model,
    objective: objectiveOf(model, (output, y, { weights }) => huber(output.reshape([-1]), y, { weights })),
    optimizer: adamw(learningRate, { weightDecay }),
  });
  const x = Float32Array.from(features.flat());
  const { mean, deviation } = spreadOf(accuracies);
  const y = Float32Array.from(accuracies, (accuracy) => (accuracy - mean) / deviation);
  const data = minibatches({ x, shape: [width], y }, { size: Math.min(batchSize, features.length), seed });
  const { state } = await train({ step, state: step.init(keyOf(seed)), data, epochs });
  const params = refTree(step.params(state));
  const modelState = refTree(step.modelState(state));
  disposeState(state);
  step.dispose();
  const run = predictor(model);
  return {
    async predict(rows) {
      if (widthOf(rows) !== width) throw rangeError("features", `rows of ${width} numbers`, rows[0]);
      const given = np.array(Float32Array.from(rows.flat()), { shape: [rows.length, width] });
      const values = await run(params, modelState, given).data();
      return Float32Array.from(values, (v) => mean + deviation * v);
    },
    dispose() {
      run.dispose();
      disposeState({ params, modelState });
    },
  };
}

/** Mean and standard deviation; 1 where all are the same. */
function spreadOf(values: readonly number[]): { mean: number; deviation: number } {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const variance = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length;
  return { mean, deviation: Math.sqrt(variance) || 1 };
}

/** Numbers a row of a table. */
function widthOf(rows: readonly (readonly number[])[]): number {
  if (!Array.isArray(rows)) throw typeError("features", "a list of rows", rows);
  if (rows.length === 0) throw rangeError("features", "at least one row", rows);
  const [first] = rows as readonly (readonly number[])[];
  if (rows.some((row) => row.length !== first.length))
    throw rangeError("features", `rows of ${first.length} numbers`, rows);
  return first.length;
}
