import { numpy as np, random } from "@jax-js/jax";
import { checkNumber, typeError } from "../../engine/checks.ts";
import { checkFloats, type Layer, withoutParams } from "./layer.ts";

/**
 * Dropout: while training each number is 0 with chance `rate` and divided by `1 - rate` otherwise, so that its mean stays;
 * otherwise the identity.
 *
 *     y = x m / (1 - rate),  m ~ Bernoulli(1 - rate)
 *
 * @param rate in [0, 1)
 * @returns a layer from any shape to the same; its `apply` needs a key while training
 * @throws RangeError for a rate outside [0, 1); TypeError from `apply` while training without a key
 * @example
 * const layer = dropout(0.5)
 * const x = np.array([1, 2])
 * layer.apply({ params: {}, state: {} }, x, { training: false })[0] // [1, 2]
 * @see Srivastava et al. 2014, JMLR 15, section 4; the division while training: Labach et al. 2019, arXiv 1904.13310
 */
export function dropout(rate: number): Layer {
  checkNumber("rate", rate, { min: 0, below: 1 });
  const name = `dropout(${rate})`;
  return {
    name,
    init: (key) => ({ params: withoutParams(key), state: {} }),
    apply({ state }, x, { training, key, weights }) {
      checkFloats(name, x, "[...]");
      if (training && rate > 0 && key === undefined)
        throw typeError(`key of ${name}`, "a key while training", key);
      weights?.dispose();
      if (!training || rate === 0) {
        key?.dispose();
        return [x, state];
      }
      const kept = random.uniform(key as np.Array, x.shape).greaterEqual(rate);
      return [np.where(kept, x.div(1 - rate), 0), state];
    },
  };
}
