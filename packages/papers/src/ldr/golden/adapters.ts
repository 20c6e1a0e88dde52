import { numpy as np } from "@jax-js/jax";
import * as losses from "minimand/losses";
import { type Adapters, float, ids, meanAndGradients } from "../../kit/golden/adapters.ts";

type Loss = (logits: np.Array, labels: np.Array, options: never) => np.Array;

/** Most vectors name the options as the library does. */
const plain =
  (loss: Loss): Adapters[string] =>
  ({ logits, labels }, options) => {
    const run = meanAndGradients((f) => loss(f, ids(labels), options as never), float(logits));
    return { per_example: run.perExample, value_mean: run.mean, grad_logits: run.gradients[0] };
  };

export const adapters: Adapters = {
  crossEntropy: plain(losses.crossEntropy),
  crammerSinger: plain(losses.crammerSinger),
  westonWatkins: plain(losses.westonWatkins),
  generalizedCrossEntropy: plain(losses.generalizedCrossEntropy),
  symmetricCrossEntropy: plain(losses.symmetricCrossEntropy),
  maeLoss: plain(losses.absoluteProbabilityError),
  mseLoss: plain(losses.squaredProbabilityError),
  jensenShannonLoss: plain(losses.jensenShannonLoss),
  nceRce: plain(losses.nceRce),
  nceAgce: plain(losses.nceAgce),
  nceAul: plain(losses.nceAul),
  normalizedCrossEntropy: plain(losses.normalizedCrossEntropy),
  reverseCrossEntropy: plain(losses.reverseCrossEntropy),
  agce: plain(losses.agce),
  aul: plain(losses.aul),
  robustLogLoss: plain(losses.robustLogLoss),
  ldrKl: plain(losses.ldrKl),
  ldrK: plain(losses.ldrK),

  truncatedGce: ({ logits, labels }, { q, k, pruneFirst }) => {
    const kept = losses.truncatedGcePrune(float(logits), ids(labels), { k }).js() as number[];
    const keep = pruneFirst ? kept : labels.map(() => 1);
    const loss = (f: np.Array, y: np.Array): np.Array => losses.truncatedGce(f, y, { q, keep: float(keep) });
    return plain(loss)({ logits, labels }, {}, undefined);
  },

  aldrKlExact: ({ logits, labels }, options) => {
    const memory = () => float(labels.map(() => options.lambda0));
    const [values, lambda] = losses.aldrKl(float(logits), ids(labels), memory(), options);
    values.dispose();
    const valuesOf = (f: np.Array, y: np.Array): np.Array =>
      valuesOnly(losses.aldrKl(f, y, memory(), options));
    return { ...(plain(valuesOf)({ logits, labels }, {}, undefined) as object), lambda: lambda.js() };
  },

  // The same examples visited again and again, with growing scores and the memory carried along.
  // What is added to their probabilities is a constant here.
  aldrKl: ({ logits, labels }, { probEps: _, ...options }, expected) => {
    let memory: number[] = Array.from(losses.aldrInit(labels.length, { lambda0: options.lambda0 }).lambda);
    const steps = expected.steps.map(({ logits_scale }: { logits_scale: number }) => {
      const scaled = float(logits).mul(np.array(logits_scale, { dtype: np.float64 }));
      const run = meanAndGradients(
        (f) => valuesOnly(losses.aldrKl(f, ids(labels), float(memory), options)),
        scaled.ref,
      );
      const [values, lambda] = losses.aldrKl(scaled, ids(labels), float(memory), options);
      values.dispose();
      memory = lambda.js() as number[];
      return { logits_scale, value_mean: run.mean, grad_logits: run.gradients[0], lambda_after: memory };
    });
    return { steps };
  },
};

function valuesOnly([values, lambda]: [np.Array, np.Array]): np.Array {
  lambda.dispose();
  return values;
}
