import { numpy as np } from "@jax-js/jax";
import { checkNumber } from "../engine/checks.ts";
import { log } from "../engine/numerics.ts";
import { readOptions } from "../engine/options.ts";
import type { Schedule } from "./schedules.ts";

/**
 * A straight line from `initial` to `final` over `steps` updates, constant afterwards.
 *
 * `initial + (final - initial) min(t / steps, 1)`
 *
 * @throws RangeError for rates below 0, steps that aren't a positive integer
 * @example
 * linearSchedule(0.1, 100)(np.array(25)) // 0.075
 */
export function linearSchedule(initial: number, steps: number, final = 0): Schedule {
  checkNumber("initial", initial, { min: 0 });
  checkNumber("steps", steps, { min: 1, integer: true });
  checkNumber("final", final, { min: 0 });
  return (count) =>
    remaining(count, steps)
      .mul(initial - final)
      .add(final);
}

/**
 * A power of what remains, from `initial` to `final` over `steps` updates, constant afterwards; `power = 1` is a line.
 *
 * `final + (initial - final) (1 - min(t / steps, 1))^power`
 *
 * @param power > 0
 * @throws RangeError for rates below 0, steps that aren't a positive integer, a power that isn't above 0
 * @example
 * polynomialSchedule(0.1, 100, 2)(np.array(50)) // 0.025
 * @see Chen et al. 2018, arXiv 1606.00915, section 4.1, with power 0.9
 */
export function polynomialSchedule(initial: number, steps: number, power: number, final = 0): Schedule {
  checkNumber("initial", initial, { min: 0 });
  checkNumber("steps", steps, { min: 1, integer: true });
  checkNumber("power", power, { above: 0 });
  checkNumber("final", final, { min: 0 });
  return (count) => {
    const share = remaining(count, steps);
    const isLeft = share.ref.greater(0);
    const raised = np.exp(log(np.where(isLeft.ref, share, 1)).mul(power));
    return np
      .where(isLeft, raised, 0)
      .mul(initial - final)
      .add(final);
  };
}

/**
 * Times `factor` every `steps` updates, smoothly or in stairs.
 *
 * `initial factor^(t / steps)`, with `staircase` `initial factor^floor(t / steps)`
 *
 * @param factor in (0, 1]
 * @param options `staircase`, default false
 * @throws RangeError for a negative rate, steps that aren't a positive integer, a factor outside of (0, 1]; TypeError for an option that
 *   is none
 * @example
 * exponentialSchedule(0.1, 10, 0.5)(np.array(20)) // 0.025
 * exponentialSchedule(0.1, 10, 0.5, { staircase: true })(np.array(19)) // 0.05
 */
export function exponentialSchedule(
  initial: number,
  steps: number,
  factor: number,
  options: { staircase?: boolean } = {},
): Schedule {
  const { staircase } = readOptions("exponentialSchedule", options, { staircase: [false] });
  checkNumber("initial", initial, { min: 0 });
  checkNumber("steps", steps, { min: 1, integer: true });
  checkNumber("factor", factor, { above: 0, max: 1 });
  return (count) => {
    const times = staircase ? periods(count, steps) : count.div(steps);
    return np.exp(times.mul(Math.log(factor))).mul(initial);
  };
}

/** `1 - min(t / steps, 1)`, exactly 0 from the last step on. */
function remaining(count: np.Array, steps: number): np.Array {
  return np.maximum(count.neg().add(steps), 0).div(steps);
}

/** How many whole periods are over. A count is an integer: half of one keeps the quotient off the integers, where it may be rounded. */
export function periods(count: np.Array, steps: number): np.Array {
  return np.floor(count.add(0.5).div(steps));
}
