import { numpy as np } from "@jax-js/jax";
import { checkNumber } from "../../engine/checks.ts";
import { readOptions } from "../../engine/options.ts";
import type { Tree } from "../../engine/tree.ts";
import { type NibBoundOptions, nibBound, usualNoise } from "../../losses/dependence/information-bounds.ts";
import type { Model } from "../../models/model.ts";
import type { Hyper } from "../hyper.ts";
import type { SupervisedStep } from "../train-step.ts";
import { type NoisyOptions, noisyOptions, noisyStep } from "./noisy-step.ts";

/** How a {@link nonlinearBottleneck} is built. */
export interface NonlinearBottleneckOptions<H extends Hyper = Hyper> extends NoisyOptions<H> {
  /** Standard deviation of the noise, `> 0`; default `e^-0.5`, or `trained` from there. */
  noiseStd?: number | "trained";
  /** The bound, its square or its exponential; default `plain`. */
  form?: NibBoundOptions["form"];
}

/**
 * Training with a nonlinear information bottleneck at the features of a model: noise of one deviation, and a bound on the information of
 * the noisy features about the inputs.
 *
 * `mean l(f(t), y) + beta I`, `t = m + noiseStd e`, `m` the features and `I` as of {@link nibBound}, its square or its exponential. `beta` is a
 * hyperparameter, 0.01 unless given to `init`.
 *
 * Parameters and state of the step are those of the model alone, which predicts, and is saved, without noise.
 *
 * @param options as of {@link variationalBottleneck}; `noiseStd`, `form`
 * @returns a training step
 * @throws TypeError, RangeError as {@link variationalBottleneck}, for `noiseStd` <= 0 and an unknown form
 * @example
 * nonlinearBottleneck({ model: mlp({ inputs: 8, hidden: [64], outputs: 1 }), optimizer: adam(1e-3), form: "squared" })
 * @see Kolchinsky et al. 2019, arXiv 1705.02436, section 3; Rodriguez Galvez et al. 2020, arXiv 1911.11000 (square and exponential)
 */
export function nonlinearBottleneck<H extends Hyper = Hyper>(
  options: NonlinearBottleneckOptions<H>,
): SupervisedStep<H, { beta?: number }>;
export function nonlinearBottleneck(options: NonlinearBottleneckOptions): SupervisedStep {
  const { noiseStd, form, ...others } = readOptions("nonlinearBottleneck", options, {
    ...noisyOptions,
    noiseStd: [usualNoise],
    form: true,
  });
  if (noiseStd !== "trained") checkNumber("noiseStd", noiseStd, { above: 0 });
  return noisyStep(others, {
    name: "nonlinearBottleneck",
    ...(noiseStd === "trained" && { extra: deviation }),
    noisy(mean, { extra, draw, weights }) {
      const std =
        noiseStd === "trained" ? np.exp((extra as Deviation).log) : np.array(noiseStd, { dtype: mean.dtype });
      const noise = draw(mean).mul(std.ref);
      return { features: mean.ref.add(noise), rate: nibBound(mean, { noiseStd: std, form, weights }) };
    },
  });
}

type Deviation = { [name: string]: Tree } & { log: np.Array };

/** The logarithm of a deviation that is trained, from the usual one. */
const deviation: Pick<Model, "init"> = {
  init(key) {
    key.dispose();
    return { params: { log: np.array(Math.log(usualNoise)) }, state: {} };
  },
};
