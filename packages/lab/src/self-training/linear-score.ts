import { numpy as np, random } from "@jax-js/jax";
import { rangeError, readOptions } from "minimand/engine";
import type { Model } from "minimand/models";
import type { LinearParams } from "./linear-robust-loss.ts";

/**
 * Returns a linear score `f = x w + b` as a model, with the parameters that the closed forms of worst cases take.
 *
 * `w` `[inputs, 1]` starts as a random direction of unit norm, `b` `[1]` at 0.
 *
 * @param options `inputs`; `bias`, default false
 * @returns a model from `[batch, inputs]` to scores `[batch, 1]`
 * @throws TypeError, RangeError for `inputs` that are no integer >= 1, and inputs of another width
 * @example
 * linearScore({ inputs: 200 })
 */
export function linearScore(options: { inputs: number; bias?: boolean }): Model {
  const { inputs, bias } = readOptions("linearScore", options, {
    inputs: { min: 1, integer: true },
    bias: [false],
  });
  return {
    init(key) {
      const w = random.normal(key, [inputs, 1]);
      const unit = w.ref.div(np.sqrt(np.square(w).sum()));
      return { params: { w: unit, ...(bias && { b: np.zeros([1]) }) }, state: {} };
    },
    apply({ params, state }, x, { key, weights }) {
      const { w, b } = params as LinearParams;
      if (x.ndim !== 2 || x.shape[1] !== inputs) throw rangeError("x", `shape [batch, ${inputs}]`, x);
      key?.dispose();
      weights?.dispose();
      const f = np.matmul(x, w);
      return [b === undefined ? f : f.add(b), state];
    },
  };
}
