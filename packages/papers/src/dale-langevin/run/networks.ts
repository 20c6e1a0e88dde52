import { numpy as np, random } from "@jax-js/jax";
import {
  addNoise,
  geometricBrownianMotion,
  hyvarinenScore,
  multiplicativeScoreMatching,
} from "@minimand/lab/generative";
import {
  adam,
  dense,
  fit,
  type Model,
  minibatches,
  residual,
  type SupervisedState,
  sequential,
  silu,
  supervised,
} from "minimand";
import { type Compile, type Compiled, compileWithJit, keyOf, refTree, type Tree } from "minimand/engine";
import { denoisingLoss } from "minimand/losses";
import { linearSchedule } from "minimand/optimizers";
import { someBatches } from "minimand/training";
import { discard } from "../../kit/train-network.ts";
import { columnMoments, countOf, type Rows } from "./data.ts";
import { batch, firstTime, learningRate, sigma } from "./settings.ts";
import { scoreUNet } from "./u-net.ts";

export const motion = geometricBrownianMotion({ sigma });

/** Whether noise is multiplicative or additive. */
export type Noise = "multiplicative" | "additive";

/** Sines and cosines of time. */
const waves = 16;

/** A network of rows and their times: three hidden layers, two of them residual. */
export function scoreMlp(d: number, width: number): Model {
  const block = () => residual([dense({ inputs: width, outputs: width }), silu]);
  return sequential([
    dense({ inputs: d + 2 * waves, outputs: width }),
    silu,
    block(),
    block(),
    dense({ inputs: width, outputs: d }),
  ]);
}

/** A network of square pictures and their times, see {@link scoreUNet}. */
export const pictureNet = (d: number, channels: number): Model =>
  scoreUNet({ side: Math.sqrt(d), times: 2 * waves, channels });

/** `[batch]` to `[batch, 2 waves]`: periods from 2 to 0.02. */
function timeFeatures(t: np.Array): np.Array {
  const rates = Float32Array.from({ length: waves }, (_, k) => Math.PI * 100 ** (k / (waves - 1)));
  const angles = t.reshape([-1, 1]).mul(np.array(rates).reshape([1, waves]));
  return np.concatenate([np.sin(angles.ref), np.cos(angles)], 1);
}

/** A trained network of one kind of noise, for samplers. */
export interface Trained {
  /** Returns Hyvarinen scores for multiplicative noise, the noise itself for additive noise. Consumes its array. */
  at(xt: np.Array, t: number): np.Array;
  /** Mean loss over the last twentieth of the steps. */
  loss: number;
  dispose(): void;
}

/**
 * Trains a network to predict the noise in rows; `log x_t` or `x_t` is standardised to mean 0 and variance 1 at each time.
 *
 * @param rows data, > 0
 * @param kind both kinds have the same network, the same variances of their noise, steps and batches
 */
export async function trainScores(
  rows: Rows,
  kind: Noise,
  {
    seed,
    layers,
    steps,
    compile,
    signal,
  }: {
    seed: number;
    /** Maps rows, followed by the features of their times, to rows. */
    layers: Model;
    steps: number;
    compile: Compile | undefined;
    signal: AbortSignal | undefined;
  },
): Promise<Trained> {
  const { d } = rows;
  const isMultiplicative = kind === "multiplicative";
  const seen = columnMoments(isMultiplicative ? rows.x.map(Math.log) : rows.x, d);
  /** Predicts the noise of the network's input, traced. */
  const network =
    (params: Tree, state: Tree) =>
    (input: np.Array, t: np.Array): np.Array => {
      const scale = np.sqrt(t.ref.mul(sigma ** 2).add(seen.variance)).reshape([-1, 1]);
      const centred = input.sub(np.array(seen.mean).reshape([1, d])).div(scale);
      const [noise] = layers.apply({ params, state }, np.concatenate([centred, timeFeatures(t)], 1), {
        training: true,
      });
      return noise;
    };
  const step = supervised({
    model: layers,
    optimizer: adam(linearSchedule(learningRate, steps, 0)),
    objective: (params, { modelState, memory, key }, { x, y, weights }) => {
      y.dispose();
      const [forTimes, forNoise] = [...random.split(key, 2)];
      const t = random
        .uniform(forTimes, [x.shape[0]])
        .mul(1 - firstTime)
        .add(firstTime);
      const z = random.normal(forNoise, x.shape);
      const predict = network(params, refTree(modelState));
      const total = weights.ref.sum();
      const losses = (): np.Array => {
        if (!isMultiplicative) {
          const xt = addNoise(x, t.ref, z.ref, { sigma });
          // A sum over the numbers of a row, as the other loss is.
          return denoisingLoss(predict(xt, t), z, { weights }).mul(d);
        }
        const xt = motion.sample(x.ref, t.ref, z);
        const scores = hyvarinenScore(predict, { motion })(xt.ref, t.ref);
        return multiplicativeScoreMatching(scores, xt, x, t, { sigma, weights });
      };
      return [losses().sum().div(total), { output: np.zeros([1]), modelState, memory }];
    },
    ...(compile !== undefined && { compile }),
  });
  const examples = { x: rows.x, shape: [d], y: new Float32Array(countOf(rows)) };
  const batches = minibatches(examples, { size: batch, seed });
  let sum = 0;
  let counted = 0;
  const state: SupervisedState = await fit({
    step,
    state: step.init(keyOf(seed, 3)),
    batches: someBatches(batches, steps),
    onMetrics({ loss }, at) {
      if (at < 0.95 * steps) return;
      sum += loss;
      counted++;
    },
    ...(signal !== undefined && { signal }),
  });
  step.dispose();
  const forward: Compiled<[Tree, Tree, np.Array, np.Array], np.Array> = (compile ?? compileWithJit)(
    (params: Tree, modelState: Tree, xt: np.Array, t: np.Array) =>
      isMultiplicative
        ? hyvarinenScore(network(params, modelState), { motion })(xt, t)
        : network(params, modelState)(xt, t),
  );
  const { params, modelState } = state;
  return {
    at: (xt, t) =>
      forward(refTree(params), refTree(modelState), xt, np.full([xt.shape[0]], t, { dtype: np.float32 })),
    loss: sum / counted,
    dispose() {
      forward.dispose();
      discard(state);
    },
  };
}
