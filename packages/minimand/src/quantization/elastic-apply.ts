import { numpy as np } from "@jax-js/jax";
import { rangeError } from "../engine/checks.ts";
import { checkOptions } from "../engine/options.ts";
import { constantOf } from "../engine/parameter.ts";
import { disposeTree, refTree, type Tree } from "../engine/tree.ts";
import type { Model } from "../models/model.ts";
import { codeRange } from "./code-range.ts";
import { checkConfigs, type QuantConfig } from "./config.ts";
import {
  type ElasticNetwork,
  type ElasticVariables,
  type LayerSteps,
  passThrough,
} from "./elastic-network.ts";
import { quantized, zeroPointRange } from "./fake-quant.ts";

/** Of {@link elasticApply}. */
export interface ElasticApplyOptions {
  /** Whether offsets are moved to whole numbers of steps, as in the file of {@link exportQuantized}; default false. */
  snapZeroPoint?: boolean;
}

/** Rows of a selection: four forms of weights, two of activations. */
const rowsOfWeights = 4;
const rows = 6;

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
  checkOptions("elasticApply", options, { snapZeroPoint: true });
  const { params, state } = variables;
  const chosen = Array.isArray(selection)
    ? np.array(selectionOf(network, selection), { shape: selectionShape(network) })
    : (selection as np.Array);
  const y = passThrough(network, params.weights, x, (l, h, weight) => {
    const mask = constantOf(chosen.ref.slice(l), weight.dtype);
    const steps = params.steps[l];
    return [
      quantizedActivations(network, h, steps, mask.ref, state.signed.ref.slice(l), options),
      quantizedWeight(network, weight, steps, mask, options),
    ];
  });
  chosen.dispose();
  return y;
}

/** `sum_b mask_b x_b`: the entry, or the column, of the width that is chosen. Consumes the mask, looks at x. */
function chosenOf(x: np.Array, mask: np.Array): np.Array {
  return x.ref.mul(mask).sum(-1);
}

/** Constants by width as an array like x. */
function constants(values: readonly number[], x: np.Array): np.Array {
  return np.array([...values], { dtype: x.dtype });
}

function quantizedWeight(
  { bits }: ElasticNetwork,
  weight: np.Array,
  steps: LayerSteps,
  mask: np.Array,
  { snapZeroPoint }: ElasticApplyOptions,
): np.Array {
  const row = (i: number): np.Array => mask.ref.slice(i);
  const { tensorSymmetric, tensorAsymmetric, channelSymmetric, channelAsymmetric } = steps;
  const scale = chosenOf(channelSymmetric.scale, row(2))
    .add(chosenOf(channelAsymmetric.scale, row(3)))
    .add(chosenOf(tensorSymmetric.scale, row(0)))
    .add(chosenOf(tensorAsymmetric.scale, row(1)));
  const beta = chosenOf(channelAsymmetric.beta, row(3)).add(chosenOf(tensorAsymmetric.beta, row(1)));
  const isChannel = row(2).add(row(3)).sum();
  const width = mask.slice([0, rowsOfWeights]).sum(0);
  const limit = (end: 0 | 1) =>
    constants(
      bits.map((b) => codeRange(b)[end]),
      weight,
    )
      .mul(width.ref)
      .sum();
  const qmax = limit(1);
  const inputs = weight.shape[weight.ndim - 2];
  // 1 / sqrt(qmax n) of a tensor, 2 / sqrt(qmax n / inputs) by channel.
  const factor = isChannel.mul(2 * Math.sqrt(inputs) - 1).add(1);
  const gradScale = factor.div(np.sqrt(qmax.ref.mul(weight.size)));
  const result = quantized(weight, scale, beta, {
    ...{ qmin: limit(0), qmax, gradScale },
    zeroPoints: snapZeroPoint ? zeroPointRange(true) : undefined,
  });
  width.dispose();
  return result;
}

function quantizedActivations(
  { bits }: ElasticNetwork,
  x: np.Array,
  { actSymmetric, actAsymmetric }: LayerSteps,
  mask: np.Array,
  signed: np.Array,
  { snapZeroPoint }: ElasticApplyOptions,
): np.Array {
  const row = (i: number): np.Array => mask.ref.slice(i);
  const scale = chosenOf(actSymmetric.scale, row(rowsOfWeights)).add(
    chosenOf(actAsymmetric.scale, row(rowsOfWeights + 1)),
  );
  const beta = chosenOf(actAsymmetric.beta, row(rowsOfWeights + 1));
  const width = mask.slice([rowsOfWeights, rows]).sum(0);
  const limit = (end: 0 | 1): np.Array => {
    const of = (signed: boolean) =>
      constants(
        bits.map((b) => codeRange(b, { signed })[end]),
        x,
      )
        .mul(width.ref)
        .sum();
    return of(true)
      .mul(signed.ref)
      .add(of(false).mul(signed.ref.neg().add(1)));
  };
  const qmax = limit(1);
  const qmin = limit(0);
  const gradScale = np.reciprocal(np.sqrt(qmax.ref.mul(x.size)));
  width.dispose();
  if (!snapZeroPoint) {
    signed.dispose();
    return quantized(x, scale, beta, { qmin, qmax, gradScale });
  }
  const [low, high] = zeroPointRange(false);
  const shift = signed.mul(zeroPointRange(true)[0]);
  return quantized(x, scale, beta, {
    ...{ qmin, qmax, gradScale },
    zeroPoints: [shift.ref.add(low), shift.add(high)],
  });
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
  checkOptions("quantizedModel", options, { snapZeroPoint: true });
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
