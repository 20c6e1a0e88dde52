import { checkChoice, checkNumber, rangeError, readOptions } from "minimand/engine";
import { innerAt, product } from "../../vectors.ts";
import { randomStream } from "../random-stream.ts";
import { type Activation, activate, activations } from "./activations.ts";
import { addOuter, sumOfSquares } from "./dense-layers.ts";

/** Snapshots of a network and of its optimizer are one array of bytes. */
const mostParameters = 2 ** 26;

const mostLayers = 100;

/** Shape of a network with one output, for contexts of `dim` numbers. */
export interface NetworkOptions {
  dim: number;
  /** Arms with first-layer weights of their own (the block encoding, without its zeros); default 1: all share them. */
  slots?: number;
  /** Widths of the hidden layers, default [100]; [] is a linear function. */
  hidden?: readonly number[];
  /** Default relu. */
  activation?: Activation;
  /**
   * The theory's parametrisation: every layer but the first is divided by the root of its number of inputs, the weights
   * start as N(0, s^2), `s = 1 / (2 (1 + sqrt(ln m / (2 m))))`, the last layer with norm 1. Default false: nothing is
   * divided, hidden layers start as N(0, 2 / width), which keeps the norm of what goes through, the last as N(0, 1 / m); then
   * the same learning rates serve all widths.
   */
  scaled?: boolean;
}

/** The place of a layer among the parameters. */
export interface LayerRange {
  offset: number;
  length: number;
}

/**
 * A fully connected network without biases on plain arrays: `f(x) = v^T act(W_L ... act(W_1 x))`. Append a 1 to the contexts for a bias.
 *
 * The parameters are one vector: W_1 (a slot after another, each `[width, dim]`), W_2, ..., v. A pass keeps its
 * activations for the {@link OnlineNetwork.backward} that follows.
 */
export interface OnlineNetwork {
  readonly dim: number;
  readonly slots: number;
  /** Number of parameters, p. */
  readonly size: number;
  /** Width of the last hidden layer, m; 1 for a linear function. */
  readonly width: number;
  /** W_1, ..., W_L, v: what the ball of the theory bounds one by one. */
  readonly layers: readonly LayerRange[];
  /** New parameters. */
  init(seed: number): Float64Array<ArrayBuffer>;
  /** f(x). */
  forward(parameters: Float64Array, slot: number, x: Float64Array): number;
  /** Adds `factor` times the gradient of the last {@link forward} to `gradient`, `[p]`. */
  backward(
    parameters: Float64Array,
    slot: number,
    x: Float64Array,
    factor: number,
    gradient: Float64Array,
  ): void;
  /** `sum_i g_i^2 w_i` for the gradient g of the last {@link forward} and weights w, `[p]`; quicker than with g itself. */
  squaredGradient(parameters: Float64Array, slot: number, x: Float64Array, weights: Float64Array): number;
  /** The ranges of parameters that a slot's output depends on. */
  reach(slot: number): readonly LayerRange[];
}

/**
 * Makes a network; see {@link OnlineNetwork}.
 *
 * @throws RangeError for sizes below 1, an unknown activation
 * @see Deb et al. 2023, arXiv 2312.07145, section 2 (with `scaled`)
 */
export function onlineNetwork(options: NetworkOptions): OnlineNetwork {
  const { dim, slots, hidden, activation, scaled } = readOptions("onlineNetwork", options, {
    dim: { min: 1, integer: true },
    slots: [1, { min: 1, integer: true }],
    hidden: [[100]],
    activation: ["relu"],
    scaled: [false],
  });
  if (!Array.isArray(hidden)) throw rangeError("hidden", "widths of layers", hidden);
  if (hidden.length > mostLayers) throw rangeError("hidden", `at most ${mostLayers} layers`, hidden.length);
  for (const [i, width] of hidden.entries()) checkNumber(`hidden[${i}]`, width, { min: 1, integer: true });
  checkChoice("activation", activation, activations);

  const depth = hidden.length;
  const inputs = [dim, ...hidden];
  const outputs = [...hidden, 1];
  const layers: LayerRange[] = [];
  let size = 0;
  for (let l = 0; l <= depth; l++) {
    const length = (l === 0 ? slots : 1) * inputs[l] * outputs[l];
    layers.push({ offset: size, length });
    size += length;
  }
  if (size > mostParameters)
    throw rangeError("hidden", `a network of at most ${mostParameters} parameters`, size);
  const block = inputs[0] * outputs[0];
  const tail = layers[0].length;
  const scale = inputs.map((n, l) => (scaled && l > 0 ? 1 / Math.sqrt(n) : 1));
  const values = hidden.map((n) => new Float64Array(n));
  const slopes = hidden.map((n) => new Float64Array(n));
  const deltas = hidden.map((n) => new Float64Array(n));
  const applyActivation = activate[activation];
  const start = (l: number, slot: number): number => layers[l].offset + (l === 0 ? slot * block : 0);

  /** Derivatives of `top v^T values` in what went into the activations of each layer, into `deltas`. */
  function differentiate(parameters: Float64Array, top: number): void {
    for (let l = depth - 1; l >= 0; l--) {
      const delta = deltas[l];
      const n = delta.length;
      const at = layers[l + 1].offset;
      if (l === depth - 1) {
        for (let i = 0; i < n; i++) delta[i] = top * parameters[at + i] * slopes[l][i];
        continue;
      }
      delta.fill(0);
      const above = deltas[l + 1];
      for (let k = 0; k < above.length; k++)
        if (above[k] !== 0) for (let i = 0; i < n; i++) delta[i] += above[k] * parameters[at + k * n + i];
      for (let i = 0; i < n; i++) delta[i] *= scale[l + 1] * slopes[l][i];
    }
  }

  return {
    dim,
    slots,
    size,
    layers,
    width: hidden.at(-1) ?? 1,
    init: (seed) => initialParameters({ seed, size, layers, outputs, scaled }),
    forward(parameters, slot, x) {
      let input = x;
      for (let l = 0; l < depth; l++) {
        const out = values[l];
        product(parameters, start(l, slot), input, scale[l], out);
        applyActivation(out, slopes[l]);
        input = out;
      }
      return scale[depth] * innerAt(parameters, start(depth, slot), input);
    },
    backward(parameters, slot, x, factor, gradient) {
      const top = scale[depth] * factor;
      addOuter(gradient, start(depth, slot), one, depth === 0 ? x : values[depth - 1], top);
      differentiate(parameters, top);
      for (let l = 0; l < depth; l++)
        addOuter(gradient, start(l, slot), deltas[l], l === 0 ? x : values[l - 1], scale[l]);
    },
    squaredGradient(parameters, slot, x, weights) {
      const top = scale[depth];
      let total = sumOfSquares(weights, start(depth, slot), one, depth === 0 ? x : values[depth - 1], top);
      differentiate(parameters, top);
      for (let l = 0; l < depth; l++)
        total += sumOfSquares(weights, start(l, slot), deltas[l], l === 0 ? x : values[l - 1], scale[l]);
      return total;
    },
    reach: (slot) =>
      size > tail
        ? [
            { offset: slot * block, length: block },
            { offset: tail, length: size - tail },
          ]
        : [{ offset: slot * block, length: block }],
  };
}

const one = Float64Array.of(1);

/** New parameters; those of a linear function are 0. */
function initialParameters({
  seed,
  size,
  layers,
  outputs,
  scaled,
}: {
  seed: number;
  size: number;
  layers: readonly LayerRange[];
  outputs: readonly number[];
  scaled: boolean;
}): Float64Array<ArrayBuffer> {
  const random = randomStream(seed);
  const parameters = new Float64Array(size);
  const depth = layers.length - 1;
  if (depth === 0) return parameters;
  for (let l = 0; l < depth; l++) {
    const m = outputs[l];
    const deviation = scaled ? 1 / (2 * (1 + Math.sqrt(Math.log(m) / (2 * m)))) : Math.sqrt(2 / m);
    const { offset, length } = layers[l];
    for (let i = 0; i < length; i++) parameters[offset + i] = deviation * random.normal();
  }
  const last = parameters.subarray(layers[depth].offset);
  for (let i = 0; i < last.length; i++) last[i] = random.normal() / Math.sqrt(last.length);
  if (scaled) {
    const norm = Math.sqrt(last.reduce((sum, v) => sum + v * v, 0));
    for (let i = 0; i < last.length; i++) last[i] /= norm;
  }
  return parameters;
}
