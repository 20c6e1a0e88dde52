import { numpy as np } from "@jax-js/jax";
import {
  crossEntropy,
  type Model,
  mlp,
  outputHistory,
  predictor,
  type Sharpness,
  type SupervisedState,
  sharpness,
  type TrainStep,
} from "minimand";
import type { Compile, Tree } from "minimand/engine";
import { outputsOf } from "../kit/accuracy.ts";
import { programsOf } from "../kit/programs.ts";
import type { Labelled } from "../kit/rows.ts";
import type { Arm, Configuration } from "./arms.ts";
import { decayFor, trajectory, weightDecay } from "./settings.ts";

/** Examples as the measures of sharpness take them. */
export type MeasuredData = { x: np.Array; y: np.Array };

const steps = programsOf<TrainStep<SupervisedState>>();
const predictors = programsOf<ReturnType<typeof predictor>>();
const measures = programsOf<Sharpness<MeasuredData>>();

/** Compiled programs of a thread, the same for all trials of one shape. */
export function programsFor(
  { id, make }: Arm,
  { inputs, hidden, classes }: { inputs: number; hidden: readonly number[]; classes: number },
  compile: Compile | undefined,
) {
  const model = mlp({ inputs, hidden, outputs: classes });
  const name = [inputs, ...hidden, classes].join(" ");
  return {
    step: steps(compile, `${id} ${name}`, () => make(model, compile)),
    predict: predictors(compile, name, () => predictor(model, compile)),
    measure: measures(compile, name, () => sharpness(meanLoss(model), { compile })),
  };
}

const meanLoss =
  (model: Model) =>
  (params: Tree, { x, y }: MeasuredData): np.Array =>
    np.mean(crossEntropy(model.apply({ params, state: {} }, x, { training: false })[0], y));

/** Share of rows whose largest logit is that of their class, and the mean cross-entropy. */
export async function judgeOn(
  predict: ReturnType<typeof predictor>,
  params: Tree,
  rows: Labelled,
): Promise<{ accuracy: number; loss: number }> {
  const { y, classes } = rows;
  const logits = await outputsOf(predict, { params, modelState: {} }, rows, 1000);
  let right = 0;
  let loss = 0;
  y.forEach((label, i) => {
    const row = Array.from(logits.subarray(i * classes, (i + 1) * classes));
    const largest = Math.max(...row);
    right += Number(row[label] === largest);
    loss += largest - row[label] + Math.log(row.reduce((s, v) => s + Math.exp(v - largest), 0));
  });
  return { accuracy: right / y.length, loss: loss / y.length };
}

/** Hyperparameters and memory of an arm at the start. */
export function startOf(
  arm: Arm,
  { learningRate, parameter }: Configuration,
  { stepsPerEpoch, examples, classes }: { stepsPerEpoch: number; examples: number; classes: number },
) {
  const { tau, lag, startEpoch } = trajectory;
  const isTrajectory = arm.id === "saf" || arm.id === "mesa" || arm.id === "average";
  const hyper: { [name: string]: number } = {
    learningRate,
    weightDecay,
    ...(isTrajectory && { tau, startEpoch, stepsPerEpoch }),
    ...((arm.id === "mesa" || arm.id === "average") && { decay: decayFor(stepsPerEpoch) }),
    [arm.parameter]: parameter,
    ...arm.hyper,
  };
  return { hyper, memory: arm.id === "saf" ? outputHistory({ examples, outputs: classes, lag }) : {} };
}
