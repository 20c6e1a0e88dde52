import { numpy as np } from "@jax-js/jax";
import { checkChoice } from "../../engine/checks.ts";
import { readOptions } from "../../engine/options.ts";
import { sliceAxis } from "./axis.ts";
import { checkInput, type Layer, plainLayer, withoutParams } from "./layer.ts";
import { checkedPair, type Pair } from "./window.ts";

/** Of {@link upsample}. */
export interface UpsampleOptions {
  /** How many times as high and wide the images become; integers. */
  factor: Pair;
  /** Default `nearest`. */
  method?: "nearest" | "bilinear";
}

/**
 * Larger images. `nearest`: every pixel is repeated, `y_i = x_{floor(i / f)}`. `bilinear`: along each axis
 * `y_i = (1 - t) x_a + t x_{a+1}` at `a + t = (i + 1/2) / f - 1/2`, where pixels beyond the border are those at the border
 * (PyTorch's `align_corners=False`).
 *
 * @returns a layer from `[batch, height, width, channels]` to `[batch, height f, width f, channels]`, without parameters
 * @throws RangeError for a factor that is no integer >= 1, another method, and from `apply` for an input of another rank
 * @example
 * const x = np.array([0, 4]).reshape([1, 1, 2, 1])
 * const layer = upsample({ factor: [1, 2], method: "bilinear" })
 * layer.name // "upsample(1x2, bilinear)"
 * layer.apply({ params: {}, state: {} }, x, { training: false })[0] // [0, 1, 3, 4]
 * @see Odena, Dumoulin, Olah 2016, Distill, doi 10.23915/distill.00003
 */
export function upsample(options: UpsampleOptions): Layer {
  const { factor, method } = readOptions("upsample", options, { factor: true, method: ["nearest"] });
  const factors = checkedPair("factor", factor);
  checkChoice("method", method, ["nearest", "bilinear"]);
  const along = method === "nearest" ? repeatAlong : interpolateAlong;
  const name = `upsample(${factors.join("x")}, ${method})`;
  return plainLayer(name, {
    init: withoutParams,
    apply(_, x) {
      checkInput(name, x, [null, null, null, null], "[batch, height, width, channels]");
      return factors.reduce((image, times, i) => (times === 1 ? image : along(image, i + 1, times)), x);
    },
  });
}

function repeatAlong(x: np.Array, axis: number, factor: number): np.Array {
  const { shape } = x;
  const apart = x.reshape(shape.toSpliced(axis + 1, 0, 1));
  return np
    .broadcastTo(apart, shape.toSpliced(axis + 1, 0, factor))
    .reshape(shape.with(axis, shape[axis] * factor));
}

function interpolateAlong(x: np.Array, axis: number, factor: number): np.Array {
  const { shape, dtype } = x;
  const n = shape[axis];
  const apart = (part: np.Array): np.Array => part.reshape(shape.toSpliced(axis + 1, 0, 1));
  const part = (start: number, end: number): np.Array => sliceAxis(x.ref, axis, start, end);
  const previous = apart(n === 1 ? x.ref : np.concatenate([part(0, 1), part(0, n - 1)], axis));
  const following = apart(n === 1 ? x.ref : np.concatenate([part(1, n), part(n - 1, n)], axis));
  // Of the pixels that one becomes, the first half lie between it and the one before. Weights in units of 1 / (2 f) are integers.
  const steps = Array.from({ length: factor }, (_, i) => 2 * i + 1 - factor);
  const row = [factor, ...shape.slice(axis + 1).map(() => 1)];
  const isBefore = np.array(
    steps.map((step) => step < 0),
    { shape: row, dtype: np.bool },
  );
  const weight = np.array(steps.map(Math.abs), { shape: row, dtype });
  const neighbour = np.where(isBefore, previous, following).mul(weight.ref);
  return apart(x)
    .mul(weight.neg().add(2 * factor))
    .add(neighbour)
    .div(2 * factor)
    .reshape(shape.with(axis, n * factor));
}
