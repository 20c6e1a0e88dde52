import type { numpy as np } from "@jax-js/jax";
import type { Tree } from "minimand/engine";
import { typeError } from "minimand/engine";
import type { ApplyOptions, FeatureModel, FeatureOptions, Model, Variables } from "minimand/models";
import { sequential } from "minimand/models";

/** Parameters or states of an enhancer and of the model behind it. */
interface Both {
  enhancer: Tree;
  model: Tree;
}

/**
 * Returns a model with an enhancer before it: `x -> model(enhancer(x))`. It is a model as any other: each training step gives both their
 * gradients, and both have one optimizer.
 *
 * Parameters are `{ enhancer, model }`, and the state, too, so that a trained model can be put behind a new enhancer (`{ ...start.params,
 * model: trained }`), one of them kept as it is (`partition`), and each saved by itself. Where the model gives features in addition to its
 * output, the whole does, too. The model sees what the enhancer gives, not clipped to 0 and 1.
 *
 * @param enhancer a layer from images to images of the same shape, as {@link featEnhancer}
 * @param model any model of images `[batch, height, width, channels]`
 * @returns a model of the same images
 * @throws TypeError where one of them is no model
 * @example
 * const night = withEnhancer(oneScaleEnhancer({ inChannels: 1, width: 2, groups: 1 }), sequential([flatten(), dense({ inputs: 16, outputs: 3 })]))
 * const { params, state } = night.init(random.key(0))
 * Object.keys(params) // ["enhancer", "model"]
 * night.apply({ params, state }, np.ones([5, 4, 4, 1]), { training: false })[0].shape // [5, 3]
 */
export function withEnhancer(enhancer: Model, model: FeatureModel): FeatureModel;
export function withEnhancer(enhancer: Model, model: Model): Model;
export function withEnhancer(enhancer: Model, model: Model): Model | FeatureModel {
  for (const [argument, given] of Object.entries({ enhancer, model })) {
    if (typeof given?.init !== "function" || typeof given?.apply !== "function")
      throw typeError(argument, "a model, with init and apply", given);
  }
  // A model without features gives a layer without, whatever the type says: see below.
  const both = sequential([enhancer, model as FeatureModel]);
  const listed = (named: Tree): Tree => [
    (named as unknown as Both).enhancer,
    (named as unknown as Both).model,
  ];
  const named = (list: Tree): Tree => ({ enhancer: (list as Tree[])[0], model: (list as Tree[])[1] });
  const inside = ({ params, state }: Variables): Variables => ({
    params: listed(params),
    state: listed(state),
  });
  return {
    ...both,
    init(key) {
      const { params, state } = both.init(key);
      return { params: named(params), state: named(state) };
    },
    apply(variables, x, options) {
      const [y, state] = both.apply(inside(variables), x, options);
      return [y, named(state)];
    },
    asLayers: (variables) => ({ pieces: [enhancer, model], variables: inside(variables) }),
    ...("applyWithFeatures" in both && {
      applyWithFeatures(variables: Variables, x: np.Array, options: ApplyOptions & FeatureOptions) {
        const [found, state] = both.applyWithFeatures(inside(variables), x, options);
        return [found, named(state)] satisfies [unknown, Tree];
      },
    }),
  };
}
