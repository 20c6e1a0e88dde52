import { numpy as np } from "@jax-js/jax";
import { type Sharpness, sharpness } from "@minimand/lab/theory";
import {
  crossEntropy,
  type Model,
  outputHistory,
  predictor,
  type SupervisedState,
  type TrainStep,
} from "minimand";
import type { Compile, Tree } from "minimand/engine";
import { outputsOf } from "../../kit/accuracy.ts";
import { programsOf } from "../../kit/programs.ts";
import type { Labelled } from "../../kit/rows.ts";
import type { Arm, Configuration } from "./arms.ts";
import { type Ends, nameOf, networkOf } from "./network.ts";
import { type Architecture, decayFor, trajectory } from "./settings.ts";

/** Examples as the measures of sharpness take them, and running statistics. */
export type MeasuredData = { x: np.Array; y: np.Array; state: Tree };

const steps = programsOf<TrainStep<SupervisedState>>();
const predictors = programsOf<ReturnType<typeof predictor>>();
const measures = programsOf<Sharpness<MeasuredData>>();

/** Compiled programs of a thread, the same for all trials of one shape. */
export function programsFor(
  { id, make }: Arm,
  architecture: Architecture,
  ends: Ends,
  compile: Compile | undefined,
) {
  const model = networkOf(architecture, ends);
  const name = nameOf(architecture, ends);
  return {
    step: steps(compile, `${id} ${name}`, () => make(model, compile)),
    predict: predictors(compile, name, () => predictor(model, compile)),
    measure: measures(compile, name, () => sharpness(meanLoss(model), { compile })),
  };
}

const meanLoss =
  (model: Model) =>
  (params: Tree, { x, y, state }: MeasuredData): np.Array =>
    np.mean(crossEntropy(model.apply({ params, state }, x, { training: false })[0], y));

/** Share of rows whose largest logit is that of their class, and the mean cross-entropy. */
export async function judgeOn(
  predict: ReturnType<typeof predictor>,
  trained: { params: Tree; modelState: Tree },
  rows: Labelled,
): Promise<{ accuracy: number; loss: number }> {
  const { y, classes } = rows;
  const logits = await outputsOf(predict, trained, rows, 1000);
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
  { learningRate, weightDecay, strength }: Configuration,
  { stepsPerEpoch, examples, classes }: { stepsPerEpoch: number; examples: number; classes: number },
) {
  const { tau, lag, startEpoch } = trajectory;
  const isSaf = arm.id === "saf" || arm.id === "saf-usual";
  const isMesa = arm.id === "mesa" || arm.id === "average";
  const hyper: { [name: string]: number } = {
    learningRate,
    weightDecay,
    ...((isSaf || isMesa) && { tau, startEpoch, stepsPerEpoch }),
    ...(isMesa && { decay: decayFor(stepsPerEpoch) }),
    ...(arm.strength !== null && { [arm.strength]: strength }),
    ...arm.hyper,
  };
  return { hyper, memory: isSaf ? outputHistory({ examples, outputs: classes, lag }) : {} };
}
