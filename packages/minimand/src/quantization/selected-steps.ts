import { numpy as np } from "@jax-js/jax";
import type { ElasticNetwork, LayerSteps } from "./elastic-network.ts";
import { quantized, usedSteps, zeroPointRange } from "./fake-quant.ts";

/** Rows of a selection: four forms of weights, two of activations. */
export const rowsOfWeights = 4;
export const rows = 6;

/** Of each pass and layer, `[passes, layers]`: the largest code with a sign, and whether step sizes are by channel. */
export interface Widths {
  weight: np.Array;
  act: np.Array;
  byChannel: np.Array;
}

/** What the selections say of all layers at once. Consumes them. */
export function largestCodes({ bits }: ElasticNetwork, selections: np.Array): Widths {
  const largest = np.array(
    bits.map((b) => 2 ** (b - 1) - 1),
    { dtype: selections.dtype },
  );
  const ofRows = (from: number, to: number): np.Array => selections.ref.slice([], [], [from, to]);
  const weight = ofRows(0, rowsOfWeights).mul(largest.ref).sum([2, 3]);
  const act = ofRows(rowsOfWeights, rows).mul(largest).sum([2, 3]);
  const byChannel = selections.slice([], [], [2, rowsOfWeights]).sum([2, 3]);
  return { weight, act, byChannel };
}

/** A layer and what is chosen of its step sizes. */
export interface Selection {
  steps: LayerSteps;
  layer: number;
  widths: Widths;
  /** `[passes, 6, bits]`; consumed. */
  masks: np.Array;
  /** Whether the codes of what goes in have signs, `[]`; consumed. */
  signed: np.Array;
  /** Looked at. */
  weight: np.Array;
  /** How many numbers go in. */
  numbers: number;
  options: { snapZeroPoint?: boolean };
}

/** {@link quantized} weights and inputs of a pass. */
export interface SelectedSteps {
  weight(weight: np.Array, pass: number): np.Array;
  act(x: np.Array, pass: number): np.Array;
  dispose(): void;
}

/** Step sizes and offsets of a layer in all passes at once: that takes few kernels, which are small. */
export function selectedSteps(selection: Selection): SelectedSteps {
  const { steps, layer, widths, masks, signed, weight, numbers, options } = selection;
  const { tensorSymmetric, tensorAsymmetric, channelSymmetric, channelAsymmetric } = steps;
  const { actSymmetric, actAsymmetric } = steps;
  // [passes, 1, bits] against [channels, bits] and [bits].
  const mask = (row: number): np.Array => masks.ref.slice([], [row, row + 1]);
  const sums = (...terms: [row: number, table: np.Array][]): np.Array =>
    terms
      .map(([row, table]) => mask(row).mul(table.ref))
      .reduce((a, b) => a.add(b))
      .sum(-1);
  const scale = sums(
    [2, channelSymmetric.scale],
    [3, channelAsymmetric.scale],
    [0, tensorSymmetric.scale],
    [1, tensorAsymmetric.scale],
  );
  const beta = sums([3, channelAsymmetric.beta], [1, tensorAsymmetric.beta]);
  const actScale = sums([rowsOfWeights, actSymmetric.scale], [rowsOfWeights + 1, actAsymmetric.scale]);
  const actBeta = sums([rowsOfWeights + 1, actAsymmetric.beta]);
  masks.dispose();

  // A column of [passes, layers], as [passes, 1].
  const column = (table: np.Array): np.Array => table.ref.slice([], [layer, layer + 1]);
  const qmax = column(widths.weight);
  const qmin = qmax.ref.add(1).neg();
  const inputs = weight.shape[weight.ndim - 2];
  // 1 / sqrt(qmax n) of a tensor, 2 / sqrt(qmax n / inputs) by channel.
  const factor = column(widths.byChannel)
    .mul(2 * Math.sqrt(inputs) - 1)
    .add(1);
  const used = usedSteps(scale, beta, {
    gradScale: factor.div(np.sqrt(qmax.ref.mul(weight.size))),
    zeroPoints: options.snapZeroPoint ? zeroPointRange(true) : undefined,
  });

  // Without signs the codes are 0 to 2 qmax + 1.
  const codes = column(widths.act);
  const below = codes.ref.add(1).mul(signed.ref);
  const actMax = codes.mul(2).add(1).sub(below.ref);
  const actMin = below.neg();
  const [low, high] = zeroPointRange(false);
  const shift = signed.mul(zeroPointRange(true)[0]);
  const usedActs = usedSteps(actScale, actBeta, {
    gradScale: np.reciprocal(np.sqrt(actMax.ref.mul(numbers))),
    zeroPoints: options.snapZeroPoint ? [shift.ref.add(low), shift.ref.add(high)] : undefined,
  });
  shift.dispose();

  const arrays = [used.step, used.offset, qmin, qmax, usedActs.step, usedActs.offset, actMin, actMax];
  const at =
    ([step, offset, min, max]: np.Array[]) =>
    (x: np.Array, pass: number): np.Array => {
      const of = (array: np.Array): np.Array => array.ref.slice(pass);
      return quantized(x, { step: of(step), offset: of(offset) }, of(min), of(max));
    };
  return {
    weight: at(arrays.slice(0, 4)),
    act: at(arrays.slice(4)),
    dispose() {
      for (const array of arrays) array.dispose();
    },
  };
}
