import { numpy as np } from "@jax-js/jax";
import { checkParameter } from "../../engine/checks.ts";
import { constantOf, type Parameter } from "../../engine/parameter.ts";
import { mapTree, refTree, type Tree } from "../../engine/tree.ts";

/** An average of trees, as {@link ema} makes it. */
export interface Ema {
  /** The average at the start: the parameters themselves, which are kept. */
  init<T extends Tree>(params: T): T;
  /** The average after one more tree. Consumes the average, keeps the parameters. */
  update<T extends Tree>(average: T, params: Tree): T;
}

/**
 * An exponential moving average of parameters: `v <- decay v + (1 - decay) theta`.
 *
 * Its half-life is `ln 2 / (1 - decay)` updates. Choose it by the length of an epoch: `1 - 1 / (2
 * stepsPerEpoch)` remembers about one and a half epochs.
 *
 * @param decay in [0, 1], a number or a 0-d array (which may be traced; used for one update)
 * @throws RangeError for a decay outside of [0, 1]
 * @example
 * const average = ema(0.99)
 * let v = average.init(params)
 * v = average.update(v, params)
 * @see Tarvainen, Valpola 2017, arXiv 1703.01780, section 2
 */
export function ema(decay: Parameter): Ema {
  checkParameter("decay", decay, { min: 0, max: 1 });
  const isNumber = typeof decay === "number";
  return {
    init: (params) => mapTree((p) => p, refTree(params)),
    update: (average, params) =>
      mapTree(
        (v, p) => {
          if (isNumber) return v.mul(decay).add(p.mul(1 - decay));
          const share = constantOf(decay.ref, v.dtype);
          return v.mul(share.ref).add(p.mul(np.subtract(1, share)));
        },
        average,
        refTree(params),
      ),
  };
}
