import { numpy as np, random } from "@jax-js/jax";
import { checkChoice, checkNumber, rangeError, typeError } from "../engine/checks.ts";
import { relu } from "../engine/numerics.ts";
import { readOptions } from "../engine/options.ts";
import type { Tree } from "../engine/tree.ts";
import { batchNorm, batchNormParams, batchNormState } from "./batch-norm.ts";
import { normalWeight, padColumns, weightRows } from "./dense-weight.ts";
import { type Head, heads, logitsOfHead } from "./head.ts";
import { type MlpLayer, mlpAsLayers } from "./mlp-as-layers.ts";
import type { FeatureModel } from "./model.ts";

/** Shape and non-linearity of an {@link mlp}. */
export interface MlpOptions {
  inputs: number;
  /** Widths of the hidden layers; `[]` is a linear model. */
  hidden: readonly number[];
  outputs: number;
  /** Default `relu`. */
  activation?: "relu" | "tanh";
  /** Batch normalisation after each hidden activation; default false. */
  batchNorm?: boolean;
  /** `zeros` starts every weight at 0 (only sensible without hidden layers); default `random`. */
  initial?: "random" | "zeros";
  /** What the last layer makes of its features, see {@link Head}; default `linear`. */
  head?: Head;
}

type LayerState = { mean: np.Array; variance: np.Array };

/**
 * A multi-layer perceptron: `x -> [inputs, ...hidden, outputs]`, dense layers with bias, and a {@link Head}.
 *
 * Weights start normal with variance `2 / fan-in` (ReLU, He) or `2 / (fan-in + fan-out)` (tanh, Glorot) before a
 * hidden layer and `1 / fan-in` before the output; biases at 0. The same key gives the same start.
 *
 * Weights have shape `[weightRows(inputs), outputs]`, see {@link weightRows}.
 *
 * @returns a model from `[batch, inputs]` to `[batch, outputs]`
 * @throws RangeError for sizes that are not integers >= 1
 * @example
 * mlp({ inputs: 8, hidden: [64, 64], outputs: 2 })
 */
export function mlp(options: MlpOptions): FeatureModel {
  const {
    inputs,
    hidden,
    outputs,
    activation = "relu",
    batchNorm: normalised = false,
    initial = "random",
    head = "linear",
  } = options;
  readOptions("mlp", options, {
    inputs: true,
    hidden: true,
    outputs: true,
    activation: true,
    batchNorm: true,
    initial: true,
    head: true,
  });
  if (!Array.isArray(hidden)) throw typeError("hidden", "a list of widths", hidden);
  const sizes = [inputs, ...hidden, outputs];
  sizes.forEach((size, i) => {
    const name = i === 0 ? "inputs" : i === sizes.length - 1 ? "outputs" : `hidden[${i - 1}]`;
    checkNumber(name, size, { min: 1, integer: true });
  });
  checkChoice("activation", activation, ["relu", "tanh"]);
  checkChoice("initial", initial, ["random", "zeros"]);
  checkChoice("head", head, heads);
  const last = sizes.length - 2;
  const activate = activation === "relu" ? relu : np.tanh;

  const applyWithFeatures: FeatureModel["applyWithFeatures"] = (
    { params, state },
    x,
    { training, weights, replaceFeatures },
  ) => {
    if (x.ndim !== 2 || x.shape[1] !== inputs) throw rangeError("x", `shape [batch, ${inputs}]`, x);
    const layers = params as unknown as MlpLayer[];
    const next: Tree[] = [];
    let h = x;
    let features = x;
    layers.forEach(({ weight, bias, norm }, i) => {
      if (i === last) {
        features = h.ref;
        if (replaceFeatures !== undefined) h = replaceFeatures(h);
      }
      const padded = padColumns(h, weight);
      if (i === last) {
        h = logitsOfHead(head, padded, { weight, bias });
        return;
      }
      h = activate(np.matmul(padded, weight).add(bias!));
      if (norm === undefined) return;
      const [output, statistics] = batchNorm(norm, (state as unknown as LayerState[])[i], h, {
        training,
        weights: weights?.ref,
      });
      h = output;
      next.push(statistics);
    });
    weights?.dispose();
    return [{ features, output: h }, normalised ? next : state];
  };

  return {
    featureSize: sizes[last],
    outputSize: outputs,
    applyWithFeatures,
    init(key) {
      const keys = initial === "random" ? [...random.split(key, sizes.length)] : [];
      if (initial === "zeros") key.dispose();
      keys.pop()?.dispose();
      const layers: Tree[] = [];
      const state: Tree[] = [];
      for (let i = 0; i <= last; i++) {
        const [fanIn, fanOut] = [sizes[i], sizes[i + 1]];
        const deviation = Math.sqrt(
          i === last ? 1 / fanIn : activation === "relu" ? 2 / fanIn : 2 / (fanIn + fanOut),
        );
        const weight =
          initial === "zeros"
            ? np.zeros([weightRows(fanIn), fanOut])
            : normalWeight(keys[i], [fanIn, fanOut], deviation);
        const layer: { [name: string]: Tree } = { weight };
        if (i < last || head !== "cosine") layer.bias = np.zeros([fanOut]);
        if (normalised && i < last) {
          layer.norm = batchNormParams(fanOut);
          state.push(batchNormState(fanOut));
        }
        layers.push(layer);
      }
      return { params: layers, state: normalised ? state : {} };
    },
    apply(variables, x, applyOptions) {
      const [{ features, output }, next] = applyWithFeatures(variables, x, applyOptions);
      features.dispose();
      return [output, next];
    },
    asLayers: ({ params, state }) =>
      mlpAsLayers({ sizes, activate, head }, params as unknown as MlpLayer[], state),
  };
}

/** A linear model `x W + b`, an {@link mlp} without hidden layers; starts at zero unless `initial` says otherwise. */
export function linear(options: {
  inputs: number;
  outputs: number;
  initial?: "random" | "zeros";
}): FeatureModel {
  readOptions("linear", options, { inputs: true, outputs: true, initial: true });
  return mlp({ hidden: [], initial: "zeros", ...options });
}
