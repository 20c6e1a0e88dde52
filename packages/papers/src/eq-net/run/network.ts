import { numpy as np } from "@jax-js/jax";
import {
  adam,
  calibrateElastic,
  chain,
  dense,
  type ElasticVariables,
  elasticNetwork,
  minibatches,
  objectiveOf,
  type QuantForm,
  type SupervisedState,
  type SupervisedStep,
  sequential,
  supervised,
  uniformConfigs,
} from "minimand";
import { derive, disposeTree, refTree } from "minimand/engine";
import { relu } from "minimand/models";
import { clipByValue } from "minimand/optimizers";
import { elasticStep, quantizedModel, refElastic } from "minimand/quantization";
import { accuracyOn } from "../../kit/accuracy.ts";
import { batchCrossEntropy, networksOf } from "../../kit/networks.ts";
import { programsOf } from "../../kit/programs.ts";
import { cosine } from "../../kit/schedules.ts";
import { discard, keyFor, trainNetwork } from "../../kit/train-network.ts";
import type { TrialHost } from "../../reproduction.ts";
import type { Arm } from "./arms.ts";
import { type Material, materialOf } from "./data.ts";
import { batch, bits, calibration, classes, floatRate, hidden, type Sizes } from "./settings.ts";

/** Inputs, hidden units and outputs, layer by layer. */
export const widths = [784, ...hidden, classes];
export const pieces = widths
  .slice(1)
  .flatMap((outputs, i) => [
    dense({ inputs: widths[i], outputs, initial: "he" }),
    ...(i < hidden.length ? [relu] : []),
  ]);
export const network = elasticNetwork(pieces, { bits });
const float = sequential(pieces);

/** What all arms of a seed begin with: a trained float network with step sizes. */
export interface Start {
  material: Material;
  variables: ElasticVariables;
  /** On test images. */
  accuracy: number;
}

const floats = networksOf();

/** The last start that was made in this thread: trials come seed by seed. */
let last: { name: string; compile: TrialHost["compile"]; start: Start } | null = null;

export async function startOf(seed: number, sizes: Sizes, host: TrialHost): Promise<Start> {
  const name = JSON.stringify([seed, sizes]);
  if (last?.name === name && last.compile === host.compile) return last.start;
  const material = await materialOf(seed, sizes, host);
  const trained = floats(host.compile, "float", () => ({
    model: float,
    loss: batchCrossEntropy,
    optimizer: ({ learningRate }) => adam(learningRate),
  }));
  const { train, test } = material;
  const state = await trainNetwork({
    step: trained.step,
    state: trained.step.init(keyFor(seed, 2), { hyper: { learningRate: floatRate } }),
    batches: minibatches(train, { size: batch, seed: derive(seed, 3) }),
    epochs: sizes.floatEpochs,
    schedule: cosine,
    signal: host.signal,
  });
  const accuracy = await accuracyOn(trained, state, test);
  const rows = Math.min(calibration, train.y.length);
  const x = np.array(train.x.slice(0, rows * widths[0]), { shape: [rows, widths[0]] });
  const params = refTree(trained.step.params(state));
  const variables = calibrateElastic(network, { params, state: pieces.map(() => ({})) }, x);
  discard(state);
  if (last !== null) disposeTree([last.start.variables.params, last.start.variables.state] as never);
  const start = { material, variables, accuracy };
  last = { name, compile: host.compile, start };
  return start;
}

/** What is trained: all widths by an arm, or one of them. */
export type Trained = { arm: Arm } | { form: QuantForm; width: number };

/** A compiled step whose start can be exchanged: one serves all seeds of a thread. */
interface Program {
  step: SupervisedStep<{ learningRate: number }>;
  from: { variables: ElasticVariables | null };
}

const programs = programsOf<Program>();

function programOf(what: Trained, compile: TrialHost["compile"]): Program {
  return programs(compile, JSON.stringify(what), () => {
    const from: Program["from"] = { variables: null };
    const start = (key: np.Array): ElasticVariables => {
      key.dispose();
      return refElastic(from.variables!);
    };
    const common = {
      optimizer: ({ learningRate }: { learningRate: np.Array }) => chain(clipByValue(1), adam(learningRate)),
      hyper: { learningRate: floatRate },
      compile,
    };
    if ("arm" in what) {
      const { lambda, wdr } = what.arm;
      return { from, step: elasticStep({ ...common, network, start, gpg: { lambda: lambda! }, wdr }) };
    }
    const configs = uniformConfigs(network.layers, { bits: what.width, ...what.form });
    const model = quantizedModel(network, configs, start);
    return { from, step: supervised({ ...common, model, objective: objectiveOf(model, batchCrossEntropy) }) };
  });
}

/** Trains with codes from a start, which it looks at. */
export async function trainQuantised(
  what: Trained,
  { variables, material }: Start,
  { seed, learningRate, sizes }: { seed: number; learningRate: number; sizes: Sizes },
  { compile, signal }: TrialHost,
): Promise<ElasticVariables> {
  const { step, from } = programOf(what, compile);
  from.variables = variables;
  const state: SupervisedState = await trainNetwork({
    step,
    state: step.init(keyFor(seed, 4), { hyper: { learningRate } }),
    batches: minibatches(material.train, { size: batch, seed: derive(seed, 5) }),
    epochs: sizes.epochs,
    schedule: cosine,
    signal,
  });
  const { params, modelState } = state;
  const trained = refElastic({ params, state: modelState } as unknown as ElasticVariables);
  discard(state);
  return trained;
}
