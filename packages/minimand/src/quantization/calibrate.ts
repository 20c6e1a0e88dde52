import { numpy as np } from "@jax-js/jax";
import { peek, rangeError, typeError } from "../engine/checks.ts";
import { readOptions } from "../engine/options.ts";
import { leavesOf, type Tree } from "../engine/tree.ts";
import type { Variables } from "../models/model.ts";
import {
  type ElasticNetwork,
  type ElasticVariables,
  type LayerSteps,
  passThrough,
} from "./elastic-network.ts";
import { type InitScaleOptions, initScale } from "./initial-scale.ts";

/** Of {@link calibrateElastic}. */
export interface CalibrateOptions {
  /** The power of the error; default 2.4. */
  p?: number;
  /** How many ranges are tried, see {@link initScale}; default 80. */
  candidates?: number;
  /** How many for symmetric step sizes by channel; default 80, 5 in the authors' code. */
  channelCandidates?: number;
}

/** Least input that counts as positive. */
const leastPositive = -1e-9;

/**
 * Step sizes and offsets for every form and width of a network, by {@link initScale} on its weights and on what goes into its layers for
 * some examples. This is quantisation after training, and the start of quantisation in training.
 *
 * What goes into a layer has codes without signs where none of it is negative, as behind a ReLU.
 *
 * @param network see {@link elasticNetwork}
 * @param variables of `sequential(pieces)`; consumed, they are part of the result
 * @param x examples `[batch, ...]`, 256 of them serve well; consumed
 * @param options how it is searched, see {@link CalibrateOptions}
 * @returns parameters `{ weights, steps }`, and as state which codes have signs
 * @throws TypeError for arrays that can't be seen; RangeError for no examples, pieces with a state (batch normalisation: fold it first), and
 *   numbers that aren't finite
 * @example
 * const network = elasticNetwork([dense({ inputs: 2, outputs: 2 })], { bits: [4, 8] })
 * const start = calibrateElastic(network, sequential(network.pieces).init(keyOf(1)), np.array([[1, -2], [0.5, 1]]))
 * start.params.steps[0].channelAsymmetric.beta.shape // [2, 2]
 * start.state.signed // [1]
 * @see Xu et al. 2023, arXiv 2308.07650, section 3.1
 */
export function calibrateElastic(
  network: ElasticNetwork,
  variables: Variables,
  x: np.Array,
  options: CalibrateOptions = {},
): ElasticVariables {
  const {
    p,
    candidates,
    channelCandidates = candidates,
  } = readOptions("calibrateElastic", options, { p: true, candidates: true, channelCandidates: true });
  const { params, state } = variables;
  if (!Array.isArray(params)) throw typeError("variables", "those of sequential(pieces)", params);
  if (!(x?.shape?.[0] > 0)) throw rangeError("x", "at least one example", x);
  if (leavesOf(state).length > 0)
    throw rangeError(
      "pieces",
      "none with a state: fold batch normalisation by foldBatchNorm",
      "some with one",
    );
  const search = { ...(p !== undefined && { p }), ...(candidates !== undefined && { candidates }) };
  const byChannel = {
    ...search,
    ...(channelCandidates !== undefined && { candidates: channelCandidates }),
  };
  const steps: LayerSteps[] = [];
  const signed: number[] = [];
  const [y] = passThrough(network, params as Tree[], [x], (_, [h], weight) => {
    const axis = weight.ndim - 1;
    const values = peek(h);
    if (values === null) throw typeError("x", "an array whose numbers can be seen", "a traced one");
    const hasSigns = !Array.prototype.every.call(values, (v: number) => v >= leastPositive);
    signed.push(Number(hasSigns));
    const of = (array: np.Array, given: Omit<InitScaleOptions, "bits">) =>
      columnsOf(network.bits, array, given);
    steps.push({
      tensorSymmetric: withoutBeta(of(weight, search)),
      tensorAsymmetric: of(weight, { ...search, symmetric: false }),
      channelSymmetric: withoutBeta(of(weight, { ...byChannel, axis })),
      channelAsymmetric: of(weight, { ...search, symmetric: false, axis }),
      actSymmetric: withoutBeta(of(h, { ...search, signed: hasSigns })),
      actAsymmetric: of(h, { ...search, symmetric: false, signed: hasSigns }),
    });
    return [[h, weight]];
  });
  y.dispose();
  return {
    params: { weights: params as Tree[], steps },
    state: { signed: np.array(signed, { dtype: steps[0].actSymmetric.scale.dtype }) },
  };
}

function withoutBeta({ scale, beta }: { scale: np.Array; beta: np.Array }): { scale: np.Array } {
  beta.dispose();
  return { scale };
}

/** A column for each width, of one row for each entry of the axis. Looks at the array. */
function columnsOf(
  bits: readonly number[],
  x: np.Array,
  options: Omit<InitScaleOptions, "bits">,
): { scale: np.Array; beta: np.Array } {
  const found = bits.map((b) => initScale(x, { ...options, bits: b }));
  const rows = found[0].scale.length;
  const table = (name: "scale" | "beta"): np.Array => {
    const flat = Float64Array.from({ length: rows * bits.length }, (_, i) => {
      return found[i % bits.length][name][Math.floor(i / bits.length)];
    });
    const shape = options.axis === undefined ? [bits.length] : [rows, bits.length];
    return np.array(x.dtype === np.float64 ? flat : Float32Array.from(flat), { shape });
  };
  return { scale: table("scale"), beta: table("beta") };
}
