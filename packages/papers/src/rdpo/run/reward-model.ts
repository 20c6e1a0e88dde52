import { numpy as np } from "@jax-js/jax";
import {
  adam,
  fit,
  type Model,
  minibatches,
  objectiveOf,
  type SupervisedState,
  supervised,
  type TokenPair,
  type TrainStep,
} from "minimand";
import { disposeTree, softplus } from "minimand/engine";
import { robustify } from "minimand/losses";
import { someBatches } from "minimand/training";
import { programsOf } from "../../kit/programs.ts";
import { keyFor } from "../../kit/train-network.ts";
import type { TrialHost } from "../../reproduction.ts";
import { rate } from "./settings.ts";

/** How a model of rewards is trained. */
export interface RewardTraining {
  pairs: readonly TokenPair[];
  vocabulary: number;
  /** The share of flips that its loss takes out; 0: plain. */
  epsilon: number;
  steps: number;
  seed: number;
}

/** The worth of each word in a bag of words, `r(y) = sum_t w_(y_t)`, fitted to pairs by Bradley and Terry. */
export async function wordRewards(
  { pairs, vocabulary, epsilon, steps, seed }: RewardTraining,
  { compile, signal }: Pick<TrialHost, "compile" | "signal">,
): Promise<number[]> {
  const step = stepsOf(compile, `${vocabulary} ${epsilon}`, () => {
    const ofMargins = robustify((margin: np.Array) => softplus(margin.neg()), epsilon);
    const model = bagOfWords(vocabulary);
    return supervised({
      model,
      objective: objectiveOf(model, (margins, _, { weights }) => ofMargins(margins).mul(weights)),
      optimizer: adam(rate),
      compile,
    });
  });
  const counts = new Float32Array(pairs.length * vocabulary);
  pairs.forEach(({ chosen, rejected }, i) => {
    for (const id of chosen) counts[i * vocabulary + id]++;
    for (const id of rejected) counts[i * vocabulary + id]--;
  });
  const examples = { x: counts, shape: [vocabulary], y: new Float32Array(pairs.length) };
  const state = await fit({
    step,
    state: step.init(keyFor(seed, 81)),
    batches: someBatches(minibatches(examples, { size: 32, seed }), steps),
    signal,
  });
  const words = await (state.params as np.Array).ref.data();
  disposeTree([state.params, state.optimizer, state.modelState]);
  return [...words];
}

const stepsOf = programsOf<TrainStep<SupervisedState>>();

/** A linear model of differences of counts, without a constant: what both responses share says nothing. */
const bagOfWords = (vocabulary: number): Model => ({
  init(key) {
    key.dispose();
    return { params: np.zeros([vocabulary]), state: {} };
  },
  apply: ({ params, state }, x) => [np.matmul(x, params as np.Array), state],
});
