import { numpy as np } from "@jax-js/jax";
import { padAxis, sliceAxis, toLanes } from "./axis.ts";

/*
 * Convolutions as sums of plain matrix products. The pixels of a batch lie in one list of rows, image after image, with zeros
 * between the lines of an image: then the pixel that an entry of the kernel meets is a fixed number of rows further, and what
 * the entry adds to the result is a product with a piece of the list. No window is copied, and the products are of the form
 * that the engine is fast in, as ONNX Runtime is.
 */

/** A product: how many rows further it looks, and with what it multiplies `[groups, inputs, outputs]`. */
export interface Tap {
  rows: number;
  weight: np.Array;
}

/**
 * `y_n = sum_t rows_{n + shift_t} W_t`; rows beyond the last are zeros. Consumes all.
 *
 * @param rows `[groups, count, inputs]`
 * @returns `[groups, count, outputs]`
 */
export function shiftedProducts(rows: np.Array, taps: readonly Tap[]): np.Array {
  const [groups, count, inputs] = rows.shape;
  const outputs = taps[0].weight.shape[2];
  // Where a row has fewer numbers than there are lanes, several of them lie side by side.
  const together = Math.max(1, Math.floor(toLanes(1) / inputs));
  const columns = together > 1 ? inputs : toLanes(inputs);
  const all = padAxis(padAxis(rows, 2, 0, columns - inputs), 1, 0, Math.max(...taps.map((tap) => tap.rows)));
  let sum: np.Array | null = null;
  for (let first = 0; first < taps.length; first += together) {
    const own = taps.slice(first, first + together);
    const pieces = own.map((tap) => sliceAxis(all.ref, 1, tap.rows, tap.rows + count));
    const weights = own.map(({ weight }) => weight);
    const width = own.length * columns;
    if (toLanes(width) > width)
      pieces.push(np.zeros([groups, count, toLanes(width) - width], { dtype: all.dtype }));
    // Zeros are appended, not padded: what is appended to is written out, and read at full speed.
    const missing = toLanes(width) - own.length * inputs;
    if (missing > 0) weights.push(np.zeros([groups, missing, outputs], { dtype: weights[0].dtype }));
    const product = np.matmul(joined(pieces, 2), joined(weights, 1));
    sum = sum === null ? product : sum.add(product);
  }
  all.dispose();
  return sum as np.Array;
}

/** Arrays one behind the other along an axis. */
export function joined(parts: np.Array[], axis: number): np.Array {
  return parts.length === 1 ? parts[0] : np.concatenate(parts, axis);
}
