import { numpy as np } from "@jax-js/jax";
import { type MesaStep, minibatches, type SupervisedState, type TrainStep } from "minimand";
import { derive, disposeTree, refTree, type Tree } from "minimand/engine";
import { named } from "../../kit/named.ts";
import { part } from "../../kit/part.ts";
import { type MeasuredBy, trialOf } from "../../kit/parts.ts";
import type { Draw, Labelled } from "../../kit/rows.ts";
import { cosine } from "../../kit/schedules.ts";
import { discard, keyFor, trainOrNull } from "../../kit/train-network.ts";
import type { TrialHost } from "../../reproduction.ts";
import { armOf, type Configuration } from "./arms.ts";
import { prepare } from "./data.ts";
import { judgeOn, type programsFor as Programs, programsFor, startOf } from "./programs.ts";
import { architectures, cells, landscape, regimes } from "./settings.ts";
import { speedTrial } from "./speed.ts";

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
  sharp: Sharp | null;
}

/** Sharpness of the training loss at the end, on training rows. */
export interface Sharp {
  lambdaMax: number;
  trace: number;
  firstOrder: number;
  ascent: number;
  /** Mean loss along random directions, at the distances of the settings. */
  curve: number[];
}

/** Trains and judges one network; the same spec gives the same result, and equal seeds share rows, labels, start and batches. */
export async function armTrial(spec: ArmSpec, host: TrialHost): Promise<ArmResult> {
  const cell = named(cells, spec.cell, "cell");
  const { train, judged } = await prepare(cell, spec, host);
  const { shape, classes } = train;
  const { batch, epochs: all, measured } = regimes[cell.regime];
  const arm = armOf(spec.arm);
  const ends = { inputs: shape[0], classes };
  const programs = programsFor(arm, architectures[cell.regime], ends, host.compile);
  const { step, predict } = programs;
  const batches = minibatches(train, { size: batch, seed: derive(spec.seed, 3) });
  const { hyper, memory } = startOf(arm, spec.configuration, {
    stepsPerEpoch: batches.perEpoch,
    examples: batches.count,
    classes,
  });
  const state = await trainOrNull({
    step: step as TrainStep<SupervisedState>,
    state: step.init(keyFor(spec.seed, 4), { hyper, memory }),
    batches,
    epochs: part(all, spec.fraction, 8),
    schedule: cosine,
    signal: host.signal,
  });
  if (state === null)
    return { part: "arm", accuracy: 0, averagedAccuracy: null, trainLoss: Infinity, sharp: null };
  const average = "averagedParams" in step ? averageOf(step as MesaStep, state) : null;
  const last = { params: step.params(state), modelState: step.modelState(state) };
  const trained = arm.averaged === true && average !== null ? average : last;
  const result: ArmResult = {
    part: "arm",
    accuracy: (await judgeOn(predict, trained, judged)).accuracy,
    averagedAccuracy: average === null ? null : (await judgeOn(predict, average, judged)).accuracy,
    trainLoss: (await judgeOn(predict, trained, train)).loss,
    sharp: spec.judge === "tune" ? null : await measuredAt(programs.measure, trained, train, measured),
  };
  discard(state);
  return result;
}

type Trained = { params: Tree; modelState: Tree };

const averageOf = (step: MesaStep, state: SupervisedState): Trained => ({
  params: step.averagedParams(state),
  modelState: step.averagedModelState(state),
});

async function measuredAt(
  measure: ReturnType<typeof Programs>["measure"],
  { params, modelState }: Trained,
  { x, y, shape }: Labelled,
  most: number,
): Promise<Sharp> {
  const rows = Math.min(most, y.length);
  const data = {
    x: np.array(x.slice(0, rows * shape[0]), { shape: [rows, shape[0]] }),
    y: np.array(y.slice(0, rows)),
    state: refTree(modelState),
  };
  // The seed is the same for all arms: they are measured along the same directions.
  const sharp: Sharp = {
    lambdaMax: await measure.lambdaMax(params, data, { iterations: 20, tolerance: 1e-3 }),
    trace: await measure.trace(params, data, { samples: 10 }),
    firstOrder: await measure.firstOrder(params, data),
    ascent: await measure.ascent(params, data),
    curve: (await measure.along(params, data, landscape)).mean,
  };
  disposeTree(data);
  return sharp;
}

/** One trial of either part. */
export const trial = trialOf({ arm: armTrial, speed: speedTrial });
export type Measured = MeasuredBy<typeof trial>;
export type Spec = Measured["spec"];
export type Result = Measured["result"];

/** What a finished trial is called in the progress. */
export function describe(spec: Spec, result: Result): string {
  if (spec.part === "speed" || result.part === "speed") return "times of all steps";
  return `${spec.cell}, ${armOf(spec.arm).label}, seed ${spec.seed}: ${result.accuracy.toFixed(3)}`;
}
