import { numpy as np } from "@jax-js/jax";
import type { LayerLike, Model } from "minimand";
import {
  type ElasticNetwork,
  type ElasticVariables,
  exportQuantized,
  type QuantConfig,
  type QuantizedActivation,
  type QuantizedLayer,
  type QuantizedWeight,
} from "minimand";
import {
  checkChoice,
  checkNumber,
  disposeTree,
  rangeError,
  readOptions,
  refTree,
  type Tree,
  typeError,
} from "minimand/engine";
import { packIntegers } from "minimand/quantization";
import { type Constant, encodeModel, type Node } from "../onnx/model.ts";
import { freshNames } from "./names.ts";
import { checkMetadata, fragmentOf } from "./to-onnx.ts";

/** What can hold the codes of weights. */
export const containers = ["int8", "int4"] as const;

/** How a quantised network is written. */
export interface QdqOptions {
  /** Shape of one example: `[inputs]`, or `[height, width, channels]`. */
  shape: readonly number[];
  /** Rows of every batch; default: any number. Networks with convolutions need it. */
  batch?: number;
  /** Name of the input; default `x`. */
  name?: string;
  /**
   * What holds the codes of the weights: `int8` (default), one a byte, which every runtime reads, or `int4`, two a byte, for weights of 2
   * to 4 bits; layers of more bits keep a byte for each.
   */
  container?: (typeof containers)[number];
  /** Texts kept in the file in addition to the model. */
  metadata?: Readonly<Record<string, string>>;
}

/**
 * Writes a quantised network as an ONNX model of integers. Weights are DequantizeLinear of uint8 (the codes plus 128) or int4. What goes
 * into a layer goes through QuantizeLinear and DequantizeLinear (int8, without signs uint8), with Clip before it where the codes have
 * fewer bits than their type. A runtime computes with integers where it can. Operators are those of opset 21.
 *
 * The result is that of `quantizedModel` with `snapZeroPoint`, but for numbers that are in the middle between two codes, where biases are
 * whole steps (`withIntegerBiases`): ONNX Runtime rounds others to whole steps.
 *
 * @param network of `elasticNetwork`
 * @param variables parameters and state; only read
 * @param configs one per layer
 * @param options `shape` of an example, and what else there is, see {@link QdqOptions}
 * @returns the bytes of the file; its output is called `output`
 * @throws TypeError, RangeError for wrong options and configurations, for a zero point that int4 can't hold, and as `toOnnx`
 * @example
 * const bytes = toOnnxQdq(network, variables, uniformConfigs(network.layers, { bits: 4 }), { shape: [784], container: "int4" });
 */
export function toOnnxQdq(
  network: ElasticNetwork,
  variables: ElasticVariables,
  configs: readonly QuantConfig[],
  options: QdqOptions,
): Uint8Array<ArrayBuffer> {
  const { shape, batch, name, container, metadata } = readOptions("toOnnxQdq", options, {
    shape: true,
    batch: true,
    name: ["x"],
    container: ["int8"],
    metadata: [{}],
  });
  if (!Array.isArray(shape)) throw typeError("shape", "a list of sizes", shape);
  for (const [i, size] of shape.entries()) checkNumber(`shape[${i}]`, size, { min: 1, integer: true });
  if (batch !== undefined) checkNumber("batch", batch, { min: 1, integer: true });
  if (typeof name !== "string" || name === "") throw typeError("name", "a text that isn't empty", name);
  checkChoice("container", container, containers);
  checkMetadata(metadata);
  const fresh = freshNames();
  const fragment = quantizedFragment(network, variables, configs, {
    input: fresh(name),
    shape,
    batch,
    container,
    fresh,
  });
  const { nodes, constants, output } = fragment;
  return encodeModel({
    name: "model",
    nodes,
    constants,
    inputs: [{ name, type: "float32", shape: [batch ?? "batch", ...shape] }],
    outputs: [{ name: output.name, type: "float32", shape: [batch ?? "batch", ...output.shape] }],
    metadata,
  });
}

/** A quantised network as a part of a model. */
interface QuantizedFragment {
  nodes: Node[];
  constants: Constant[];
  /** Shape of one example. */
  output: { name: string; shape: number[] };
}

/**
 * Writes a quantised network as a part of a model.
 *
 * @param options name and shape of its input, which has been taken; `fresh` gives out the names of everything else
 */
export function quantizedFragment(
  network: ElasticNetwork,
  variables: ElasticVariables,
  configs: readonly QuantConfig[],
  {
    input,
    shape,
    batch,
    container,
    fresh,
  }: {
    input: string;
    shape: readonly number[];
    batch?: number | undefined;
    container: (typeof containers)[number];
    fresh: (wanted: string) => string;
  },
): QuantizedFragment {
  const { layers } = exportQuantized(network, variables, configs);
  const nodes: Node[] = [];
  const constants: Constant[] = [];
  let current = { name: input, shape: [...shape] };

  /** Some pieces, the first of which may have a weight of integers. */
  const write = (from: number, to: number, layer?: QuantizedLayer): void => {
    const run = tracedPieces(network.pieces.slice(from, to), variables.params.weights.slice(from, to), layer);
    const isLast = to === network.pieces.length;
    const fragment = fragmentOf(
      (params: Tree, x: np.Array) => (isLast ? run.apply(params, x) : { hidden: run.apply(params, x) }),
      run.params,
      [{ name: current.name, shape: [batch ?? 1, ...current.shape] }],
      { dynamicBatch: batch === undefined, fresh },
    );
    disposeTree(run.params);
    const weight = fragment.constants.find(({ name }) => name.startsWith("weight"));
    constants.push(...fragment.constants.filter((constant) => constant !== weight));
    if (layer !== undefined && weight !== undefined) {
      const written = integerWeight(layer.weight, { container, name: weight.name, layer: layer.name, fresh });
      constants.push(...written.constants);
      nodes.push(written.node);
    }
    nodes.push(...fragment.nodes);
    const [output] = fragment.outputs;
    current = { name: output.name, shape: output.shape.slice(1).map(Number) };
  };

  if (layers[0].piece > 0) write(0, layers[0].piece);
  layers.forEach((layer, l) => {
    const codes = throughCodes(layer.activation, current.name, fresh);
    nodes.push(...codes.nodes);
    constants.push(...codes.constants);
    current = { ...current, name: codes.output };
    write(layer.piece, layers[l + 1]?.piece ?? network.pieces.length, layer);
  });
  return { nodes, constants, output: current };
}

/** Pieces one after the other as a function of their parameters, among them the weight of a quantised layer under that name. */
function tracedPieces(
  pieces: readonly LayerLike[],
  weights: readonly Tree[],
  layer: QuantizedLayer | undefined,
): { params: Tree; apply(params: Tree, x: np.Array): np.Array } {
  const others = refTree([...weights]) as Tree[];
  let weight: Tree = {};
  let first: "weight" | "kernel" | null = null;
  if (layer !== undefined) {
    // The values don't matter: they are replaced by integers.
    const { shape } = layer.weight;
    first = shape.length === 2 ? "weight" : "kernel";
    const { [first]: replaced, ...rest } = others[0] as { [name: string]: Tree };
    disposeTree(replaced);
    others[0] = rest;
    weight = np.zeros(shape);
  }
  return {
    params: { weight, others },
    apply(params, x) {
      const given = params as { weight: Tree; others: Tree[] };
      return pieces.reduce<np.Array>((h, piece, i) => {
        if (typeof piece === "function") return piece(h);
        const own =
          i === 0 && first !== null
            ? { ...(given.others[0] as { [name: string]: Tree }), [first]: given.weight }
            : given.others[i];
        return (piece as Model).apply({ params: own, state: {} }, h, { training: false })[0];
      }, x);
    },
  };
}

interface Written {
  container: (typeof containers)[number];
  /** The tensor that is computed. */
  name: string;
  /** For errors. */
  layer: string;
  fresh: (wanted: string) => string;
}

/** A weight of integers, and the node that makes floats of it. */
function integerWeight(
  { bits, shape, codes, scales, zeroPoints }: QuantizedWeight,
  { container, name, layer, fresh }: Written,
): { node: Node; constants: Constant[] } {
  // By int8 weights ONNX Runtime adds two products in 16 bits on x86 processors without VNNI, where the sum saturates; by uint8 it is exact.
  const type = container === "int4" && bits <= 4 ? "int4" : "uint8";
  const outside = [...zeroPoints].find((z) => z < -8 || z > 7);
  if (type === "int4" && outside !== undefined)
    throw rangeError(
      "container",
      `"int8", or weights without offsets: the zero points of ${layer} must lie in -8 ... 7 in int4`,
      outside,
    );
  const dataOf = (values: Int16Array): Uint8Array =>
    type === "int4" ? packIntegers(values, 4) : Uint8Array.from(values, (code) => code + 128);
  const isChannel = scales.length > 1;
  const own = isChannel ? [scales.length] : [];
  const [integers, steps, zeros] = [`${name}_codes`, `${name}_scale`, `${name}_zero_point`].map(fresh);
  return {
    node: {
      op: "DequantizeLinear",
      inputs: [integers, steps, zeros],
      outputs: [name],
      attributes: isChannel ? { axis: shape.length - 1 } : {},
    },
    constants: [
      { name: integers, type, shape, data: dataOf(codes) },
      { name: steps, type: "float32", shape: own, data: scales },
      { name: zeros, type, shape: own, data: dataOf(zeroPoints) },
    ],
  };
}

/** A tensor through its codes and back. */
function throughCodes(
  { bits, signed, scale, zeroPoint }: QuantizedActivation,
  tensor: string,
  fresh: (wanted: string) => string,
): { nodes: Node[]; constants: Constant[]; output: string } {
  const type = signed ? "int8" : "uint8";
  const names = ["input_scale", "input_zero_point", "input_codes", "quantized_input"].map(fresh);
  const [step, zero, codes, output] = names;
  const nodes: Node[] = [];
  const constants: Constant[] = [
    { name: step, type: "float32", shape: [], data: Float32Array.of(scale) },
    { name: zero, type, shape: [], data: Uint8Array.of(zeroPoint & 255) },
  ];
  let source = tensor;
  if (bits < 8) {
    const [min, max] = signed ? [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1] : [0, 2 ** bits - 1];
    const [low, high, cut] = ["input_min", "input_max", "input_within"].map(fresh);
    const limit = (name: string, code: number): Constant => ({
      name,
      type: "float32",
      shape: [],
      data: Float32Array.of((code - zeroPoint) * scale),
    });
    constants.push(limit(low, min), limit(high, max));
    nodes.push({ op: "Clip", inputs: [tensor, low, high], outputs: [cut], attributes: {} });
    source = cut;
  }
  nodes.push(
    { op: "QuantizeLinear", inputs: [source, step, zero], outputs: [codes], attributes: {} },
    { op: "DequantizeLinear", inputs: [codes, step, zero], outputs: [output], attributes: {} },
  );
  return { nodes, constants, output };
}
