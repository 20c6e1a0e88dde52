import type { numpy as np } from "@jax-js/jax";
import { exp } from "../../engine/numerics.ts";
import { vibKl } from "../../losses/dependence/information-bounds.ts";
import { linear } from "../../models/mlp.ts";
import type { Hyper } from "../hyper.ts";
import type { SupervisedStep } from "../train-step.ts";
import { type NoisyOptions, noisyStep } from "./noisy-step.ts";

/** The log-variance that every code starts with. */
const startingLogVar = -1;

/**
 * Training with a variational information bottleneck at the features of a model.
 *
 * `mean l(f(t), y) + beta mean KL(N(m, s^2) || N(0, 1))`, `t = m + s e`: the mean of the code is the features, its log-variances are linear in
 * them. `beta` is a hyperparameter, 0.01 unless given to `init`.
 *
 * Parameters and state of the step are those of the model alone, so that it predicts, and is saved, by the mean: without noise.
 *
 * @param options `model` with features, `optimizer`, `loss` (default squared errors of a single output), `hyper`, `compile`
 * @returns a training step
 * @throws TypeError for an option that is none, a model without features; from the first update for one that doesn't replace its features
 * @example
 * variationalBottleneck({ model: mlp({ inputs: 8, hidden: [64], outputs: 1 }), optimizer: adam(1e-3) })
 * @see Alemi et al. 2017, arXiv 1612.00410, equation (17)
 */
export function variationalBottleneck<H extends Hyper = Hyper>(
  options: NoisyOptions<H>,
): SupervisedStep<H, { beta?: number }>;
export function variationalBottleneck(options: NoisyOptions): SupervisedStep {
  const size = options?.model?.featureSize ?? 1;
  const head = linear({ inputs: size, outputs: size });
  return noisyStep(options, {
    name: "variationalBottleneck",
    extra: head,
    noisy(mean: np.Array, { extra, draw, weights }) {
      const [raw] = head.apply({ params: extra, state: {} }, mean.ref, { training: true });
      const logVar = raw.add(startingLogVar);
      const noise = draw(mean).mul(exp(logVar.ref.mul(0.5)));
      return { features: mean.ref.add(noise), rate: vibKl(mean, logVar, { weights }) };
    },
  });
}
