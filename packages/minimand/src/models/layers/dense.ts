import { numpy as np } from "@jax-js/jax";
import { oneOf, readOptions } from "../../engine/options.ts";
import { affine, type DenseParams, normalWeight, weightRows } from "../dense-weight.ts";
import type { FeatureModel } from "../model.ts";
import { checkLastAxis, type Layer } from "./layer.ts";

/** Sizes and start of a {@link dense} layer. */
export interface DenseOptions {
  inputs: number;
  outputs: number;
  /** Default true. */
  bias?: boolean;
  /** How the weight starts, see {@link dense}; default `lecun`. */
  initial?: (typeof starts)[number];
}

const starts = ["lecun", "he", "glorot", "zeros"] as const;

const deviations = {
  lecun: (inputs: number) => Math.sqrt(1 / inputs),
  he: (inputs: number) => Math.sqrt(2 / inputs),
  glorot: (inputs: number, outputs: number) => Math.sqrt(2 / (inputs + outputs)),
};

/**
 * A dense (fully connected) layer over the last axis: `y = x W + b`.
 *
 * The weight starts normal with variance `1 / inputs` (`lecun`), `2 / inputs` (`he`, for ReLU), `2 / (inputs + outputs)`
 * (`glorot`, for tanh), or at zero (`zeros`, where no hidden layer follows); the bias starts at zero. The weight is kept as
 * `[weightRows(inputs), outputs]`, see {@link weightRows}.
 *
 * @returns a layer from `[..., inputs]` to `[..., outputs]`; its features are its inputs
 * @throws RangeError for sizes that are not integers >= 1, and from `apply` for an input of another last axis
 * @example
 * const layer = dense({ inputs: 3, outputs: 2, initial: "zeros" })
 * layer.name // "dense(3, 2)"
 * layer.apply(layer.init(keyOf(1)), np.array([[1, 2, 3]]), { training: false })[0] // [0, 0]
 * @see He et al. 2015, arXiv 1502.01852, section 2.2; Glorot, Bengio 2010, equation 12
 */
export function dense(options: DenseOptions): Layer & FeatureModel {
  const { inputs, outputs, bias, initial } = readOptions("dense", options, {
    inputs: { min: 1, integer: true },
    outputs: { min: 1, integer: true },
    bias: [true],
    initial: ["lecun", oneOf(starts)],
  });
  const name = `dense(${inputs}, ${outputs})`;

  const apply: FeatureModel["apply"] = ({ params, state }, x, { key, weights }) => {
    checkLastAxis(name, x, inputs);
    key?.dispose();
    weights?.dispose();
    return [affine(params as DenseParams, x), state];
  };
  return {
    name,
    featureSize: inputs,
    outputSize: outputs,
    init(key) {
      const params: { [name: string]: np.Array } = {};
      if (initial === "zeros") {
        key.dispose();
        params.weight = np.zeros([weightRows(inputs), outputs]);
      } else params.weight = normalWeight(key, [inputs, outputs], deviations[initial](inputs, outputs));
      if (bias) params.bias = np.zeros([outputs]);
      return { params, state: {} };
    },
    apply,
    applyWithFeatures(variables, x, { replaceFeatures = (features) => features, ...applyOptions }) {
      const [output, state] = apply(variables, replaceFeatures(x.ref), applyOptions);
      return [{ features: x, output }, state];
    },
  };
}
