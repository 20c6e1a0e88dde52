import { numpy as np, random } from "@jax-js/jax";
import { rangeError } from "../../engine/checks.ts";
import { readOptions } from "../../engine/options.ts";
import { checkFloats, checkInput, type Layer, plainLayer } from "./layer.ts";

/**
 * Adds a learned vector for each position: `y_t = x_t + table_t`.
 *
 * @param options.length how many positions there are: the longest sequence
 * @returns a layer from `[batch, time, size]` to the same, for every `time <= length`; the table starts normal with standard
 *   deviation 0.02
 * @throws RangeError for sizes that are no integers >= 1, and from `apply` for another shape or a longer sequence
 * @example
 * learnedPositions({ length: 128, size: 64 })
 * @see Gehring et al. 2017, arXiv 1705.03122, section 3.1
 */
export function learnedPositions(options: { length: number; size: number }): Layer {
  const { length, size } = readOptions("learnedPositions", options, {
    length: { min: 1, integer: true },
    size: { min: 1, integer: true },
  });
  const name = `learnedPositions(${length}, ${size})`;
  return plainLayer<{ table: np.Array }>(name, {
    init: (key) => ({ table: random.normal(key, [length, size]).mul(0.02) }),
    apply({ table }, x) {
      const axes = `[batch, time <= ${length}, ${size}]`;
      checkInput(name, x, [null, null, size], axes);
      const [, time] = x.shape;
      if (time > length) throw rangeError(`x of ${name}`, `shape ${axes}`, x);
      return x.add(table.slice([0, time]));
    },
  });
}

/**
 * Rotary positions: at position `t` the numbers `i` and `i + size / 2` are turned, as a point of the plane, by the angle
 * `t 10000^(-2 i / size)`. The inner product of two turned vectors depends on the difference of their positions alone.
 *
 * @param x `[..., time, size]`, of an even size
 * @returns an array of the same shape
 * @throws RangeError for an odd size
 * @example
 * rotaryPositions(np.array([[1, 2], [1, 2]])) // [1, 2, -1.1426, 1.9221]
 * @see Su et al. 2021, arXiv 2104.09864, equation 34, whose pairs are neighbours: the same up to an order of the numbers
 */
export function rotaryPositions(x: np.Array): np.Array {
  checkFloats("rotaryPositions", x, "[..., time, size]");
  const { shape, dtype } = x;
  const [time, size] = shape.slice(-2);
  if (shape.length < 2 || size % 2 !== 0)
    throw rangeError("x of rotaryPositions", "shape [..., time, an even size]", x);
  const half = size / 2;
  const frequencies = frequenciesOf(half);
  const table = (f: (angle: number) => number): np.Array => {
    const at = (_: unknown, i: number): number => f(Math.floor(i / half) * frequencies[i % half]);
    const entries = { length: time * half };
    // Not every device has float64.
    const values = dtype === np.float64 ? Float64Array.from(entries, at) : Float32Array.from(entries, at);
    return np.array(values, { shape: [time, half] }).astype(dtype);
  };
  return turned(x, table(Math.cos), table(Math.sin));
}

/** {@link rotaryPositions} of one token a row, `[rows, heads, 1, size]`, at a place of its own, int32 `[rows]`. Traced. */
export function rotaryAt(x: np.Array, place: np.Array): np.Array {
  const [rows, , , size] = x.shape;
  const half = size / 2;
  const angles = place
    .astype(x.dtype)
    .reshape([rows, 1, 1, 1])
    .mul(np.array(frequenciesOf(half)).astype(x.dtype).reshape([1, 1, 1, half]));
  return turned(x, np.cos(angles.ref), np.sin(angles));
}

const frequenciesOf = (half: number): number[] =>
  Array.from({ length: half }, (_, i) => 10000 ** (-i / half));

/** The first half of the last axis as one coordinate of points, the second half as the other, turned by angles. */
function turned(x: np.Array, cos: np.Array, sin: np.Array): np.Array {
  const { shape } = x;
  const half = shape[shape.length - 1] / 2;
  const part = (from: number): np.Array =>
    x.ref.slice(...shape.slice(0, -1).map(() => [] as []), [from, from + half]);
  const [a, b] = [part(0), part(half)];
  x.dispose();
  return np.concatenate([a.ref.mul(cos.ref).sub(b.ref.mul(sin.ref)), a.mul(sin).add(b.mul(cos))], -1);
}
