import { numpy as np } from "@jax-js/jax";
import { rangeError } from "../engine/checks.ts";
import { readOptions } from "../engine/options.ts";
import { constantOf } from "../engine/parameter.ts";
import { disposeTree, refTree, type Tree } from "../engine/tree.ts";
import type { Model } from "../models/model.ts";
import { checkConfigs, type QuantConfig } from "./config.ts";
import { type ElasticNetwork, type ElasticVariables, passThrough } from "./elastic-network.ts";
import { largestCodes, rows, rowsOfWeights, selectedSteps } from "./selected-steps.ts";

/** Of {@link elasticApply}. */
export interface ElasticApplyOptions {
  /** Whether offsets are moved to whole numbers of steps, as in the file of {@link exportQuantized}; default false. */
  snapZeroPoint?: boolean;
}

/**
 * A configuration as numbers, which one program serves: 1 where a step size is used, `[layers, 6, bits]`.
 *
 * @param network see {@link elasticNetwork}
 * @param configs one a layer
 * @returns the values, row by row
 * @throws TypeError, RangeError for another number of configurations, and bits that the network hasn't
 * @example
 * const network = elasticNetwork([dense({ inputs: 2, outputs: 2 })], { bits: [4, 8] })
 * selectionOf(network, uniformConfigs(1, { bits: 8, granularity: "tensor" })) // [0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0]
 */
export function selectionOf(
  network: ElasticNetwork,
  configs: readonly QuantConfig[],
): Float32Array<ArrayBuffer> {
  const { bits, layers } = network;
  checkConfigs("configs", configs, layers);
  const values = new Float32Array(layers * rows * bits.length);
  configs.forEach((config, l) => {
    const column = (name: "weightBits" | "actBits"): number => {
      const at = bits.indexOf(config[name]);
      if (at < 0) throw rangeError(name, `one of ${bits.join(", ")}`, config[name]);
      return at;
    };
    const ofWeights = 2 * Number(config.granularity === "channel") + Number(!config.weightSymmetric);
    const ofActs = rowsOfWeights + Number(!config.actSymmetric);
    values[(l * rows + ofWeights) * bits.length + column("weightBits")] = 1;
    values[(l * rows + ofActs) * bits.length + column("actBits")] = 1;
  });
  return values;
}

/** The shape of a selection. */
export function selectionShape({ layers, bits }: ElasticNetwork): number[] {
  return [layers, rows, bits.length];
}

/**
 * The output of a network whose weights and activations went through {@link fakeQuant}, in the configuration of a selection. May be traced,
 * and then one program serves all configurations. Pieces run as in evaluation.
 *
 * @param network see {@link elasticNetwork}
 * @param variables parameters and state; looked at
 * @param x `[batch, ...]`; consumed
 * @param selection of {@link selectionOf}, `[layers, 6, bits]`, consumed; or a configuration for each layer
 * @param options `snapZeroPoint`
 * @returns what `sequential(pieces)` returns
 * @throws TypeError, RangeError as {@link selectionOf}, and from the pieces
 * @example
 * const network = elasticNetwork([dense({ inputs: 1, outputs: 1 })])
 * const weights = [{ weight: np.array([[0.5], [0], [0], [0]]), bias: np.array([1]) }]
 * const start = calibrateElastic(network, { params: weights, state: [{}] }, np.array([[2], [1]]))
 * elasticApply(network, start, np.array([[2]]), uniformConfigs(1, { bits: 8 })) // [[2.00]]
 * @see Xu et al. 2023, arXiv 2308.07650, section 3.1
 */
export function elasticApply(
  network: ElasticNetwork,
  variables: ElasticVariables,
  x: np.Array,
  selection: np.Array | readonly QuantConfig[],
  options: ElasticApplyOptions = {},
): np.Array {
  readOptions("elasticApply", options, { snapZeroPoint: true });
  const chosen = Array.isArray(selection)
    ? np.array(selectionOf(network, selection), { shape: selectionShape(network) })
    : (selection as np.Array);
  const [y] = elasticPasses(network, variables, x, chosen.reshape([1, ...selectionShape(network)]), options);
  return y;
}

/** Of {@link elasticPasses}. */
export interface ElasticPassesOptions extends ElasticApplyOptions {
  /** Whether a layer has the same configuration in all passes, and so is computed as seldom as it can be; default none has. */
  same?: (layer: number) => boolean;
}

/**
 * Passes in several configurations, side by side: what comes before the first layer in which they differ is computed once.
 *
 * @param selections `[passes, layers, 6, bits]`
 * @returns an output for each pass
 */
export function elasticPasses(
  network: ElasticNetwork,
  { params, state }: ElasticVariables,
  x: np.Array,
  selections: np.Array,
  { same = () => false, ...options }: ElasticPassesOptions = {},
): np.Array[] {
  const [passes] = selections.shape;
  const chosen = constantOf(selections, params.steps[0].actSymmetric.scale.dtype);
  const widths = largestCodes(network, chosen.ref);
  const outputs = passThrough(network, params.weights, [x], (layer, inputs, weight) => {
    const isSame = same(layer);
    const [h] = inputs;
    const used = selectedSteps({
      steps: params.steps[layer],
      layer,
      widths,
      options,
      masks: chosen.ref.slice([], layer),
      signed: state.signed.ref.slice(layer),
      weight,
      numbers: h.size,
    });
    const weights = Array.from({ length: isSame ? 1 : passes }, (_, p) => used.weight(weight.ref, p));
    const acts = Array.from({ length: isSame ? inputs.length : passes }, (_, p) =>
      used.act((inputs.length === 1 ? h : inputs[p]).ref, p),
    );
    used.dispose();
    weight.dispose();
    for (const input of inputs) input.dispose();
    const shared = weights.length === 1 ? acts.map(() => weights[0].ref) : weights;
    if (weights.length === 1) weights[0].dispose();
    return acts.map((act, p) => [act, shared[p]]);
  });
  for (const array of [chosen, ...Object.values(widths)]) array.dispose();
  // Where all layers are the same, so are the outputs.
  if (outputs.length === passes) return outputs;
  const all = Array.from({ length: passes }, () => outputs[0].ref);
  outputs[0].dispose();
  return all;
}

/**
 * A network in one configuration as a model, with the parameters `{ weights, steps }`.
 *
 * As it starts, it is quantised after training. Trained by `supervised` it is quantised in training: LSQ where the form is symmetric, LSQ+
 * where it isn't. With the parameters of an {@link elasticStep} it is one configuration of many.
 *
 * @param network see {@link elasticNetwork}
 * @param configs one a layer, see {@link uniformConfigs}
 * @param start makes the variables of a key, which it consumes: `() => refTree(calibrated)` for those of a trained network
 * @param options `snapZeroPoint`
 * @returns a model from the input of the first piece to the output of the last
 * @throws TypeError, RangeError as {@link selectionOf}
 * @example
 * const network = elasticNetwork([dense({ inputs: 2, outputs: 2 })])
 * const examples = np.array([[1, -2], [0.5, 1]])
 * const start = (key: np.Array) => calibrateElastic(network, sequential(network.pieces).init(key), examples.ref)
 * const model = quantizedModel(network, uniformConfigs(1, { bits: 4, endBits: 4 }), start)
 * @see Esser et al. 2020, arXiv 1902.08153; Bhalgat et al. 2020, arXiv 2004.09576
 */
export function quantizedModel(
  network: ElasticNetwork,
  configs: readonly QuantConfig[],
  start: (key: np.Array) => ElasticVariables,
  options: ElasticApplyOptions = {},
): Model {
  readOptions("quantizedModel", options, { snapZeroPoint: true });
  const chosen = selectionOf(network, configs);
  return {
    init: (key) => start(key) as unknown as { params: Tree; state: Tree },
    apply({ params, state }, x, { key, weights }) {
      key?.dispose();
      weights?.dispose();
      const variables = { params, state } as unknown as ElasticVariables;
      const selection = np.array(chosen, { shape: selectionShape(network) });
      const y = elasticApply(network, variables, x, selection, options);
      disposeTree(params);
      return [y, state];
    },
  };
}

/** Another owner of the same variables. */
export function refElastic(variables: ElasticVariables): ElasticVariables {
  return refTree(variables as unknown as Tree) as unknown as ElasticVariables;
}
