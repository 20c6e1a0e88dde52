import type { numpy as np } from "@jax-js/jax";
import { peek, typeError } from "../engine/checks.ts";
import { sizeOf, type Tree } from "../engine/tree.ts";
import type { Layer } from "../models/layers/layer.ts";
import { checkConfigs, type QuantConfig } from "./config.ts";
import { type ElasticNetwork, type ElasticVariables, type LayerSteps, weightOf } from "./elastic-network.ts";
import { scaleEps } from "./fake-quant.ts";
import { packIntegers, quantizeToIntegers, zeroPointOf } from "./packed-integers.ts";

/** The weight of a layer as integers. */
export interface QuantizedWeight {
  bits: number;
  /** That of the float weight, the output channels last. */
  shape: number[];
  /** Integers in the order of the float weight. */
  codes: Int16Array;
  /** One, or one an output channel. */
  scales: Float32Array;
  /** As many: the integers that stand for 0. */
  zeroPoints: Int16Array;
  /** The codes, `bits` bits each, see {@link packIntegers}. */
  packed: Uint8Array;
}

/** How what goes into a layer becomes integers. */
export interface QuantizedActivation {
  bits: number;
  signed: boolean;
  scale: number;
  zeroPoint: number;
}

/** A layer for integer arithmetic. */
export interface QuantizedLayer {
  /** Of the piece. */
  name: string;
  /** Which piece of the network it is. */
  piece: number;
  weight: QuantizedWeight;
  activation: QuantizedActivation;
  bias: Float32Array | null;
}

/** A network for integer arithmetic. */
export interface QuantizedNetwork {
  layers: QuantizedLayer[];
  /**
   * Codes packed, 4 bytes a step size, a byte a zero point (none where the form is symmetric), and all that is left in float32: biases and the
   * parameters of other pieces.
   */
  sizeBytes: number;
  /** The same network in float32. */
  floatBytes: number;
}

/**
 * The network in one configuration as integers, and its size in bytes.
 *
 * A step size is `|s| + 1e-6`, and offsets become whole numbers of steps: the result is that of {@link quantizedModel} with `snapZeroPoint`,
 * which may be some tenths of a percent of accuracy off that without it. Measure it.
 *
 * @param network see {@link elasticNetwork}
 * @param variables parameters and state; looked at
 * @param configs one a layer
 * @returns layers and sizes, on the host
 * @throws TypeError for arrays that can't be seen; RangeError for other numbers of configurations, bits that the network hasn't
 * @example
 * const network = elasticNetwork([dense({ inputs: 4, outputs: 2, bias: false })])
 * const start = calibrateElastic(network, sequential(network.pieces).init(keyOf(1)), np.array([[1, -2, 3, 4], [0, 1, 2, 3]]))
 * const { layers, sizeBytes, floatBytes } = exportQuantized(network, start, uniformConfigs(1, { bits: 4, endBits: 4 }))
 * layers[0].weight.packed.length // 4
 * sizeBytes // 16
 * floatBytes // 32
 * @see Xu et al. 2023, arXiv 2308.07650; Jacob et al. 2018, arXiv 1712.05877, section 2.1 for the zero point
 */
export function exportQuantized(
  network: ElasticNetwork,
  variables: ElasticVariables,
  configs: readonly QuantConfig[],
): QuantizedNetwork {
  checkConfigs("configs", configs, network.layers);
  const { params, state } = variables;
  const signed = numbersOf(state.signed);
  const layers = network.quantised.map((piece, l): QuantizedLayer => {
    const config = configs[l];
    const { bias } = params.weights[piece] as { bias?: np.Array };
    const { name } = network.pieces[piece] as Layer;
    const weight = weightOf(network.pieces[piece], params.weights[piece]);
    const quantized = integersOf(network, weight, params.steps[l], config);
    weight.dispose();
    return {
      name,
      piece,
      weight: quantized,
      activation: activationOf(network, params.steps[l], config, signed[l] !== 0),
      bias: bias === undefined ? null : Float32Array.from(numbersOf(bias)),
    };
  });
  const sizes = layers.map(({ weight }, l) => sizesOf(weight, configs[l]));
  const total = floatSize(network, params.weights);
  const quantisedFloats = layers.reduce((sum, { weight }) => sum + 4 * weight.codes.length, 0);
  return {
    layers,
    sizeBytes: sizes.reduce((a, b) => a + b, 0) + total - quantisedFloats,
    floatBytes: total,
  };
}

/** Bytes of codes, step sizes and zero points of a layer, those of its input among them. */
function sizesOf(weight: QuantizedWeight, { weightSymmetric, actSymmetric }: QuantConfig): number {
  const each = weightSymmetric ? 4 : 5;
  return weight.packed.length + each * weight.scales.length + (actSymmetric ? 4 : 5);
}

/** Bytes of all parameters in float32, without rows that only pad. */
function floatSize(network: ElasticNetwork, weights: readonly Tree[]): number {
  const padding = network.quantised.reduce((sum, i) => {
    const { weight } = weights[i] as { weight?: np.Array };
    if (weight === undefined) return sum;
    const used = weightOf(network.pieces[i], weights[i]);
    used.dispose();
    return sum + weight.size - used.size;
  }, 0);
  return 4 * (sizeOf(weights as Tree[]) - padding);
}

function numbersOf(x: np.Array): ArrayLike<number> {
  const values = peek(x);
  if (values === null) throw typeError("variables", "arrays whose numbers can be seen", "traced ones");
  return values;
}

/** A column of step sizes or offsets. */
function columnOf({ bits }: ElasticNetwork, table: np.Array, width: number): number[] {
  const values = numbersOf(table);
  const count = values.length / bits.length;
  return Array.from({ length: count }, (_, row) => values[row * bits.length + bits.indexOf(width)]);
}

/** Step sizes as they are used. */
const usedScales = (scales: readonly number[]): Float32Array =>
  Float32Array.from(scales, (s) => Math.abs(s) + scaleEps);

function integersOf(
  network: ElasticNetwork,
  weight: np.Array,
  steps: LayerSteps,
  { granularity, weightSymmetric, weightBits }: QuantConfig,
): QuantizedWeight {
  const name = `${granularity}${weightSymmetric ? "Symmetric" : "Asymmetric"}` as const;
  const scales = usedScales(columnOf(network, steps[name].scale, weightBits));
  const betas = weightSymmetric
    ? [...scales].map(() => 0)
    : columnOf(network, (steps[name] as LayerSteps["tensorAsymmetric"]).beta, weightBits);
  const zeroPoints = Int16Array.from(scales, (scale, i) => zeroPointOf(scale, betas[i]));
  const values = numbersOf(weight);
  const codes = new Int16Array(values.length);
  const channels = scales.length;
  for (let c = 0; c < channels; c++) {
    const form = { scale: scales[c], zeroPoint: zeroPoints[c], bits: weightBits };
    const own = Array.from({ length: values.length / channels }, (_, i) => values[i * channels + c]);
    quantizeToIntegers(own, form).forEach((code, i) => {
      codes[i * channels + c] = code;
    });
  }
  return {
    bits: weightBits,
    shape: [...weight.shape],
    codes,
    scales,
    zeroPoints,
    packed: packIntegers(codes, weightBits),
  };
}

function activationOf(
  network: ElasticNetwork,
  { actSymmetric, actAsymmetric }: LayerSteps,
  { actBits, actSymmetric: symmetric }: QuantConfig,
  signed: boolean,
): QuantizedActivation {
  const { scale: table } = symmetric ? actSymmetric : actAsymmetric;
  const [scale] = usedScales(columnOf(network, table, actBits));
  const [beta] = symmetric ? [0] : columnOf(network, actAsymmetric.beta, actBits);
  return { bits: actBits, signed, scale, zeroPoint: zeroPointOf(scale, beta, { signed }) };
}

/**
 * The float numbers of a weight of integers: `(q - z) s`, in its shape's order.
 *
 * @param weight of {@link exportQuantized}
 * @returns the numbers, the output channels running fastest
 * @example
 * const codes = Int16Array.of(-4, 3)
 * const weight = { bits: 4, shape: [1, 2], codes, scales: Float32Array.of(0.25), zeroPoints: Int16Array.of(1), packed: packIntegers(codes, 4) }
 * dequantizeWeight(weight) // [-1.25, 0.5]
 */
export function dequantizeWeight({ codes, scales, zeroPoints }: QuantizedWeight): Float32Array {
  return Float32Array.from(
    codes,
    (code, i) => (code - zeroPoints[i % scales.length]) * scales[i % scales.length],
  );
}
