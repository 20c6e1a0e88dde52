import { numpy as np, random } from "@jax-js/jax";
import {
  type AggregateLossOptions,
  adamw,
  aggregateObjective,
  bagBatches,
  bagMeans,
  fit,
  flat,
  mlp,
  predictor,
  rocAuc,
  type SupervisedState,
  supervised,
  type TrainStep,
} from "minimand";
import { derive, disposeTree } from "minimand/engine";
import { programsOf } from "../programs.ts";
import type { TrialHost } from "../reproduction.ts";
import { debiasedMeans, type Split } from "./data.ts";
import { network } from "./settings.ts";

type Program = { step: TrainStep<SupervisedState>; predict: ReturnType<typeof predictor> };
const programs = programsOf<Program>();

/** What a network is trained on. */
export interface NetworkArm {
  /** `rho 0.3`, `debiased` or `labels`. */
  arm: string;
  learningRate: number;
}

/** Test error of one network: mean squared error, or 1 - AUC for responses 0 and 1. */
export async function networkError(
  { train, judged, inputs, binary }: Split,
  bagIds: Int32Array,
  { arm, learningRate }: NetworkArm,
  { seed, quick }: { seed: number; quick: boolean },
  host: TrialHost,
): Promise<number> {
  const single = arm === "labels";
  const ids = single ? bagIds.map((_, i) => i) : bagIds;
  const means = single ? train.y : bagMeans(train.y, bagIds);
  const bags = means.length;
  const { batchRows, epochs: all } = binary ? network.logistic : network.mlp;
  const bagsPerBatch = Math.max(1, Math.min(bags, Math.round((batchRows * bags) / train.count)));
  const responses = arm === "debiased" ? debiasedMeans(means, ids) : means;
  const batches = bagBatches(
    { x: train.x, shape: [inputs], bagIds: ids, means: responses },
    { bagsPerBatch, seed: derive(seed, 3) },
  );
  const loss: AggregateLossOptions = { loss: binary ? "logistic" : "squared" };
  const hidden = binary ? [] : [network.hidden];
  const name = [inputs, binary, bagsPerBatch, batches.size].join(" ");
  const { step, predict } = programs(host.compile, name, () => {
    const model = flat(mlp({ inputs, hidden, outputs: 1 }));
    return {
      step: supervised({
        model,
        objective: aggregateObjective(model, { bagsPerBatch, loss: ({ rho }) => ({ ...loss, rho }) }),
        optimizer: (hyper) => adamw(hyper.learningRate),
        compile: host.compile,
      }),
      predict: predictor(model, host.compile),
    };
  });
  const rho = arm.startsWith("rho ") ? Number(arm.slice(4)) : 1;
  const epochs = quick ? 3 : all;
  let state = step.init(random.key(derive(seed, 4) | 0), { hyper: { learningRate, rho } });
  for (let epoch = 0; epoch < epochs; epoch++) {
    const annealed = (learningRate * (1 + Math.cos((Math.PI * epoch) / epochs))) / 2;
    state = { ...state, hyper: { rho, learningRate: annealed } };
    state = await fit({ step, state, batches: batches.epoch(epoch), signal: host.signal });
  }
  const rows = np.array(new Float32Array(judged.x), { shape: [judged.count, inputs] });
  const scores = await predict(step.params(state), step.modelState(state), rows).data();
  disposeTree([state.params, state.optimizer, state.modelState]);
  if (!binary) return judged.y.reduce((sum, y, i) => sum + (scores[i] - y) ** 2, 0) / judged.count;
  return 1 - rocAuc(judged.y, scores as Float32Array);
}
