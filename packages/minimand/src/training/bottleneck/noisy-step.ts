import { type numpy as np, random } from "@jax-js/jax";
import { typeError } from "../../engine/errors.ts";
import { type OptionNames, readOptions } from "../../engine/options.ts";
import { parameter } from "../../engine/parameter.ts";
import type { Tree } from "../../engine/tree.ts";
import type { Model, RepresentationModel } from "../../models/model.ts";
import { alongGradient } from "../along-gradient.ts";
import type { Hyper, TracedHyper } from "../hyper.ts";
import { initTogether } from "../init-together.ts";
import type { BatchLoss, Objective } from "../objective.ts";
import { makeStep } from "../step.ts";
import type { SupervisedOptions } from "../supervised.ts";
import type { SupervisedState, TrainStep } from "../train-step.ts";
import { checkRepresentation, squaredErrors, weightedMean } from "./feature-objective.ts";

/** How a step with noise on the features is built. */
export interface NoisyOptions<H extends Hyper = Hyper>
  extends Pick<SupervisedOptions<H>, "optimizer" | "hyper" | "compile"> {
  /** Gives its features, and makes its output of what replaces them. */
  model: RepresentationModel;
  /** Per-example values or a scalar of the noisy output; default squared errors of a single output. */
  loss?: BatchLoss<NoInfer<H>>;
}

/** Names of {@link NoisyOptions}. */
export const noisyOptions: OptionNames<NoisyOptions> = {
  model: true,
  loss: true,
  optimizer: true,
  hyper: true,
  compile: true,
};

/** How much noise, and what it costs. */
export interface NoiseMethod {
  name: string;
  /** What is trained beside the model and dropped afterwards; its parameters are given to `noisy`. */
  extra?: Pick<Model, "init">;
  /** Traced: the noisy features, and what they tell of the inputs, a scalar. Consumes all. */
  noisy(
    features: np.Array,
    given: { extra: Tree; draw: (like: np.Array) => np.Array; weights: np.Array; hyper: TracedHyper },
  ): { features: np.Array; rate: np.Array };
}

/**
 * The step of all bottlenecks that put noise on the features in training: `mean l(f, y) + beta rate`, f the output of the noisy features.
 * What predicts later is the model alone, without noise and without what was trained beside it.
 */
export function noisyStep(options: NoisyOptions, method: NoiseMethod): TrainStep<SupervisedState> {
  const {
    model,
    loss = squaredErrors,
    optimizer,
    hyper: declared,
    compile,
  } = readOptions(method.name, options, noisyOptions);
  checkRepresentation(model);
  const objective: Objective = (params, { modelState, memory, key, hyper }, { x, y, weights }) => {
    const [own, state] = [params as Parts, modelState as Parts];
    const [modelKey, noiseKey, lossKey] = [...random.split(key, 3)];
    let rate: np.Array | undefined;
    const [{ features, output }, next] = model.applyWithFeatures(
      { params: own.model, state: state.model },
      x,
      {
        training: true,
        key: modelKey,
        weights: weights.ref,
        replaceFeatures(clean) {
          const draw = (like: np.Array) => random.normal(noiseKey, like.shape).astype(like.dtype);
          const noisy = method.noisy(clean, { extra: own.extra, draw, weights: weights.ref, hyper });
          rate = noisy.rate;
          return noisy.features;
        },
      },
    );
    features.dispose();
    if (rate === undefined)
      throw typeError(
        "model",
        `one that makes its output of replaceFeatures, as ${method.name} needs`,
        model,
      );
    const values = loss(output.ref, y, { weights: weights.ref, key: lossKey, hyper });
    const prediction = values.ndim === 0 ? values : weightedMean(values, weights);
    const total = prediction.add(rate.mul(parameter(hyper.beta, prediction)));
    return [total, { output, modelState: { model: next, extra: state.extra }, memory }];
  };
  const step = makeStep(
    { model: initTogether({ model, extra: method.extra }), optimizer, hyper: declared, compile },
    { name: method.name, ...alongGradient(objective), hyper: { beta: { default: 0.01, min: 0 } } },
  );
  return {
    ...step,
    params: (state) => (state.params as Parts).model,
    modelState: (state) => (state.modelState as Parts).model,
  };
}

type Parts = { model: Tree; extra: Tree };
