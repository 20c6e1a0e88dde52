import { numpy as np } from "@jax-js/jax";
import { checkParameter } from "../../engine/checks.ts";
import { scalarType } from "../../engine/exact-numbers.ts";
import { type Parameter, parameter } from "../../engine/parameter.ts";
import { mapTree, type Tree } from "../../engine/tree.ts";
import type { DecayMask } from "../scale.ts";
import type { LearningRate } from "../schedules.ts";
import type { GradientTransformation } from "../transformation.ts";

/**
 * The last of a chain: the step `p <- (p - e d) / (1 + e lambda)` along the direction d, which takes the decay at the new
 * point. As an update: `-e (d + lambda p) / (1 + e lambda)`.
 */
export function implicitDecay(
  learningRate: LearningRate,
  weightDecay: Parameter,
  mask: DecayMask = () => true,
): GradientTransformation {
  checkParameter("weightDecay", weightDecay, { min: 0 });
  const scheduled = typeof learningRate === "function";
  return {
    init: (): Tree => (scheduled ? { count: np.array(0, { dtype: np.float32 }) } : {}),
    update(updates, state, params) {
      const { count } = state as { count: np.Array };
      const rate = scheduled ? learningRate(count.ref.astype(scalarType(params))) : learningRate;
      const stepped = mapTree(
        (d, p) => {
          const e = parameter(typeof rate === "number" ? rate : rate.ref, p);
          const decays = mask(p);
          let lambda = parameter(typeof weightDecay === "number" ? weightDecay : weightDecay.ref, p);
          if (decays === false) lambda = lambda.mul(0);
          else if (decays !== true) lambda = lambda.mul(decays);
          const shrink = e.ref.mul(lambda.ref).add(1);
          return d.add(p.mul(lambda)).mul(e.neg()).div(shrink);
        },
        updates,
        params,
      );
      if (scheduled && typeof rate !== "number") rate.dispose();
      return [stepped, scheduled ? { count: count.add(1) } : state];
    },
  };
}
