import { numpy as np } from "@jax-js/jax";
import { checkNumber, rangeError, typeError } from "../engine/checks.ts";
import { readOptions } from "../engine/options.ts";
import { disposeTree, refTree, type Tree } from "../engine/tree.ts";
import { weightRows } from "../models/dense-weight.ts";
import { type LayerLike, sequential } from "../models/layers/sequential.ts";
import type { FeatureModel, Model, Variables } from "../models/model.ts";
import { everyBits } from "./code-range.ts";
import type { LayerSizes } from "./config.ts";

/** A network whose dense and convolutional layers can be quantised in any configuration. */
export interface ElasticNetwork {
  readonly pieces: readonly LayerLike[];
  /** Widths that its codes can have, ascending. */
  readonly bits: readonly number[];
  /** Which pieces have codes. */
  readonly quantised: readonly number[];
  /** Number of quantised layers. */
  readonly layers: number;
}

/** Parameters of a network with step sizes. */
export interface ElasticParams {
  /** Those of `sequential(pieces)`. */
  weights: Tree[];
  /** Step sizes and offsets, one tree a layer. */
  steps: LayerSteps[];
}

/** Step sizes and offsets of a layer, a column for each width: `[bits]`, by channel `[channels, bits]`. */
export interface LayerSteps {
  tensorSymmetric: { scale: np.Array };
  tensorAsymmetric: { scale: np.Array; beta: np.Array };
  channelSymmetric: { scale: np.Array };
  channelAsymmetric: { scale: np.Array; beta: np.Array };
  actSymmetric: { scale: np.Array };
  actAsymmetric: { scale: np.Array; beta: np.Array };
}

/** Parameters and state of a network with step sizes. */
export interface ElasticVariables {
  params: ElasticParams;
  /** Whether the codes of what goes into a layer have signs: 1 or 0, `[layers]`; not trained. */
  state: { signed: np.Array };
}

/**
 * Says which layers of a network are quantised: every {@link dense} and {@link conv2d} among its pieces, their weights and what goes into
 * them. Biases and other pieces stay as they are.
 *
 * @param pieces as `sequential` takes them, with at least one such layer and without batch normalisation, see {@link foldBatchNorm}
 * @param options `bits`, the widths that there shall be step sizes for, ascending; default 2 to 8
 * @returns the network, for {@link calibrateElastic}, {@link quantizedModel}, {@link elasticStep}
 * @throws TypeError, RangeError for pieces that are none, no layer to quantise, bits that aren't 2 to 8 or don't ascend
 * @example
 * const network = elasticNetwork([dense({ inputs: 8, outputs: 16 }), relu, dense({ inputs: 16, outputs: 2 })])
 * network.layers // 2
 */
export function elasticNetwork(
  pieces: readonly LayerLike[],
  options: { bits?: readonly number[] } = {},
): ElasticNetwork {
  const { bits } = readOptions("elasticNetwork", options, { bits: [everyBits] });
  if (!Array.isArray(bits) || bits.length === 0) throw typeError("bits", "a list of widths", bits);
  (bits as readonly number[]).forEach((b, i) => {
    checkNumber(`bits[${i}]`, b, { min: i === 0 ? 2 : bits[i - 1] + 1, max: 8, integer: true });
  });
  // Checks the pieces.
  sequential(pieces);
  const quantised = pieces.flatMap((piece, i) => (weightName(piece) === null ? [] : [i]));
  if (quantised.length === 0) throw rangeError("pieces", "at least one dense or conv2d layer", pieces);
  return { pieces, bits, quantised, layers: quantised.length };
}

/** Under which name a piece keeps the weight that is quantised. */
export function weightName(piece: LayerLike): "weight" | "kernel" | null {
  if (typeof piece === "function") return null;
  const name = "name" in piece ? String(piece.name) : "";
  return name.startsWith("dense(") ? "weight" : name.startsWith("conv2d(") ? "kernel" : null;
}

/** The weight of a piece, `[..., inputs, outputs]`, without rows that only pad. Looks at the parameters. */
export function weightOf(piece: LayerLike, params: Tree): np.Array {
  const name = weightName(piece);
  const weight = (params as { [name: string]: np.Array })[name ?? "weight"];
  if (name === "kernel") return weight.ref;
  const { featureSize } = piece as FeatureModel;
  return weight.shape[0] === featureSize ? weight.ref : weight.ref.slice([0, featureSize]);
}

/** The parameters of a piece with another weight. Looks at the parameters, consumes the weight. */
export function withWeight(piece: LayerLike, params: Tree, weight: np.Array): Tree {
  const { bias } = params as { bias?: np.Array };
  if (weightName(piece) === "kernel") return { kernel: weight, ...(bias && { bias: bias.ref }) };
  // Rows of zeros again: kernels of whole lanes are many times as fast.
  const rows = weightRows(weight.shape[0]);
  const missing = rows - weight.shape[0];
  const whole =
    missing === 0
      ? weight
      : np.pad(weight, [
          [0, missing],
          [0, 0],
        ]);
  return { weight: whole, ...(bias && { bias: bias.ref }) };
}

/** What is done at a quantised layer: what goes in in each pass, and its weight, become both for each pass. Consumes all. */
export type AtLayer = (
  layer: number,
  inputs: np.Array[],
  weight: np.Array,
) => [x: np.Array, weight: np.Array][];

/** Passes through the network side by side, in evaluation mode. Looks at the weights, consumes the inputs. */
export function passThrough(
  network: ElasticNetwork,
  weights: readonly Tree[],
  inputs: np.Array[],
  at: AtLayer,
): np.Array[] {
  return network.pieces.reduce<np.Array[]>((all, piece, i) => {
    if (typeof piece === "function") return all.map((h) => piece(h));
    const layer = network.quantised.indexOf(i);
    if (layer < 0) return all.map((h) => evaluated(piece, refTree(weights[i]), h));
    return at(layer, all, weightOf(piece, weights[i])).map(([h, weight]) =>
      evaluated(piece, withWeight(piece, weights[i], weight), h),
    );
  }, inputs);
}

function evaluated(piece: Model, params: Tree, x: np.Array): np.Array {
  const [y, state] = piece.apply({ params, state: {} }, x, { training: false });
  disposeTree(state);
  return y;
}

/**
 * How many numbers each quantised layer has: its weights, and those of an example that go into it.
 *
 * @param network see {@link elasticNetwork}
 * @param variables of `sequential(pieces)`, or with its step sizes; looked at
 * @param x one example or more, `[batch, ...]`; consumed
 * @returns one entry a layer, as {@link averageBits} takes them
 * @example
 * const network = elasticNetwork([dense({ inputs: 3, outputs: 2 })])
 * layerSizes(network, sequential(network.pieces).init(keyOf(1)), np.array([[1, 2, 3]])) // [{ weights: 6, activations: 3 }]
 */
export function layerSizes(
  network: ElasticNetwork,
  variables: Variables | ElasticVariables,
  x: np.Array,
): LayerSizes[] {
  const sizes: LayerSizes[] = [];
  const { params } = variables;
  const weights = Array.isArray(params) ? params : (params as ElasticParams).weights;
  const [y] = passThrough(network, weights, [x], (_, [h], weight) => {
    sizes.push({ weights: weight.size, activations: h.size / h.shape[0] });
    return [[h, weight]];
  });
  y.dispose();
  return sizes;
}
