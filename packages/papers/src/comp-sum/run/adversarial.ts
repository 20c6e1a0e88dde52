import { numpy as np } from "@jax-js/jax";
import {
  adam,
  type Model,
  minibatches,
  mlp,
  objectiveOf,
  type SupervisedState,
  supervised,
  type TrainStep,
} from "minimand";
import { derive, mapTree } from "minimand/engine";
import { flat } from "minimand/models";
import {
  advCompSum,
  adversarialTraining,
  type RobustEvaluator,
  robustAccuracy,
  trades,
} from "minimand/training";
import { inputsOf } from "../../kit/accuracy.ts";
import { named } from "../../kit/named.ts";
import { batchCrossEntropy } from "../../kit/networks.ts";
import { programsOf } from "../../kit/programs.ts";
import { stepped } from "../../kit/schedules.ts";
import { discard, keyFor, trainNetwork } from "../../kit/train-network.ts";
import type { TrialHost } from "../../reproduction.ts";
import { adversarialMaterial } from "./data.ts";
import { type Net, nets } from "./settings.ts";
import type { AdversarialResult, AdversarialSpec } from "./spec.ts";

const epochs = 15;
const learningRate = 1e-3;
const gamma = 0.1;
const clip = [0, 1] as const;

/** Trains one network and attacks it; equal seeds share data, start and batches, and all models share the starts of the attack. */
export async function adversarialTrial(spec: AdversarialSpec, host: TrialHost): Promise<AdversarialResult> {
  const { train, judged } = await adversarialMaterial(spec, host);
  const { step, evaluate } = programsFor(spec.net, spec.method, host.compile);
  const own = {
    standard: {},
    "PGD training": { gamma },
    TRADES: { gamma, beta: spec.strength },
    "Adv-Comp-Sum": { gamma, nu: spec.strength },
  }[spec.method];
  const state = await trainNetwork({
    step,
    state: step.init(keyFor(spec.seed, 32), { hyper: { learningRate, ...own } }),
    batches: minibatches(train, { size: 100, seed: derive(spec.seed, 31) }),
    epochs: Math.max(2, Math.round(epochs * spec.fraction)),
    schedule: stepped([0.75, 0.1]),
    signal: host.signal,
  });
  const { clean, robust } = await evaluate(
    { params: step.params(state), state: step.modelState(state) },
    inputsOf(judged),
    np.array(judged.y),
    { gamma, key: keyFor(spec.seed, 33) },
  );
  discard(state);
  return { part: "adversarial", clean, robust };
}

/**
 * Draws weights with a share of He's deviation: for ReLU layers 0.4 is about PyTorch's default start. From He's own start
 * TRADES and Adv-Comp-Sum are less robust after so few epochs, the latter more so.
 */
function startingAt(share: number, model: Model): Model {
  return {
    ...model,
    init(key) {
      const { params, state } = model.init(key);
      return { params: mapTree((w) => w.mul(share), params), state };
    },
  };
}

type Programs = { step: TrainStep<SupervisedState>; evaluate: RobustEvaluator };
const programs = programsOf<Programs>();
const evaluators = programsOf<RobustEvaluator>();

/** One set of programs per network and method serves all strengths and seeds of a thread. */
function programsFor(net: Net, method: AdversarialSpec["method"], compile: TrialHost["compile"]): Programs {
  const { width, start } = named(nets, net, "net");
  const model = startingAt(start, flat(mlp({ inputs: 196, hidden: [width, width], outputs: 10 })));
  const plain = {
    model,
    optimizer: (hyper: { [name: string]: np.Array }) => adam(hyper.learningRate),
    compile,
  };
  const attacked = { ...plain, steps: 4, clip };
  const steps = {
    standard: () => supervised({ ...plain, objective: objectiveOf(model, batchCrossEntropy) }),
    "PGD training": () => adversarialTraining(attacked),
    TRADES: () => trades(attacked),
    "Adv-Comp-Sum": () => advCompSum(attacked),
  };
  return programs(compile, `${net} ${method}`, () => ({
    step: steps[method](),
    evaluate: evaluators(compile, net, () =>
      robustAccuracy(model, { steps: 40, restarts: 3, clip, compile }),
    ),
  }));
}
