import { readOptions } from "../engine/options.ts";
import { derive, randomSource } from "../engine/random.ts";
import { ensLoss } from "../losses/classification/ens-loss/ens-loss.ts";
import type { EnsLossLaw } from "../losses/classification/ens-loss/ens-loss-derivatives.ts";
import { alongGradient } from "./along-gradient.ts";
import { objectiveOf } from "./objective.ts";
import { makeStep } from "./step.ts";
import type { Hyper, SupervisedOptions } from "./supervised.ts";
import type { SupervisedStep } from "./train-step.ts";

/** Options of {@link ensLossTrainer}. The Box-Cox lambda is the hyperparameter `boxCoxLambda`, 0 unless given to `init`. */
export interface EnsLossTrainerOptions<H extends Hyper = Hyper>
  extends Omit<SupervisedOptions<H>, "objective">,
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
export function ensLossTrainer<H extends Hyper = Hyper>(
  options: EnsLossTrainerOptions<H>,
): SupervisedStep<H, { boxCoxLambda?: number }>;
export function ensLossTrainer(options: EnsLossTrainerOptions): SupervisedStep {
  const {
    model,
    optimizer,
    hyper: declared,
    compile,
    period,
    ...law
  } = readOptions("ensLossTrainer", options, {
    model: true,
    optimizer: true,
    hyper: true,
    compile: true,
    period: [0, { min: 0, integer: true }],
    phantomZero: true,
    generator: true,
    clip: true,
    tail: true,
    epsilon: true,
  });
  const objective = objectiveOf(model, (scores, y, { weights, key, hyper }) =>
    ensLoss(scores, y, { ...law, weights, key, boxCoxLambda: hyper.boxCoxLambda }),
  );
  const isDue = (count: number): boolean => period > 0 && count > 0 && count % period === 0;
  const plain = alongGradient(objective);
  return makeStep(
    { model, optimizer, hyper: declared, compile },
    {
      name: "ensLossTrainer",
      ...plain,
      hyper: { boxCoxLambda: { default: 0 } },
      // Lambda is the same for all steps of a block, so the step that draws it anew is made alone.
      alone: (state) => isDue(state.count) || plain.alone(state),
      before(state) {
        const { seed, count, hyper } = state;
        if (!isDue(count)) return state;
        // A stream of its own, so that the draws of the steps stay what they are without a period.
        const boxCoxLambda = 2 * randomSource(derive(seed, count, lambdaStream))() - 1;
        return { ...state, hyper: { ...hyper, boxCoxLambda } };
      },
    },
  );
}

const lambdaStream = 0x1a3bda;
