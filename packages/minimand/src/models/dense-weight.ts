import { numpy as np, random } from "@jax-js/jax";

/**
 * Rows of a layer's weight: its inputs rounded up to a multiple of 4. The engine's fast kernel for the gradient of a
 * weight needs that (8 times as fast on 128 x 30 inputs and 64 outputs). The rows beyond the inputs start at zero, are
 * multiplied with zeros, and stay zero.
 */
export function weightRows(inputs: number): number {
  return Math.ceil(inputs / 4) * 4;
}

/** A weight `[weightRows(inputs), outputs]` of normal numbers of this standard deviation. Consumes the key. */
export function normalWeight(
  key: np.Array,
  [inputs, outputs]: readonly [number, number],
  deviation: number,
): np.Array {
  const weight = random.normal(key, [inputs, outputs]).mul(deviation);
  return padded(weight, [weightRows(inputs) - inputs, 0]);
}

/** `[batch, inputs]` with as many columns of zeros as the weight has rows beyond the inputs. Looks at the weight. */
export function padColumns(x: np.Array, weight: np.Array): np.Array {
  return padded(x, [0, weight.shape[0] - x.shape[1]]);
}

/** What a dense layer is made of; the weight has the rows of {@link weightRows}. */
export type DenseParams = { weight: np.Array; bias?: np.Array };

/** `x W + b` over the last axis, `x W` without a bias. Consumes all. */
export function affine({ weight, bias }: DenseParams, x: np.Array): np.Array {
  const front = x.shape.slice(0, -1);
  const rows = front.length === 1 ? x : x.reshape([-1, x.shape[x.ndim - 1]]);
  const outputs = weight.shape[1];
  const product = np.matmul(padColumns(rows, weight), weight);
  const y = bias === undefined ? product : product.add(bias);
  return front.length === 1 ? y : y.reshape([...front, outputs]);
}

function padded(x: np.Array, [rows, columns]: readonly [number, number]): np.Array {
  if (rows === 0 && columns === 0) return x;
  return np.pad(x, [
    [0, rows],
    [0, columns],
  ]);
}
