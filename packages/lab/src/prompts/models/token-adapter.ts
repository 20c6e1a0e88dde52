import { numpy as np, random } from "@jax-js/jax";
import { checkChoice, checkNumber, readOptions, relu } from "minimand/engine";
import { affine, checkLastAxis, type DenseParams, normalWeight, plainLayer } from "minimand/internals";
import type { Layer } from "minimand/models";

/** Sizes of a {@link tokenAdapter}, and how it ends. */
export interface TokenAdapterOptions {
  /** Numbers a token. */
  inputs: number;
  /** Default `2 inputs`. */
  hidden?: number;
  outputs: number;
  /**
   * `relu`, the default, is what published code has: outputs are never negative, and may all die (`deadUnitShare`). `none` keeps the whole
   * range, and is the better choice for a new model.
   */
  finalActivation?: "relu" | "none";
}

type TokenAdapterParams = { hidden: DenseParams; output: DenseParams };

/**
 * Returns an adapter between two models of texts: at each token a network of one hidden layer.
 *
 * `y = relu(W_2 relu(W_1 x + b_1) + b_2)`, without the outer `relu` where `finalActivation` is `none`. Weights start as those of `dense`,
 * `he` before a ReLU and `lecun` before none.
 *
 * @returns a layer from `[..., inputs]` to `[..., outputs]`
 * @throws RangeError for sizes that are no integers >= 1, an unknown activation, and from `apply` for another last axis
 * @example
 * tokenAdapter({ inputs: 32, outputs: 48 }).name // "tokenAdapter(32, 64, 48)"
 * @see Hei et al. 2024, arXiv 2402.12760
 */
export function tokenAdapter(options: TokenAdapterOptions): Layer {
  const {
    inputs,
    hidden = 2 * inputs,
    outputs,
    finalActivation,
  } = readOptions("tokenAdapter", options, {
    inputs: true,
    hidden: true,
    outputs: true,
    finalActivation: ["relu"],
  });
  for (const [name, size] of Object.entries({ inputs, hidden, outputs }))
    checkNumber(name, size, { min: 1, integer: true });
  checkChoice("finalActivation", finalActivation, ["relu", "none"]);
  const name = `tokenAdapter(${inputs}, ${hidden}, ${outputs})`;
  const map = (key: np.Array, inputs: number, outputs: number, gain: number): DenseParams => ({
    weight: normalWeight(key, [inputs, outputs], Math.sqrt(gain / inputs)),
    bias: np.zeros([outputs]),
  });
  return plainLayer<TokenAdapterParams>(name, {
    init(key) {
      const [forHidden, forOutput] = [...random.split(key, 2)];
      return {
        hidden: map(forHidden, inputs, hidden, 2),
        output: map(forOutput, hidden, outputs, finalActivation === "relu" ? 2 : 1),
      };
    },
    apply(params, x) {
      checkLastAxis(name, x, inputs);
      const y = affine(params.output, relu(affine(params.hidden, x)));
      return finalActivation === "relu" ? relu(y) : y;
    },
  });
}
