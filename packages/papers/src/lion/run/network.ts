import { numpy as np } from "@jax-js/jax";
import { crossEntropy, type KappaChoice, kappa, minibatches, type SupervisedState } from "minimand";
import {
  type Compile,
  compileWithJit,
  derive,
  differentiate,
  disposeTree,
  keyOf,
  leavesOf,
  mapTree,
  refTree,
  type Tree,
} from "minimand/engine";
import { constraintViolation, type LionReport, lionMonitor, optimizerMemory } from "minimand/optimizers";
import { accuracyOn, inputsOf } from "../../kit/accuracy.ts";
import { batchCrossEntropy, type Network, networkOf } from "../../kit/networks.ts";
import { programsOf } from "../../kit/programs.ts";
import type { Labelled } from "../../kit/rows.ts";
import { discard, trainOrNull } from "../../kit/train-network.ts";
import type { TrialHost } from "../../reproduction.ts";
import { type Arm, armOf, type Configuration } from "./arms.ts";
import { prepare } from "./data.ts";
import { modelOf } from "./model.ts";
import { batch, type RegimeId, regimes } from "./settings.ts";

/** One network trained by one optimizer. */
export interface NetworkSpec {
  part: "network";
  regime: RegimeId;
  /** `decay`: Lion at a given weight decay, to see what it does. */
  purpose: "tuned" | "decay" | "large";
  arm: string;
  configuration: Configuration;
  seed: number;
  judge: "test" | "tune";
  /** Starts with weights so many times as large, and is looked at after every epoch; 1 for ordinary runs. */
  start: number;
  epochs: number;
}

/** What one network came to. */
export interface NetworkResult {
  part: "network";
  /** 0 where training diverged. */
  accuracy: number;
  trainLoss: number;
  largestWeight: number;
  /** The weight decay that it came to: for kappas, in absolute terms. */
  weightDecay: number;
  /** Distance to the constraint set of its kappa (of Lion for optimizers without one), at the start and at the end. */
  startViolation: number;
  violation: number;
  /** The size of the weights measured by that set: above 1 outside, 1 at its boundary. */
  gauge: number;
  /** Product of all `1 - learning rate x weight decay`. */
  guaranteed: number;
  /** Share of weights of at least 0.999 / lambda. */
  atBound: number;
  /** Bytes of state a parameter. */
  bytes: number;
  curve: Curve | null;
}

/** A run that is looked at: one entry an epoch, the start first. */
export interface Curve {
  largest: number[];
  violation: number[];
  bound: number[];
  objective: (number | null)[];
  energy: (number | null)[];
  stationarity: (number | null)[];
}

interface Programs extends Network {
  /** Loss and gradient of the rows that are looked at, with running statistics. */
  whole: (one: np.Array, params: Tree, state: Tree, x: np.Array, y: np.Array) => Tree[];
  bytes: number;
}
const cached = programsOf<Programs>();

function programsFor(
  arm: Arm,
  regime: RegimeId,
  { shape: [inputs], classes }: Labelled,
  steps: number,
  compile: Compile | undefined,
): Programs {
  return cached(compile, [arm.id, regime, inputs, classes, steps].join(" "), () => {
    const model = modelOf(regimes[regime].layers, { inputs, classes });
    const optimizer = (hyper: { [name: string]: np.Array }) => {
      const { learningRate, weightDecay } = hyper;
      const cosine = (count: np.Array): np.Array =>
        np
          .cos(count.mul(Math.PI / steps))
          .add(1)
          .mul(0.5)
          .mul(learningRate.ref);
      return arm.make(cosine, weightDecay);
    };
    const gradientOf = differentiate(
      (params: Tree, state: Tree, x: np.Array, y: np.Array): [np.Array, Tree] => {
        const [logits] = model.apply({ params, state }, x, { training: false });
        return [crossEntropy(logits, y).mean(), []];
      },
    );
    const { params, state } = model.init(keyOf(0));
    const { perParameter: bytes } = optimizerMemory(arm.make(1e-3, 0.1), params);
    disposeTree([params, state]);
    return {
      ...networkOf({ model, loss: batchCrossEntropy, optimizer }, compile),
      whole: (compile ?? compileWithJit)((...given: Parameters<Programs["whole"]>): Tree[] => {
        const [[value], gradient] = gradientOf(...given);
        return [value, gradient];
      }),
      bytes,
    };
  });
}

/** Trains and judges one network; the same spec gives the same result, and equal seeds share rows, start and batches. */
export async function networkTrial(spec: NetworkSpec, host: TrialHost): Promise<NetworkResult> {
  const arm = armOf(spec.arm);
  const { train, judged } = await prepare(spec, host);
  const looked = firstRows(train, regimes[spec.regime].looked);
  const batches = minibatches(train, { size: batch, seed: derive(spec.seed, 2) });
  const steps = spec.epochs * batches.perEpoch;
  const programs = programsFor(arm, spec.regime, train, steps, host.compile);
  const { step, whole, bytes } = programs;
  const set = arm.kappa ?? kappa.l1();
  const { learningRate } = spec.configuration;
  const key = keyOf(spec.seed, 3);
  const fresh = step.init(key, { hyper: { learningRate, weightDecay: 0 } });
  const params = mapTree((w) => w.mul(spec.start), fresh.params);
  const weightDecay = spec.configuration.weightDecay / (arm.relative === true ? gaugeOf(set, 1, params) : 1);
  const start: SupervisedState = { ...fresh, params, hyper: { learningRate, weightDecay } };
  const rateAt = (t: number): number => (learningRate * (1 + Math.cos((Math.PI * t) / steps))) / 2;
  const startViolation = violationOf(set, weightDecay, params);
  let guaranteed = 1;
  const look = spec.start === 1 ? null : watcher(spec, looked, whole, host.compile);
  await look?.look(start, startViolation);
  const state = await trainOrNull({
    step,
    state: start,
    batches,
    epochs: spec.epochs,
    signal: host.signal,
    async after(now, epoch) {
      for (let t = epoch * batches.perEpoch; t < (epoch + 1) * batches.perEpoch; t++)
        guaranteed *= Math.max(0, 1 - rateAt(t) * weightDecay);
      await look?.look(now, startViolation * guaranteed);
    },
  });
  if (state === null) return { ...diverged, weightDecay, startViolation, bytes };
  const weights = leavesOf(state.params).flatMap((w) => [...(w.ref.dataSync() as Float32Array)]);
  const sizes = weights.map(Math.abs);
  const [value, gradient] = whole(1 as never, ...variablesOf(state), ...arraysOf(looked));
  disposeTree(gradient);
  const result: NetworkResult = {
    part: "network",
    accuracy: await accuracyOn(programs, state, judged),
    trainLoss: (await (value as np.Array).data())[0],
    largestWeight: sizes.reduce((a, b) => Math.max(a, b), 0),
    weightDecay,
    startViolation,
    violation: violationOf(set, weightDecay, state.params),
    gauge: gaugeOf(set, weightDecay, state.params),
    guaranteed,
    atBound: sizes.filter((w) => w * weightDecay >= 0.999).length / sizes.length,
    bytes,
    curve: look?.curve ?? null,
  };
  look?.dispose();
  discard(state);
  return result;
}

const diverged = {
  part: "network",
  accuracy: 0,
  trainLoss: Infinity,
  largestWeight: Infinity,
  violation: Infinity,
  gauge: Infinity,
  guaranteed: 0,
  atBound: 0,
  curve: null,
} as const;

/** Looks at a run of Lion, or at another optimizer's weights as if it were one. */
function watcher(
  { arm, configuration: { learningRate, weightDecay } }: NetworkSpec,
  looked: Labelled,
  whole: Programs["whole"],
  compile: Compile | undefined,
) {
  const curve: Curve = { largest: [], violation: [], bound: [], objective: [], energy: [], stationarity: [] };
  const box = kappa.l1();
  const monitor = lionMonitor({ kappa: box, weightDecay, learningRate, b1: 0.9, b2: 0.99, compile });
  const finite = (value: number | undefined | null): number | null =>
    Number.isFinite(value) ? (value as number) : null;
  return {
    curve,
    dispose: () => monitor.dispose(),
    async look(state: SupervisedState, bound: number): Promise<void> {
      const { params, optimizer } = state;
      const [value, gradient] = whole(1 as never, ...variablesOf(state), ...arraysOf(looked));
      const loss = (await (value as np.Array).data())[0];
      let report: LionReport | null = null;
      if (arm === "lion") report = await monitor.look({ loss, params, state: optimizer, gradient });
      disposeTree(gradient);
      const violation = violationOf(box, weightDecay, params);
      curve.largest.push(gaugeOf(box, weightDecay, params) / weightDecay);
      curve.violation.push(violation);
      curve.bound.push(bound);
      curve.objective.push(finite(report?.objective));
      curve.energy.push(finite(report?.energy));
      curve.stationarity.push(finite(report?.stationarity));
    },
  };
}

/** Distance to the set; keeps the parameters. */
function violationOf(set: KappaChoice, weightDecay: number, params: Tree): number {
  return constraintViolation({ kappa: set, weightDecay }, refTree(params)).item();
}

/** The dual norm of `lambda x`, from the violation of a multiple that is certainly outside. */
function gaugeOf(set: KappaChoice, weightDecay: number, params: Tree): number {
  const multiple = 1e4;
  return (1 + violationOf(set, weightDecay * multiple, params)) / multiple;
}

/** The first rows, at most so many. */
function firstRows(rows: Labelled, count: number): Labelled {
  const width = rows.shape.reduce((a, b) => a * b, 1);
  return { ...rows, x: rows.x.subarray(0, count * width), y: rows.y.subarray(0, count) };
}

const variablesOf = ({ params, modelState }: SupervisedState): [Tree, Tree] => [
  refTree(params),
  refTree(modelState),
];
const arraysOf = (rows: Labelled): [np.Array, np.Array] => [inputsOf(rows), np.array(rows.y)];
