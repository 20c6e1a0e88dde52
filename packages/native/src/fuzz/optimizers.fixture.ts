import { numpy as np } from "@jax-js/jax";
import fc from "fast-check";
import {
  adam,
  adamw,
  addDecayedWeights,
  chain,
  type GradientTransformation,
  type LearningRate,
  lamb,
  lion,
  sgd,
  signum,
} from "minimand";
import { mapTree, refTree, type Tree } from "minimand/engine";
import {
  adaBelief,
  adagrad,
  applyIfFinite,
  applyUpdates,
  clipByGlobalNorm,
  clipByValue,
  cosineSchedule,
  nadam,
  oneCycleSchedule,
  radam,
  rmsprop,
  sgdw,
} from "minimand/optimizers";
import { numbers, type Steps } from "./kernels.fixture.ts";

const optimizers: readonly ((rate: LearningRate) => GradientTransformation)[] = [
  adam,
  (rate) => adamw(rate, { weightDecay: 0.1 }),
  lion,
  (rate) => lion(rate, { weightDecay: 0.01 }),
  sgd,
  (rate) => sgd(rate, { momentum: 0.9, nesterov: true }),
  (rate) => sgdw(rate, { momentum: 0.5, weightDecay: 1e-2 }),
  signum,
  (rate) => rmsprop(rate, { centered: true, momentum: 0.5 }),
  adagrad,
  adaBelief,
  nadam,
  (rate) => radam(rate, { b2: 0.9, threshold: 4 }),
  lamb,
];
const rates: readonly LearningRate[] = [0.1, cosineSchedule(0.1, 3), oneCycleSchedule(0.2, 6)];
const around: readonly ((inner: GradientTransformation) => GradientTransformation)[] = [
  (inner) => inner,
  (inner) => chain(clipByGlobalNorm(1), inner),
  (inner) => chain(clipByValue(0.5), addDecayedWeights(1e-2), inner),
  applyIfFinite,
];
/** Where gradients come from: as they are, so that all of the step is its end, or computed from the parameters. */
const gradients: readonly ((x: np.Array, p: np.Array) => np.Array)[] = [
  (x, p) => {
    p.dispose();
    return x;
  },
  (x, p) => np.sin(x.add(p)),
  (x, p) => np.tanh(p).mul(x),
];
const shapes: readonly (readonly number[])[] = [
  [],
  [0],
  [1],
  [2],
  [3],
  [4],
  [5],
  [8],
  [2, 3],
  [17],
  [3, 1, 5],
];

interface OptimizerProgram {
  optimizer: number;
  rate: number;
  around: number;
  gradient: number;
  leaves: readonly (readonly number[])[];
  seed: number;
  special: boolean;
}

/** Random steps of optimizers, with an average of the parameters along with them. */
export const optimizerPrograms: fc.Arbitrary<OptimizerProgram> = fc.record({
  optimizer: fc.nat(optimizers.length - 1),
  rate: fc.nat(rates.length - 1),
  around: fc.nat(around.length - 1),
  gradient: fc.nat(gradients.length - 1),
  leaves: fc.array(fc.constantFrom(...shapes), { minLength: 1, maxLength: 4 }),
  seed: fc.nat(1000),
  special: fc.boolean(),
});

export function optimizerSteps(chosen: OptimizerProgram): Steps {
  const { leaves, seed, special } = chosen;
  const transformation = around[chosen.around](optimizers[chosen.optimizer](rates[chosen.rate]));
  const gradient = gradients[chosen.gradient];
  const arrays = (own: number, some: boolean): Tree =>
    leaves.map((shape, i) => numbers(shape, seed + own + 10 * i, some));
  return {
    state: () => {
      const params = arrays(1, special && seed % 2 === 0);
      return { params, average: refTree(params), optimizer: transformation.init(params) };
    },
    inputs: [2, 3, 4].map((own) => () => ({ rate: (own / 10) as never, x: arrays(own, special) })),
    step(given, input) {
      const { params, average, optimizer } = given as Record<string, Tree>;
      const { rate, x } = input as { rate: np.Array; x: Tree };
      const updates = mapTree(gradient, x, refTree(params));
      const [changes, states] = transformation.update(updates, optimizer, refTree(params));
      const next = applyUpdates(params, changes);
      const mean = mapTree(
        (a, p) => a.mul(np.subtract(1, rate.ref)).add(p.mul(rate.ref)),
        average,
        refTree(next),
      );
      return [{ params: next, average: mean, optimizer: states }, { rate }];
    },
  };
}
