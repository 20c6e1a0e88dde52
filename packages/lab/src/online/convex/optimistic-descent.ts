import { numpy as np } from "@jax-js/jax";
import {
  checkNumber,
  leavesOf,
  mapTree,
  rangeError,
  readOptions,
  refTree,
  sumOfSquares,
  type Tree,
  zerosLike,
} from "minimand/engine";
import type { GradientTransformation } from "minimand/optimizers";

/**
 * {@link optimisticOmd} as an optimizer for compiled training: the parameters are the decision x_t,
 *
 *     z <- Proj(z - eta_t g_t),   params <- Proj(z - eta_{t+1} g_t),   eta_t = D / sqrt(delta + 4 G^2 + sum_{s<t} ||g_s - g_{s-1}||^2)
 *
 * over all arrays together. Gradients can't be looked at inside a compiled step, so G is not checked. The sum is in the
 * parameters' precision; for exact long runs take the learner.
 *
 * @param options `D` > 0: how far apart good parameters may be, default `2 radius`; `G` > 0; `delta` > 0, default 1; `radius` > 0:
 *   keeps the parameters in the ball of this radius around the first ones, default no limit
 * @throws RangeError outside those ranges, and where neither D nor radius is given
 * @example
 * optimisticDescent({ D: 4, G: 5 })
 * @see Chen, Zhang, Tu, Zhao, Zhang 2023, arXiv 2302.04552, section 4.1
 */
export function optimisticDescent(options: {
  D?: number;
  G: number;
  delta?: number;
  radius?: number;
}): GradientTransformation {
  const { G, delta, radius } = readOptions("optimisticDescent", options, {
    D: true,
    G: true,
    delta: [1],
    radius: [undefined, { above: 0 }],
  });
  const D = options.D ?? (radius === undefined ? undefined : 2 * radius);
  if (D === undefined) throw rangeError("D", "a number > 0, where no radius is given", D);
  checkNumber("D", D, { above: 0 });
  checkNumber("G", G, { above: 0 });
  checkNumber("delta", delta, { above: 0 });

  const stepOf = (variation: np.Array): np.Array =>
    np.reciprocal(np.sqrt(variation.add(delta + 4 * G * G))).mul(D);
  const move = (z: Tree, step: np.Array, g: Tree, center: Tree | null): Tree => {
    const moved = mapTree((a, b) => a.sub(b.mul(step.ref)), z, g);
    step.dispose();
    if (center === null || radius === undefined) return moved;
    const square = sumOfSquares(mapTree((a, c) => a.sub(c), refTree(moved), refTree(center)));
    const factor = np.minimum(np.reciprocal(np.sqrt(np.maximum(square, 1e-30))).mul(radius), 1);
    const inside = mapTree((a, c) => a.sub(c.ref).mul(factor.ref).add(c), moved, center);
    factor.dispose();
    return inside;
  };

  return {
    init: (params) => ({
      z: refTree(params),
      previous: zerosLike(params),
      variation: np.zeros([], { dtype: leavesOf(params)[0].dtype }),
      ...(radius === undefined ? {} : { center: refTree(params) }),
    }),
    update(updates, state, params) {
      const { z, previous, variation, center } = state as {
        z: Tree;
        previous: Tree;
        variation: np.Array;
        center?: Tree;
      };
      const limits = () => (center === undefined ? null : refTree(center));
      const change = sumOfSquares(mapTree((a, b) => a.sub(b), refTree(updates), previous));
      const nextVariation = variation.ref.add(change);
      const nextZ = move(z, stepOf(variation), refTree(updates), limits());
      const next = move(refTree(nextZ), stepOf(nextVariation.ref), refTree(updates), limits());
      const kept = { z: nextZ, previous: updates, variation: nextVariation };
      return [mapTree((x, p) => x.sub(p), next, params), center === undefined ? kept : { ...kept, center }];
    },
  };
}
