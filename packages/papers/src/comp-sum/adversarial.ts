import { numpy as np, random } from "@jax-js/jax";
import {
  adam,
  advCompSum,
  adversarialTraining,
  crossEntropy,
  fit,
  flat,
  type Model,
  minibatches,
  mlp,
  objectiveOf,
  type RobustEvaluator,
  robustAccuracy,
  type SupervisedState,
  supervised,
  type TrainStep,
  trades,
} from "minimand";
import { derive, disposeTree, mapTree } from "minimand/engine";
import { programsOf } from "../programs.ts";
import type { TrialHost } from "../reproduction.ts";
import { adversarialMaterial } from "./data.ts";
import type { AdversarialResult, AdversarialSpec } from "./spec.ts";

const epochs = 15;
const learningRate = 1e-3;
const gamma = 0.1;
const clip = [0, 1] as const;

/** Trains one network and attacks it; equal seeds share data, start and batches, and every model the attack's starts. */
export async function adversarialTrial(spec: AdversarialSpec, host: TrialHost): Promise<AdversarialResult> {
  const { train, judged, inputs } = await adversarialMaterial(spec, host);
  const { step, evaluate } = programsFor(spec.method, host.compile);
  const batches = minibatches(train, { size: 100, seed: derive(spec.seed, 31) });
  const hyper = { gamma, learningRate, beta: spec.strength, nu: spec.strength };
  let state = step.init(random.key(derive(spec.seed, 32) | 0), { hyper });
  const last = Math.max(2, Math.round(epochs * spec.fraction));
  for (let epoch = 0; epoch < last; epoch++) {
    const decay = epoch >= 0.75 * last ? 0.1 : 1;
    state = { ...state, hyper: { ...state.hyper, learningRate: decay * learningRate } };
    state = await fit({ step, state, batches: batches.epoch(epoch), signal: host.signal });
  }
  const { clean, robust } = await evaluate(
    { params: step.params(state), state: step.modelState(state) },
    np.array(judged.x as Float32Array<ArrayBuffer>, { shape: [judged.y.length, inputs] }),
    np.array(judged.y as Int32Array<ArrayBuffer>),
    { gamma, key: random.key(derive(spec.seed, 33) | 0) },
  );
  disposeTree([state.params, state.optimizer, state.modelState]);
  return { part: "adversarial", clean, robust };
}

/**
 * Weights at 0.4 of their usual deviation, which for ReLU layers is about PyTorch's default start. From the wider one
 * TRADES and Adv-Comp-Sum are less robust after so few epochs, the latter more so.
 */
function narrowStart(model: Model): Model {
  return {
    ...model,
    init(key) {
      const { params, state } = model.init(key);
      return { params: mapTree((w) => w.mul(0.4), params), state };
    },
  };
}

type Programs = { step: TrainStep<SupervisedState>; evaluate: RobustEvaluator };
const programs = programsOf<Programs>();
const evaluators = programsOf<RobustEvaluator>();

/** One set of programs per method serves all strengths and seeds of a thread. */
function programsFor(method: AdversarialSpec["method"], compile: TrialHost["compile"]): Programs {
  const model = narrowStart(flat(mlp({ inputs: 196, hidden: [64, 64], outputs: 10 })));
  const plain = {
    model,
    optimizer: (hyper: { [name: string]: np.Array }) => adam(hyper.learningRate),
    compile,
  };
  const attacked = { ...plain, steps: 4, clip };
  const steps = {
    standard: () =>
      supervised({
        ...plain,
        objective: objectiveOf(model, (f, y, { weights }) => crossEntropy(f, y, { weights })),
      }),
    "PGD training": () => adversarialTraining(attacked),
    TRADES: () => trades(attacked),
    "Adv-Comp-Sum": () => advCompSum(attacked),
  };
  return programs(compile, method, () => ({
    step: steps[method](),
    evaluate: evaluators(compile, "", () => robustAccuracy(model, { steps: 40, restarts: 3, clip, compile })),
  }));
}
