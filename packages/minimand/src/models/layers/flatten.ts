import { checkFloats, type Layer, plainLayer, withoutParams } from "./layer.ts";

/**
 * All numbers of an example in one row.
 *
 * @returns a layer from `[batch, ...]` to `[batch, n]`, without parameters
 * @throws TypeError from `apply` for an input that is no float array
 * @example
 * const x = np.array([1, 2, 3, 4]).reshape([2, 1, 2, 1])
 * flatten().apply({ params: {}, state: {} }, x, { training: false })[0] // [1, 2, 3, 4]
 */
export function flatten(): Layer {
  const name = "flatten()";
  return plainLayer(name, {
    init: withoutParams,
    apply(_, x) {
      checkFloats(name, x, "[batch, ...]");
      return x.reshape([x.shape[0], x.shape.slice(1).reduce((a, b) => a * b, 1)]);
    },
  });
}
