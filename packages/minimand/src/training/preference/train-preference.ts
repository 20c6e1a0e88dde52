import { checkNumber } from "../../engine/errors.ts";
import { readOptions } from "../../engine/options.ts";
import { keyOf } from "../../engine/random.ts";
import { disposeTree, type Tree } from "../../engine/tree.ts";
import { type FitOptions, fit } from "../fit.ts";
import type { Hyper } from "../hyper.ts";
import { someBatches } from "../some-batches.ts";
import type { SupervisedState } from "../train-step.ts";
import {
  type PreferenceTrainingOptions,
  preferenceTraining,
  preferenceTrainingOptions,
} from "./preference-training.ts";
import type { ReferenceLogps } from "./reference.ts";

/** What {@link trainPreference} trains, on what, and how. */
export interface TrainPreferenceOptions<H extends Hyper = Hyper>
  extends PreferenceTrainingOptions<H>,
    Pick<FitOptions<SupervisedState>, "onStep" | "onMetrics" | "signal"> {
  steps: number;
}

/**
 * Trains a policy on preferences, from its current parameters: its own log-probabilities at the start, computed once, are the reference.
 *
 * Whatever the policy is: all that is asked of it are the log-probabilities of both responses of each pair, as a traced function of its
 * parameters; {@link sequencePolicy} has them of a language model. Each step is told: `loss`, and over its batch the mean `margin` of
 * log-ratios, the `accuracy`, and `chosenLogRatio`, whose fall shows over-optimisation.
 *
 * Batches are drawn by `seed` alone, so that two losses see the same pairs in the same order.
 *
 * @returns the trained parameters and the loss's state, which are the caller's, and the reference, which may be stored
 * @throws TypeError, RangeError for options that are none, examples that don't match, log-probabilities that aren't finite or above 0;
 * NonFiniteError, and the reason of `signal`, as {@link fit}
 * @example
 * const trained = await trainPreference({
 *   logps: sequencePolicy(model, state),
 *   params,
 *   examples: responsePairs(pairs, { length: 16 }),
 *   loss: (pairs, { weights }) => rpoLoss(pairs, { weights, eta: 0.1 }),
 *   optimizer: adamw(1e-3),
 *   steps: 300,
 *   seed: 0,
 * })
 * @see Rafailov et al. 2023, arXiv 2305.18290, section 4; Liu et al. 2024, arXiv 2405.16436, algorithm 2
 */
export async function trainPreference<H extends Hyper = Hyper>(
  options: TrainPreferenceOptions<H>,
): Promise<{ params: Tree; reference: ReferenceLogps; lossState: Tree }> {
  readOptions<object>("trainPreference", options, {
    ...preferenceTrainingOptions,
    steps: true,
    onStep: true,
    onMetrics: true,
    signal: true,
  });
  const { steps, onStep, onMetrics, signal, ...training } = options;
  checkNumber("steps", steps, { min: 1, integer: true });
  const { step, data, reference } = await preferenceTraining(training);
  try {
    const state = await fit({
      step,
      state: step.init(keyOf(training.seed)) as SupervisedState,
      batches: someBatches(data, steps),
      onStep,
      onMetrics,
      signal,
    } as FitOptions<SupervisedState>);
    disposeTree(state.optimizer);
    return { params: state.params, reference, lossState: state.modelState };
  } finally {
    step.dispose();
  }
}
