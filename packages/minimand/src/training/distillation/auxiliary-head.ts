import { lax, numpy as np, random } from "@jax-js/jax";
import { checkChoice, checkNumber, typeError } from "../../engine/checks.ts";
import { relu } from "../../engine/numerics.ts";
import { readOptions } from "../../engine/options.ts";
import type { Tree } from "../../engine/tree.ts";
import { batchNorm, batchNormParams, batchNormState } from "../../models/batch-norm.ts";
import { mlp } from "../../models/mlp.ts";
import type { Model } from "../../models/model.ts";

/** Shape of an {@link auxiliaryHead}. */
export type AuxiliaryHeadOptions = { features: number; classes: number } & (
  | { kind: "linear" }
  | {
      kind: "nonlinear";
      /** Width of the hidden layer, default 200. */
      hidden?: number;
      /** Share of hidden units that are 0 in a training step, default 0.1. */
      dropout?: number;
      /** Default true. */
      batchNorm?: boolean;
    }
);

/**
 * The head that learns a teacher's logits in dual-head distillation and is dropped after training: a linear layer, or
 * linear, dropout, batch normalisation, ReLU, linear.
 *
 * The authors' runs take the linear one where teacher and student are of one family, the other one else. With dropout,
 * training needs a key.
 *
 * @returns a model from features `[batch, features]` to logits `[batch, classes]`
 * @throws RangeError for sizes that are not integers >= 1, `dropout` outside [0, 1); TypeError where a key lacks in training
 * @example
 * auxiliaryHead({ features: 64, classes: 10, kind: "nonlinear" })
 * @see Yang et al. 2024, arXiv 2411.08937, section 4; official code (hidden 200, dropout 0.1)
 */
export function auxiliaryHead(options: AuxiliaryHeadOptions): Model {
  const own = options.kind === "linear" ? {} : { hidden: true, dropout: true, batchNorm: true };
  readOptions<object>("auxiliaryHead", options, { features: true, classes: true, kind: true, ...own });
  const { features, classes, kind } = options;
  checkNumber("features", features, { min: 1, integer: true });
  checkNumber("classes", classes, { min: 2, integer: true });
  checkChoice("kind", kind, ["linear", "nonlinear"]);
  if (options.kind === "linear") return mlp({ inputs: features, hidden: [], outputs: classes });
  const { hidden = 200, dropout = 0.1, batchNorm: normalised = true } = options;
  checkNumber("hidden", hidden, { min: 1, integer: true });
  checkNumber("dropout", dropout, { min: 0, below: 1 });
  const first = mlp({ inputs: features, hidden: [], outputs: hidden });
  const last = mlp({ inputs: hidden, hidden: [], outputs: classes });
  return {
    init(key) {
      const [a, b] = [...random.split(key, 2)];
      const params = { first: first.init(a).params, last: last.init(b).params };
      if (!normalised) return { params, state: {} };
      return { params: { ...params, norm: batchNormParams(hidden) }, state: batchNormState(hidden) };
    },
    apply({ params, state }, x, { training, key, weights }) {
      const own = params as { first: Tree; last: Tree; norm?: { scale: np.Array; shift: np.Array } };
      let [h] = first.apply({ params: own.first, state: {} }, x, { training });
      if (training && dropout > 0) {
        if (key === undefined) throw typeError("key", "a key, since dropout draws random numbers", key);
        h = h.mul(dropoutMask(key, h, dropout));
      } else key?.dispose();
      let next = state;
      if (own.norm !== undefined) {
        const statistics = state as { mean: np.Array; variance: np.Array };
        [h, next] = batchNorm(own.norm, statistics, h, { training, weights });
      } else weights?.dispose();
      const [output] = last.apply({ params: own.last, state: {} }, relu(h), { training });
      return [output, next];
    },
  };
}

/** `1 / (1 - rate)` with probability `1 - rate`, else 0, in the shape of `like`. */
function dropoutMask(key: np.Array, like: np.Array, rate: number): np.Array {
  const kept = random.uniform(key, like.shape).greaterEqual(rate);
  return lax.stopGradient(np.where(kept, np.array(1 / (1 - rate), { dtype: like.dtype }), 0));
}
