import { checkNumber } from "../engine/checks.ts";
import { checkOptions } from "../engine/options.ts";
import { derive, randomSource } from "../engine/random.ts";
import { ensLoss } from "../losses/classification/ensloss.ts";
import type { EnsLossLaw } from "../losses/classification/ensloss-derivatives.ts";
import { objectiveOf } from "./objective.ts";
import { type SupervisedOptions, type SupervisedState, supervised } from "./supervised.ts";
import { readInit, type TrainStep } from "./train-step.ts";

/** Options of {@link ensLossTrainer}. The Box-Cox lambda is the hyperparameter `boxCoxLambda`, 0 unless given to `init`. */
export interface EnsLossTrainerOptions
  extends Omit<SupervisedOptions, "objective">,
    Omit<EnsLossLaw, "boxCoxLambda"> {
  phantomZero?: boolean;
  /** After how many updates lambda is drawn anew, uniformly from (-1, 1); default 0: never. */
  period?: number;
}

/**
 * Doubly stochastic gradient descent: every update draws a minibatch's loss-derivatives anew (EnsLoss), and every
 * `period` updates also their law.
 *
 * The model gives one score an example, `[batch, 1]`, or two logits. The metric `loss` is the value of the surrogate,
 * which means nothing: judge by accuracy or AUC.
 *
 * @param options model, optimizer (the paper: SGD with momentum), the law of the derivatives, `period`
 * @returns a training step; one compiled program serves all lambdas
 * @throws RangeError for a `period` that is not an integer >= 0, and as `ensLoss`
 * @example
 * ensLossTrainer({ model: mlp({ inputs: 60, hidden: [64, 64], outputs: 1 }), optimizer: sgd(0.01, { momentum: 0.9 }), period: 20 * batches.perEpoch })
 * @see Dai 2024, arXiv 2409.00908, algorithm 1 (`period` > 0: ensLoss+bc in the official code)
 */
export function ensLossTrainer(options: EnsLossTrainerOptions): TrainStep<SupervisedState> {
  checkOptions("ensLossTrainer", options, {
    ...{ model: true, optimizer: true, compile: true, period: true, phantomZero: true },
    ...{ generator: true, clip: true, tail: true, epsilon: true },
  });
  const { model, optimizer, compile, period = 0, ...law } = options;
  checkNumber("period", period, { min: 0, integer: true });
  const objective = objectiveOf(model, (scores, y, { weights, key, hyper }) =>
    ensLoss(scores, y, { ...law, weights, key, boxCoxLambda: hyper.boxCoxLambda }),
  );
  const step = supervised({ model, objective, optimizer, compile });
  const { updateAll } = step;
  const isDue = (count: number): boolean => period > 0 && count > 0 && count % period === 0;
  return {
    ...step,
    init(key, given) {
      const { hyper, memory } = readInit(given);
      return step.init(key, { hyper: { boxCoxLambda: 0, ...hyper }, memory });
    },
    update(state, batch) {
      if (!isDue(state.count)) return step.update(state, batch);
      // A stream of its own, so that the draws of the steps stay what they are without a period.
      const boxCoxLambda = 2 * randomSource(derive(state.seed, state.count, lambdaStream))() - 1;
      return step.update({ ...state, hyper: { ...state.hyper, boxCoxLambda } }, batch);
    },
    ...(updateAll && {
      // Lambda is the same for all steps of a block, so one that is drawn anew on the way needs single steps.
      updateAll: (state, batches) =>
        batches.some((_, i) => isDue(state.count + i)) ? null : updateAll(state, batches),
    }),
  };
}

const lambdaStream = 0x1a3bda;
