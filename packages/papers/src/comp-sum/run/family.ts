import { adam, chain, compSum, minibatches, mlp } from "minimand";
import { derive } from "minimand/engine";
import { flat } from "minimand/models";
import { clipByGlobalNorm } from "minimand/optimizers";
import { accuracyOn } from "../../kit/accuracy.ts";
import { networksOf } from "../../kit/networks.ts";
import type { Labelled } from "../../kit/rows.ts";
import { stepped } from "../../kit/schedules.ts";
import { discard, keyFor, trainOrNull } from "../../kit/train-network.ts";
import type { TrialHost } from "../../reproduction.ts";
import { familyMaterial } from "./data.ts";
import type { FamilyResult, FamilySpec } from "./spec.ts";

const epochs = 20;

/** Trains one network with one member of the family; equal seeds share data, noise, start and batches. */
export async function familyTrial(spec: FamilySpec, host: TrialHost): Promise<FamilyResult> {
  const { train, judged } = await familyMaterial(spec, host);
  const { seed, tau, learningRate, fraction } = spec;
  const network = networkFor(train, host.compile);
  const state = await trainOrNull({
    step: network.step,
    state: network.step.init(keyFor(seed, 22), { hyper: { tau, learningRate } }),
    batches: minibatches(train, { size: 100, seed: derive(seed, 21) }),
    epochs: Math.max(2, Math.round(epochs * fraction)),
    schedule: stepped([0.75, 0.1]),
    signal: host.signal,
  });
  if (state === null) return { part: "family", accuracy: null };
  const accuracy = await accuracyOn(network, state, judged);
  discard(state);
  return { part: "family", accuracy };
}

const networks = networksOf();

/** One compiled step per shape serves every tau, learning rate and seed of a thread. */
const networkFor = ({ shape: [inputs], classes }: Labelled, compile: TrialHost["compile"]) =>
  networks(compile, `${inputs} ${classes}`, () => ({
    model: flat(mlp({ inputs, hidden: [128], outputs: classes })),
    loss: (f, y, { weights, hyper }) => compSum(f, y, { weights, tau: hyper.tau }),
    // Below tau = 1 the gradient grows exponentially with the margin.
    optimizer: ({ learningRate }) => chain(clipByGlobalNorm(5), adam(learningRate)),
  }));
