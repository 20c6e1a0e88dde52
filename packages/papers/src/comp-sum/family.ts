import { numpy as np, random } from "@jax-js/jax";
import {
  accuracy,
  adam,
  chain,
  clipByGlobalNorm,
  compSum,
  fit,
  flat,
  minibatches,
  mlp,
  NonFiniteError,
  objectiveOf,
  predictor,
  supervised,
} from "minimand";
import { derive, disposeTree } from "minimand/engine";
import { programsOf } from "../programs.ts";
import type { TrialHost } from "../reproduction.ts";
import { familyMaterial, type Material } from "./data.ts";
import type { FamilyResult, FamilySpec } from "./spec.ts";

const epochs = 20;

/** Trains one network with one member of the family; equal seeds share data, noise, start and batches. */
export async function familyTrial(spec: FamilySpec, host: TrialHost): Promise<FamilyResult> {
  const material = await familyMaterial(spec, host);
  const { step, predict } = programFor(material, host.compile);
  const batches = minibatches(material.train, { size: 100, seed: derive(spec.seed, 21) });
  let state = step.init(random.key(derive(spec.seed, 22) | 0), {
    hyper: { tau: spec.tau, learningRate: spec.learningRate },
  });
  const last = Math.max(2, Math.round(epochs * spec.fraction));
  try {
    for (let epoch = 0; epoch < last; epoch++) {
      const decay = epoch >= 0.75 * last ? 0.1 : 1;
      state = { ...state, hyper: { ...state.hyper, learningRate: decay * spec.learningRate } };
      state = await fit({ step, state, batches: batches.epoch(epoch), signal: host.signal });
    }
  } catch (error) {
    if (error instanceof NonFiniteError) return { part: "family", accuracy: null };
    throw error;
  }
  const { x, y } = material.judged;
  const inputs = np.array(x as Float32Array<ArrayBuffer>, { shape: [y.length, material.inputs] });
  const logits = await predict(step.params(state), step.modelState(state), inputs).data();
  disposeTree([state.params, state.optimizer, state.modelState]);
  return { part: "family", accuracy: accuracy(y, predictions(logits, material.classes)) };
}

function predictions(logits: ArrayLike<number>, classes: number): Int32Array {
  return Int32Array.from({ length: logits.length / classes }, (_, row) => {
    let best = 0;
    for (let k = 1; k < classes; k++) if (logits[row * classes + k] > logits[row * classes + best]) best = k;
    return best;
  });
}

type Programs = { step: ReturnType<typeof supervised>; predict: ReturnType<typeof predictor> };
const programs = programsOf<Programs>();

/** One compiled step per shape serves every tau, learning rate and seed of a thread. */
function programFor({ inputs, classes }: Material, compile: TrialHost["compile"]): Programs {
  return programs(compile, `${inputs} ${classes}`, () => {
    const model = flat(mlp({ inputs, hidden: [128], outputs: classes }));
    const step = supervised({
      model,
      objective: objectiveOf(model, (f, y, { weights, hyper }) => compSum(f, y, { weights, tau: hyper.tau })),
      // Below tau = 1 the gradient grows exponentially with the margin.
      optimizer: ({ learningRate }) => chain(clipByGlobalNorm(5), adam(learningRate)),
      compile,
    });
    return { step, predict: predictor(model, compile) };
  });
}
