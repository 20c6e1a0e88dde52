import { numpy as np } from "@jax-js/jax";
import {
  checkFloatArray,
  checkNumber,
  checkShape,
  leavesOf,
  rangeError,
  readOptions,
  relu,
  type Tree,
} from "minimand/engine";
import type { Model } from "minimand/models";
import { mlp, weightRows } from "minimand/models";

/** Parameters of a {@link slimmableMlp}. */
export type SlimmableParams = { weights: DenseLayer[]; architecture: np.Array[] };
type DenseLayer = { weight: np.Array; bias: np.Array };

/** A perceptron whose hidden channels carry gates. */
export interface SlimmableMlp extends Model {
  init(key: np.Array): { params: SlimmableParams; state: Record<string, never> };
}

/**
 * Channels scaled by gates, `h_c alpha_c`, along the last axis.
 *
 * @param h `[..., channels]`
 * @param alpha `[channels]`
 * @returns an array of the shape of `h`; consumes both
 * @throws TypeError for an alpha that is no float array; RangeError for one of another shape
 * @example
 * channelGate(np.array([[1, 2]]), np.array([0.5, 2])) // [[0.5, 4]]
 * @see Liu et al. 2017, arXiv 1708.06519, section 3, where the gates are the scales of batch normalisation
 */
export function channelGate(h: np.Array, alpha: np.Array): np.Array {
  checkFloatArray("alpha", alpha, 1, "[channels]");
  checkShape("alpha", alpha, [h.shape[h.ndim - 1]]);
  return h.mul(alpha);
}

/**
 * Returns a perceptron for width search: `h <- alpha relu(h W + b)` in every hidden layer, a linear layer at the end.
 *
 * Parameters are `{ weights, architecture }`; the architecture is a list of gates, `[width]` a hidden layer, starting at 1. An
 * l1 penalty on gates alone can be evaded by larger weights behind them: let the weights decay too.
 *
 * @returns a model from `[batch, inputs]` to `[batch, outputs]`
 * @throws RangeError for sizes that aren't integers >= 1, no hidden layer, gates of another shape or number
 * @example
 * slimmableMlp({ inputs: 64, hidden: [64], outputs: 10 })
 * @see Xue, Qi, Xin 2020, arXiv 2008.03901, width search; Liu et al. 2017, arXiv 1708.06519
 */
export function slimmableMlp(options: {
  inputs: number;
  hidden: readonly number[];
  outputs: number;
}): SlimmableMlp {
  const { inputs, hidden } = options;
  if (hidden.length === 0) throw rangeError("hidden", "at least one hidden layer", hidden);
  const plain = mlp(options);
  return {
    init(key) {
      const { params } = plain.init(key);
      const weights = (params as unknown as DenseLayer[]).map(({ weight, bias }, i) => {
        // Without the rows that only pad: pruning counts channels.
        const rows = i === 0 ? inputs : hidden[i - 1];
        return { weight: weight.shape[0] === rows ? weight : weight.slice([0, rows]), bias };
      });
      return { params: { weights, architecture: hidden.map((width) => np.ones([width])) }, state: {} };
    },
    apply({ params }, x, { key, weights: rows }) {
      rows?.dispose();
      key?.dispose();
      const { weights, architecture } = params as unknown as SlimmableParams;
      if (x.ndim !== 2 || x.shape[1] !== inputs) throw rangeError("x", `shape [batch, ${inputs}]`, x);
      if (architecture.length !== hidden.length)
        throw rangeError("architecture", `gates of ${hidden.length} layers`, architecture);
      let h = x;
      weights.forEach(({ weight, bias }, i) => {
        h = np.matmul(h, weight).add(bias);
        if (i < hidden.length) h = channelGate(relu(h), architecture[i]);
      });
      return [h, {}];
    },
  };
}

/** A narrower network, its parameters, and which channels of the old one it has. */
export interface Pruned {
  model: SlimmableMlp;
  params: SlimmableParams;
  hidden: number[];
  kept: number[][];
}

/**
 * Keeps the channels of the largest scores over all hidden layers together, at least one per layer, and rebuilds the network from their
 * weights, biases and gates.
 *
 * @param params of a {@link slimmableMlp}; looked at, not consumed
 * @param keep number of channels to keep, from the number of hidden layers to all
 * @param scores one list per hidden layer; default `|alpha|`, the gates
 * @throws RangeError for a number that can't be kept, scores of other lengths or that aren't finite
 * @example
 * const { model, params } = pruneChannels(searched, { keep: 16 })
 */
export function pruneChannels(
  params: SlimmableParams,
  options: { keep: number; scores?: readonly (readonly number[])[] },
): Pruned {
  const { keep, scores = gateScores(params) } = readOptions("pruneChannels", options, {
    keep: true,
    scores: true,
  });
  const { weights, architecture } = params;
  const widths = architecture.map(({ size }) => size);
  const total = widths.reduce((a, b) => a + b, 0);
  checkNumber("keep", keep, { min: widths.length, max: total, integer: true });
  if (scores.length !== widths.length || scores.some((s, l) => s.length !== widths[l]))
    throw rangeError("scores", `one for each of ${widths.join(", ")} channels`, scores);
  for (const layer of scores) for (const score of layer) checkNumber("scores", score);
  const ranked = scores.map((layer) => layer.map((_, c) => c).sort((a, b) => layer[b] - layer[a] || a - b));
  // The best of each layer is safe; the rest compete.
  const rest = ranked.flatMap((order, l) => order.slice(1).map((c) => ({ l, c, score: scores[l][c] })));
  rest.sort((a, b) => b.score - a.score || a.l - b.l || a.c - b.c);
  const kept = ranked.map((order) => [order[0]]);
  for (const { l, c } of rest.slice(0, keep - widths.length)) kept[l].push(c);
  for (const layer of kept) layer.sort((a, b) => a - b);

  const pruned = weights.map(({ weight, bias }, l) => {
    const [rows, columns] = weight.shape;
    const inputs = l === 0 ? range(rows) : kept[l - 1];
    const outputs = l < kept.length ? kept[l] : range(columns);
    const w = weight.ref.dataSync() as Float32Array;
    const b = bias.ref.dataSync() as Float32Array;
    const taken = inputs.flatMap((i) => outputs.map((o) => w[i * columns + o]));
    return {
      weight: np.array(taken, { shape: [inputs.length, outputs.length], dtype: weight.dtype }),
      bias: np.array(
        outputs.map((o) => b[o]),
        { dtype: bias.dtype },
      ),
    };
  });
  const gates = architecture.map((alpha, l) => {
    const values = alpha.ref.dataSync() as Float32Array;
    return np.array(
      kept[l].map((c) => values[c]),
      { dtype: alpha.dtype },
    );
  });
  const hidden = kept.map(({ length }) => length);
  const last = weights[weights.length - 1];
  const model = slimmableMlp({ inputs: weights[0].weight.shape[0], hidden, outputs: last.bias.size });
  return { model, params: { weights: pruned, architecture: gates }, hidden, kept };
}

/** `|alpha|` of every channel: the scores of network slimming. Looks at the parameters. */
export function gateScores({ architecture }: SlimmableParams): number[][] {
  return architecture.map((alpha) => [...(alpha.ref.dataSync() as Float32Array)].map(Math.abs));
}

/**
 * Euclidean norm of the weights into each hidden channel times that of the weights out of it: the scores of magnitude
 * pruning, which doesn't change when a channel is made larger before and smaller behind. Looks at the parameters.
 */
export function magnitudeScores({ weights }: SlimmableParams): number[][] {
  return weights.slice(0, -1).map(({ weight, bias }, l) => {
    const [rows, columns] = weight.shape;
    const into = weight.ref.dataSync() as Float32Array;
    const b = bias.ref.dataSync() as Float32Array;
    const next = weights[l + 1].weight;
    const width = next.shape[1];
    const out = next.ref.dataSync() as Float32Array;
    return range(columns).map((c) => {
      const before = Math.hypot(b[c], ...range(rows).map((r) => into[r * columns + c]));
      return before * Math.hypot(...range(width).map((k) => out[c * width + k]));
    });
  });
}

/**
 * Returns the parameters of a plain {@link mlp} of the same widths and outputs: each gate multiplied into the weights behind it. Consumes
 * the parameters.
 */
export function foldGates({ weights, architecture }: SlimmableParams): Tree {
  return weights.map(({ weight, bias }, l) => {
    const scaled = l === 0 ? weight : weight.mul(architecture[l - 1].reshape([-1, 1]));
    const extra = weightRows(scaled.shape[0]) - scaled.shape[0];
    const rows: [number, number][] = [
      [0, extra],
      [0, 0],
    ];
    return { weight: extra === 0 ? scaled : np.pad(scaled, rows), bias };
  });
}

const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

/** Returns the number of gates that are exactly zero. Looks at the architecture. */
export function closedGates({ architecture }: SlimmableParams): number {
  return leavesOf(architecture).reduce(
    (n, alpha) => n + [...(alpha.ref.dataSync() as Float32Array)].filter((v) => v === 0).length,
    0,
  );
}
