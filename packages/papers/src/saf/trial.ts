import { numpy as np, random } from "@jax-js/jax";
import {
  fit,
  type MesaStep,
  minibatches,
  NonFiniteError,
  outputHistory,
  type SupervisedState,
  type TrainStep,
} from "minimand";
import { derive, disposeTree, type Tree } from "minimand/engine";
import type { TrialHost } from "../reproduction.ts";
import { type Arm, armOf, type Configuration } from "./arms.ts";
import { type Draw, type Labelled, prepare } from "./data.ts";
import { judgeOn, type programsFor as Programs, programsFor } from "./programs.ts";
import { cells, decayFor, landscape, part, sizes, trajectory, weightDecay } from "./settings.ts";

/** One network trained in one way. */
export interface ArmSpec extends Draw {
  part: "arm";
  cell: string;
  arm: string;
  configuration: Configuration;
}

/** What one network came to. */
export interface ArmResult {
  part: "arm";
  /** 0 where training diverged. */
  accuracy: number;
  /** Accuracy of the averaged weights, where there are any. */
  averagedAccuracy: number | null;
  /** Mean cross-entropy on the training rows, with the labels trained on. */
  trainLoss: number;
  sharp: Measured | null;
}

/** Sharpness of the training loss at the end, on training rows. */
export interface Measured {
  lambdaMax: number;
  trace: number;
  firstOrder: number;
  ascent: number;
  /** Mean loss along random directions, at the distances of the settings. */
  curve: number[];
}

/** Trains and judges one network; the same spec gives the same result, and equal seeds share rows, labels, start and batches. */
export async function armTrial(spec: ArmSpec, host: TrialHost): Promise<ArmResult> {
  const cell = cells.find(({ id }) => id === spec.cell);
  if (cell === undefined) throw new RangeError(`spec.cell: expected a known cell, got ${spec.cell}`);
  const { train, judged, inputs, classes } = await prepare(cell, spec, host);
  const { hidden, batch, epochs: all, measured } = sizes[cell.source];
  const arm = armOf(spec.arm);
  const programs = programsFor(arm, { inputs, hidden, classes }, host.compile);
  const { step, predict } = programs;
  const epochs = part(all, spec.fraction, 8);
  const batches = minibatches(train, { size: batch, seed: derive(spec.seed, 3) });
  const { hyper, memory } = startOf(arm, spec.configuration, {
    stepsPerEpoch: batches.perEpoch,
    examples: batches.count,
    classes,
  });
  let state = step.init(random.key(derive(spec.seed, 4) | 0), { hyper, memory });
  const { learningRate } = spec.configuration;
  try {
    for (let epoch = 0; epoch < epochs; epoch++) {
      const annealed = (learningRate * (1 + Math.cos((Math.PI * epoch) / epochs))) / 2;
      state = { ...state, hyper: { ...state.hyper, learningRate: annealed } };
      state = await fit({ step, state, batches: batches.epoch(epoch), signal: host.signal });
    }
  } catch (error) {
    if (!(error instanceof NonFiniteError)) throw error;
    return { part: "arm", accuracy: 0, averagedAccuracy: null, trainLoss: Infinity, sharp: null };
  }
  const average = averageOf(step, state, arm);
  const params = arm.averaged === true && average !== null ? average : step.params(state);
  const result: ArmResult = {
    part: "arm",
    accuracy: (await judgeOn(predict, params, judged)).accuracy,
    averagedAccuracy: average === null ? null : (await judgeOn(predict, average, judged)).accuracy,
    trainLoss: (await judgeOn(predict, params, train)).loss,
    sharp: spec.judge === "tune" ? null : await measuredAt(programs.measure, params, train, measured),
  };
  disposeTree([state.params, state.optimizer, state.modelState]);
  return result;
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

function averageOf(
  step: TrainStep<SupervisedState> | MesaStep,
  state: SupervisedState,
  { id }: Arm,
): Tree | null {
  return id === "mesa" || id === "average" ? (step as MesaStep).averagedParams(state) : null;
}

async function measuredAt(
  measure: ReturnType<typeof Programs>["measure"],
  params: Tree,
  { x, y, shape }: Labelled,
  most: number,
): Promise<Measured> {
  const rows = Math.min(most, y.length);
  const data = {
    x: np.array(x.slice(0, rows * shape[0]), { shape: [rows, shape[0]] }),
    y: np.array(y.slice(0, rows)),
  };
  // The seed is the same for all arms: they are measured along the same directions.
  const sharp: Measured = {
    lambdaMax: await measure.lambdaMax(params, data, { iterations: 20, tolerance: 1e-3 }),
    trace: await measure.trace(params, data, { samples: 10 }),
    firstOrder: await measure.firstOrder(params, data),
    ascent: await measure.ascent(params, data),
    curve: (await measure.along(params, data, landscape)).mean,
  };
  disposeTree(data);
  return sharp;
}
