import { numpy as np } from "@jax-js/jax";
import type { ApplyOptions, FeatureModel, FeatureOptions } from "minimand";

/**
 * Returns a model of one output as one of pairs: it gives each of both responses of a row its reward, by the same weights. Where both
 * change places so do the rewards, whatever the weights.
 *
 * @param reward from `[batch, inputs]` to `[batch, 1]`
 * @returns a model from `[batch, 2 inputs]` to the rewards `[batch, 2]`, whose features are those of both responses, and whose parameters
 *   are those of `reward`
 */
export function pairModel(reward: FeatureModel): FeatureModel {
  const { featureSize } = reward;
  const oneByOne = (x: np.Array): np.Array => x.reshape([2 * x.shape[0], x.shape[1] / 2]);
  const inPairs = (x: np.Array): np.Array => x.reshape([x.shape[0] / 2, 2 * x.shape[1]]);
  const optionsOf = <O extends ApplyOptions>({ weights, ...rest }: O) => ({
    ...rest,
    ...(weights !== undefined && {
      weights: weights
        .reshape([-1, 1])
        .mul(np.ones([1, 2], { dtype: weights.dtype }))
        .reshape([-1]),
    }),
  });
  const features = ({ replaceFeatures: replace }: FeatureOptions): FeatureOptions =>
    replace === undefined ? {} : { replaceFeatures: (some) => oneByOne(replace(inPairs(some))) };
  return {
    featureSize: 2 * featureSize,
    outputSize: 2,
    init: (key) => reward.init(key),
    apply(variables, x, options) {
      const [rewards, state] = reward.apply(variables, oneByOne(x), optionsOf(options));
      return [inPairs(rewards), state];
    },
    applyWithFeatures(variables, x, options) {
      const [made, state] = reward.applyWithFeatures(variables, oneByOne(x), {
        ...optionsOf(options),
        ...features(options),
      });
      return [{ features: inPairs(made.features), output: inPairs(made.output) }, state];
    },
  };
}
