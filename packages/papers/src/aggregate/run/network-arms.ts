import { type AggregateLossOptions, adamw, aggregateObjective, mlp } from "minimand";
import { derive } from "minimand/engine";
import { rocAuc } from "minimand/metrics";
import { flat } from "minimand/models";
import { bagBatches, bagMeans } from "minimand/training";
import { logitsOf } from "../../kit/accuracy.ts";
import { networksOf } from "../../kit/networks.ts";
import { cosine } from "../../kit/schedules.ts";
import { mean } from "../../kit/statistics.ts";
import { discard, keyFor, trainNetwork } from "../../kit/train-network.ts";
import type { TrialHost } from "../../reproduction.ts";
import { debiasedMeans, type Split } from "./data.ts";
import { network as size } from "./settings.ts";

const networks = networksOf();

/** The data that a network is trained on. */
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
  { seed, epochs }: { seed: number; epochs: number },
  host: TrialHost,
): Promise<number> {
  const single = arm === "labels";
  const ids = single ? bagIds.map((_, i) => i) : bagIds;
  const means = single ? train.y : bagMeans(train.y, bagIds);
  const bags = means.length;
  const { batchRows } = binary ? size.logistic : size.mlp;
  const bagsPerBatch = Math.max(1, Math.min(bags, Math.round((batchRows * bags) / train.count)));
  const responses = arm === "debiased" ? debiasedMeans(means, ids) : means;
  const batches = bagBatches(
    { x: train.x, shape: [inputs], bagIds: ids, means: responses },
    { bagsPerBatch, seed: derive(seed, 3) },
  );
  const loss: AggregateLossOptions = { loss: binary ? "logistic" : "squared" };
  const hidden = binary ? [] : [size.hidden];
  const name = [inputs, binary, bagsPerBatch, batches.size].join(" ");
  const network = networks(host.compile, name, () => {
    const model = flat(mlp({ inputs, hidden, outputs: 1 }));
    return {
      model,
      objective: aggregateObjective(model, { bagsPerBatch, loss: ({ rho }) => ({ ...loss, rho }) }),
      optimizer: (hyper) => adamw(hyper.learningRate),
    };
  });
  const rho = arm.startsWith("rho ") ? Number(arm.slice(4)) : 1;
  const state = await trainNetwork({
    step: network.step,
    state: network.step.init(keyFor(seed, 4), { hyper: { learningRate, rho } }),
    batches,
    epochs,
    schedule: cosine,
    signal: host.signal,
  });
  const scores = await logitsOf(network, state, { x: judged.x, shape: [inputs] });
  discard(state);
  return binary ? 1 - rocAuc(judged.y, scores) : mean(Array.from(judged.y, (y, i) => (scores[i] - y) ** 2));
}
