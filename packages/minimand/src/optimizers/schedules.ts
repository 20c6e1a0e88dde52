import { numpy as np } from "@jax-js/jax";
import { checkNumber } from "../engine/checks.ts";
import type { Parameter } from "../engine/parameter.ts";

/** A learning rate as a function of the number of updates made so far (a traced 0-d float array). */
export type Schedule = (count: np.Array) => np.Array;

/** A learning rate: a number, a 0-d array (may be traced), or a {@link Schedule}. */
export type LearningRate = Parameter | Schedule;

/** The same value at every step. */
export function constantSchedule(value: number): Schedule {
  checkNumber("value", value, { min: 0 });
  return (count) => count.mul(0).add(value);
}

/**
 * Half a cosine from `initial` down to `final` over `steps` updates, constant afterwards.
 *
 * `final + (initial - final) (1 + cos(pi t / steps)) / 2`
 *
 * @see Loshchilov, Hutter 2017, arXiv 1608.03983, equation (5), without restarts
 */
export function cosineSchedule(initial: number, steps: number, final = 0): Schedule {
  checkNumber("initial", initial, { min: 0 });
  checkNumber("steps", steps, { min: 1, integer: true });
  checkNumber("final", final, { min: 0 });
  return (count) =>
    np
      .cos(np.minimum(count.div(steps), 1).mul(Math.PI))
      .add(1)
      .mul((initial - final) / 2)
      .add(final);
}

/** Rises linearly from 0 to the start of `after` over `steps` updates; then follows `after`, counted from there. */
export function warmup(steps: number, after: Schedule): Schedule {
  checkNumber("steps", steps, { min: 1, integer: true });
  return (count) => {
    const factor = np.minimum(count.ref.add(1).div(steps), 1);
    return factor.mul(after(np.maximum(count.sub(steps), 0)));
  };
}

/** `initial` times `factor` at every one of the given update counts: the usual step-wise decay. */
export function piecewiseSchedule(initial: number, boundaries: readonly number[], factor = 0.1): Schedule {
  checkNumber("initial", initial, { min: 0 });
  checkNumber("factor", factor, { above: 0 });
  for (const b of boundaries) checkNumber("boundaries", b, { min: 0, integer: true });
  return (count) =>
    boundaries.reduce(
      (rate, boundary) => np.where(count.ref.greaterEqual(boundary), rate.ref.mul(factor), rate),
      count.ref.mul(0).add(initial),
    );
}
