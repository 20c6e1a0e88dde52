import { numpy as np } from "@jax-js/jax";
import { checkParameter, parameterIn } from "../engine/checks.ts";
import { readOptions } from "../engine/options.ts";
import { type Parameter, parameter } from "../engine/parameter.ts";
import { disposeTree, mapTree } from "../engine/tree.ts";
import { frobenius } from "./kappa/matrices.ts";
import { groupNorms } from "./mirror/proximal.ts";
import type { GradientTransformation } from "./transformation.ts";

/**
 * Cuts every entry to `[-limit, limit]`.
 *
 * @param limit > 0: a number, or a 0-d array
 * @throws RangeError for a limit that is not above 0
 * @example
 * chain(clipByValue(0.5), sgd(0.1))
 * @see optax.clip, torch.nn.utils.clip_grad_value_
 */
export function clipByValue(limit: Parameter): GradientTransformation {
  checkParameter("limit", limit, { above: 0 });
  return {
    init: () => ({}),
    update(updates, state, params) {
      disposeTree(params);
      const cut = mapTree((u) => {
        const l = parameter(typeof limit === "number" ? limit : limit.ref, u);
        return np.maximum(np.minimum(u, l.ref), l.neg());
      }, updates);
      return [cut, state];
    },
  };
}

/**
 * Adaptive gradient clipping: the gradient of a unit is at most `clipping` times as long as the unit's weights.
 *
 * `g_i min(1, clipping max(||w_i||, eps) / ||g_i||)`
 *
 * A unit is what one output of a layer is made of: a column of a matrix `[inputs, outputs]`, all but the last axis of an array of more
 * axes; an array of one axis is a unit. Its authors leave the last layer out, with `masked`. Not for the vector of a flat model as it
 * is: see `flatTransformation`.
 *
 * @param clipping > 0, default 0.01; smaller for larger batches
 * @param options `eps` > 0, default 1e-3: units count as at least so long, so that new ones of zeros can move
 * @throws RangeError outside of those ranges; TypeError for an option that is none
 * @example
 * chain(adaptiveGradientClip(0.01), sgd(0.1, { momentum: 0.9, nesterov: true }))
 * @see Brock, De, Smith, Simonyan 2021, arXiv 2102.06171, equation (3)
 */
export function adaptiveGradientClip(
  clipping: Parameter = 0.01,
  options: { eps?: number } = {},
): GradientTransformation {
  const { eps } = readOptions("adaptiveGradientClip", options, { eps: [1e-3, parameterIn({ above: 0 })] });
  checkParameter("clipping", clipping, { above: 0 });
  return {
    init: () => ({}),
    update(updates, state, params) {
      const clipped = mapTree(
        (g, p) => {
          const share = parameter(typeof clipping === "number" ? clipping : clipping.ref, p);
          const most = np.maximum(unitNorms(p), eps).mul(share);
          const norms = unitNorms(g.ref);
          const over = norms.ref.greater(most.ref);
          return g.mul(np.where(over.ref, most.div(np.where(over, norms, 1)), 1));
        },
        updates,
        params,
      );
      return [clipped, state];
    },
  };
}

/** Norms of the units, to be broadcast against the array. */
function unitNorms(x: np.Array): np.Array {
  return x.ndim <= 1 ? frobenius(x) : groupNorms(x, -1);
}
