import type { numpy as np } from "@jax-js/jax";
import {
  chain,
  exponentialLoss,
  type GradientTransformation,
  hinge,
  type Model,
  marginLoss,
  objectiveOf,
  type SupervisedState,
  sgd,
  supervised,
  type TrainStep,
} from "minimand";
import type { Compile } from "minimand/engine";
import { binaryFocalLoss, logisticLoss } from "minimand/losses";
import { clipByGlobalNorm } from "minimand/optimizers";
import { ensLossTrainer } from "minimand/training";

/** The losses compared; the first is the paper's method, `rivals` the fixed losses it is judged against. */
export const losses = ["EnsLoss", "logistic", "hinge", "exponential", "focal"] as const;
export type Loss = (typeof losses)[number];
export const rivals: readonly Loss[] = ["logistic", "hinge", "exponential"];

const fixed: Record<Exclude<Loss, "EnsLoss">, (margins: np.Array) => np.Array> = {
  logistic: logisticLoss,
  hinge,
  exponential: exponentialLoss,
  focal: binaryFocalLoss,
};

/** A training step with SGD, momentum 0.9; the learning rate is an input of its program. */
export function stepOf(
  loss: Loss,
  model: Model,
  weightDecay: number,
  compile?: Compile,
): TrainStep<SupervisedState> {
  const optimizer = ({ learningRate }: { [name: string]: np.Array }): GradientTransformation => {
    const descent = sgd(learningRate, { momentum: 0.9, weightDecay });
    // As in the paper's experiments, the gradient of the exponential loss alone is clipped.
    return loss === "exponential" ? chain(clipByGlobalNorm(10), descent) : descent;
  };
  if (loss === "EnsLoss") return ensLossTrainer({ model, optimizer, compile });
  const objective = objectiveOf(model, (scores, y, { weights }) =>
    marginLoss(scores, y, fixed[loss], { weights }),
  );
  return supervised({ model, objective, optimizer, compile });
}
