import { numpy as np } from "@jax-js/jax";
import { checkNumber } from "../engine/checks.ts";
import { mapTree, refTree, type Tree, zerosLike } from "../engine/tree.ts";
import { zeroCount } from "./moments.ts";
import type { GradientTransformation } from "./transformation.ts";

/**
 * Gradient accumulation: a step with the mean of every `steps` gradients, none in between.
 *
 * `s <- s + g`; at every `steps`-th call the step of the transformation for `s / steps`, and `s <- 0`; else 0.
 *
 * As good as one batch of all their rows where the gradients are those of a mean over equally many rows each (the last batch of an
 * epoch may have fewer, and then counts as much), and not for losses of a whole batch, nor for batch normalisation. Counters and
 * schedules inside count the steps that are made. The transformation is computed at every call, in one program for all, and its
 * result used at the last: it saves memory of batches, not time. State: that of the transformation, the sum (4 bytes a
 * float32 parameter) and a count.
 *
 * @param transformation usually a whole optimizer
 * @param steps >= 1
 * @throws RangeError for steps that aren't a positive integer
 * @example
 * accumulateGradients(chain(clipByGlobalNorm(1), adamw(1e-3)), 4)
 * @see optax.MultiSteps
 */
export function accumulateGradients(
  transformation: GradientTransformation,
  steps: number,
): GradientTransformation {
  checkNumber("steps", steps, { min: 1, integer: true });
  return {
    init: (params) => ({ count: zeroCount(), sum: zerosLike(params), inner: transformation.init(params) }),
    update(updates, state, params) {
      const s = state as { count: np.Array; sum: Tree; inner: Tree };
      const sum = mapTree((a, g) => a.add(g), s.sum, updates);
      const count = s.count.add(1);
      const isLast = count.ref.greaterEqual(steps);
      const mean = mapTree((a) => a.div(steps), refTree(sum));
      const [step, inner] = transformation.update(mean, refTree(s.inner), params);
      const next = {
        count: np.where(isLast.ref, 0, count),
        sum: mapTree((a) => np.where(isLast.ref, 0, a), sum),
        inner: choose(isLast, inner, s.inner),
      };
      const made = mapTree((u) => np.where(isLast.ref, u, 0), step);
      isLast.dispose();
      return [made, next];
    },
  };
}

/** The first tree where the condition holds, else the second. Consumes the trees, keeps the condition. */
export function choose<T extends Tree>(condition: np.Array, yes: T, no: Tree): T {
  return mapTree((a, b) => np.where(condition.ref, a, b), yes, no);
}
