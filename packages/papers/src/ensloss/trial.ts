import { numpy as np, random } from "@jax-js/jax";
import {
  fit,
  flat,
  minibatches,
  mlp,
  NonFiniteError,
  predictor,
  type SupervisedState,
  type TrainStep,
} from "minimand";
import { derive, disposeTree } from "minimand/engine";
import { programsOf } from "../programs.ts";
import type { TrialHost } from "../reproduction.ts";
import { type Loss, stepOf } from "./arms.ts";
import { type Cell, cells, prepare } from "./cells.ts";

/** One network trained with one loss on one split. */
export interface CellSpec {
  kind: "cell";
  cell: string;
  loss: Loss;
  learningRate: number;
  epochs: number;
  /** Equal seeds share rows, start and batches, whatever the loss. */
  seed: number;
  judge: "test" | "tune";
}

/** Accuracies, and the curve of the judged one. */
export interface CellResult {
  accuracy: number;
  trainAccuracy: number;
  curve: { epoch: number; accuracy: number }[];
  /** Training came upon a number that is not finite; the accuracies are 0. */
  diverged: boolean;
}

const batchSize = 128;
const width = 64;
const points = 10;

/** Trains and judges one network; the same spec gives the same result. */
export async function cellTrial(spec: CellSpec, host: TrialHost): Promise<CellResult> {
  const cell = cells.find(({ id }) => id === spec.cell);
  if (cell === undefined) throw new RangeError(`spec.cell: expected a known cell, got ${spec.cell}`);
  const { train, judged, inputs } = await prepare(cell, spec.seed, spec.judge, host);
  const { step, predict } = programFor(spec.loss, inputs, cell, host.compile);
  const batches = minibatches(train, { size: batchSize, seed: derive(spec.seed, 2) });
  const { learningRate, epochs } = spec;
  let state = step.init(random.key(derive(spec.seed, 3) | 0), { hyper: { learningRate } });
  const curve: CellResult["curve"] = [];
  const accuracyOn = async (x: Float32Array, y: Int32Array): Promise<number> => {
    const rows = np.array(new Float32Array(x), { shape: [y.length, inputs] });
    const scores = await predict(step.params(state), step.modelState(state), rows).data();
    return y.filter((label, i) => Number(scores[i] > 0) === label).length / y.length;
  };
  try {
    for (let epoch = 0; epoch < epochs; epoch++) {
      const annealed = (learningRate * (1 + Math.cos((Math.PI * epoch) / epochs))) / 2;
      state = { ...state, hyper: { ...state.hyper, learningRate: annealed } };
      state = await fit({ step, state, batches: batches.epoch(epoch), signal: host.signal });
      if ((epoch + 1) % Math.ceil(epochs / points) === 0 || epoch + 1 === epochs)
        curve.push({ epoch: epoch + 1, accuracy: await accuracyOn(judged.x, judged.y) });
    }
  } catch (error) {
    if (error instanceof NonFiniteError) return { accuracy: 0, trainAccuracy: 0, curve: [], diverged: true };
    throw error;
  }
  const trainAccuracy = await accuracyOn(train.x, train.y);
  disposeTree([state.params, state.optimizer, state.modelState]);
  return { accuracy: curve[curve.length - 1].accuracy, trainAccuracy, curve, diverged: false };
}

type Program = { step: TrainStep<SupervisedState>; predict: ReturnType<typeof predictor> };
const programs = programsOf<Program>();

/** One compiled step per loss and shape serves all learning rates and seeds of a thread. */
function programFor(
  loss: Loss,
  inputs: number,
  { depth, weightDecay }: Cell,
  compile: TrialHost["compile"],
): Program {
  return programs(compile, [loss, inputs, depth, weightDecay].join(" "), () => {
    const hidden = Array.from({ length: depth }, () => width);
    const model = flat(mlp({ inputs, hidden, outputs: 1, batchNorm: true }));
    return { step: stepOf(loss, model, weightDecay, compile), predict: predictor(model, compile) };
  });
}
