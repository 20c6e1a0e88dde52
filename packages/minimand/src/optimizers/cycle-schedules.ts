import { numpy as np } from "@jax-js/jax";
import { checkNumber, rangeError, typeError } from "../engine/checks.ts";
import { readOptions } from "../engine/options.ts";
import { periods } from "./decay-schedules.ts";
import type { Schedule } from "./schedules.ts";

/** Options of {@link oneCycleSchedule}, by PyTorch's names. */
export interface OneCycleOptions {
  /** Share of the steps that rise, in (0, 1); default 0.3. */
  pctStart?: number;
  /** The start is `peak / divFactor`; >= 1, default 25. */
  divFactor?: number;
  /** The end is the start divided by this; >= 1, default 1e4. */
  finalDivFactor?: number;
}

/**
 * One cycle: half a cosine up from `peak / divFactor` to `peak`, then half a cosine down to `peak / (divFactor finalDivFactor)`;
 * constant afterwards.
 *
 * @param peak the largest rate, reached after `round(pctStart steps)` updates
 * @param steps of the whole cycle, >= 2
 * @throws RangeError for numbers outside of their ranges, and where no step rises or none falls; TypeError for an option that is none
 * @example
 * oneCycleSchedule(1, 100)(np.array(30)) // 1
 * oneCycleSchedule(1, 100)(np.array(65)) // 0.5000
 * @see Smith, Topin 2018, arXiv 1708.07120, section 3
 */
export function oneCycleSchedule(peak: number, steps: number, options: OneCycleOptions = {}): Schedule {
  const { pctStart, divFactor, finalDivFactor } = readOptions("oneCycleSchedule", options, {
    pctStart: [0.3, { above: 0, below: 1 }],
    divFactor: [25, { min: 1 }],
    finalDivFactor: [1e4, { min: 1 }],
  });
  checkNumber("peak", peak, { min: 0 });
  checkNumber("steps", steps, { min: 2, integer: true });
  const top = Math.round(pctStart * steps);
  if (top < 1 || top >= steps) throw rangeError("pctStart * steps", `between 1 and ${steps - 1} steps`, top);
  const start = peak / divFactor;
  return (count) => {
    const falls = count.ref.greaterEqual(top);
    const up = cosineBetween(count.ref, start, peak, top);
    const down = cosineBetween(np.maximum(count.sub(top), 0), peak, start / finalDivFactor, steps - top);
    return np.where(falls, down, up);
  };
}

/** Half a cosine from one value to another over some steps, constant afterwards. */
function cosineBetween(count: np.Array, from: number, to: number, steps: number): np.Array {
  return np
    .cos(np.minimum(count.div(steps), 1).mul(Math.PI))
    .add(1)
    .mul((from - to) / 2)
    .add(to);
}

/** Counts are kept in float32, which has all integers up to here. */
const largestCount = 2 ** 24;

/**
 * Cosine annealing with warm restarts: half a cosine down from `initial` to `final`, again and again, each `factor` times as long as the
 * one before.
 *
 * `final + (initial - final) (1 + cos(pi t_i / T_i)) / 2`, `t_i` the updates since the last restart, `T_i = period factor^i`
 *
 * @param period updates of the first cosine
 * @param options `factor`, an integer >= 1, default 1; `final`, default 0
 * @throws RangeError for rates below 0, a period or factor that isn't a positive integer; TypeError for an option that is none
 * @example
 * warmRestartsSchedule(0.1, 10)(np.array(15)) // 0.05
 * warmRestartsSchedule(0.1, 10, { factor: 2 })(np.array(20)) // 0.05
 * @see Loshchilov, Hutter 2017, arXiv 1608.03983, equation (5)
 */
export function warmRestartsSchedule(
  initial: number,
  period: number,
  options: { factor?: number; final?: number } = {},
): Schedule {
  const { factor, final } = readOptions("warmRestartsSchedule", options, {
    factor: [1, { min: 1, integer: true }],
    final: [0, { min: 0 }],
  });
  checkNumber("initial", initial, { min: 0 });
  checkNumber("period", period, { min: 1, integer: true });
  const cosine = (share: np.Array): np.Array =>
    np
      .cos(share.mul(Math.PI))
      .add(1)
      .mul((initial - final) / 2)
      .add(final);
  if (factor === 1) return (count) => cosine(count.ref.sub(periods(count, period).mul(period)).div(period));
  const restarts: { at: number; length: number }[] = [];
  for (let at = period, length = period * factor; at < largestCount; at += length, length *= factor)
    restarts.push({ at, length });
  return (count) => {
    let share = count.ref.div(period);
    for (const { at, length } of restarts)
      share = np.where(count.ref.greaterEqual(at), count.ref.sub(at).div(length), share);
    count.dispose();
    return cosine(share);
  };
}

/**
 * One schedule after another, each counted from where it begins.
 *
 * @param schedules at least one
 * @param boundaries for each schedule but the first the number of updates at which it begins, rising
 * @throws TypeError for what is no list of schedules; RangeError for boundaries that don't rise, or aren't one fewer than the schedules
 * @example
 * joinSchedules([linearSchedule(0, 10, 0.1), cosineSchedule(0.1, 90)], [10])(np.array(55)) // 0.05
 * @see optax.join_schedules, torch.optim.lr_scheduler.SequentialLR
 */
export function joinSchedules(schedules: readonly Schedule[], boundaries: readonly number[]): Schedule {
  if (!Array.isArray(schedules) || schedules.length === 0)
    throw typeError("schedules", "a list of at least one schedule", schedules);
  for (const [i, schedule] of schedules.entries())
    if (typeof schedule !== "function") throw typeError(`schedules[${i}]`, "a schedule", schedule);
  if (!Array.isArray(boundaries) || boundaries.length !== schedules.length - 1)
    throw rangeError("boundaries", `a list of ${schedules.length - 1} numbers of updates`, boundaries);
  for (const [i, boundary] of boundaries.entries())
    checkNumber(`boundaries[${i}]`, boundary, { above: boundaries[i - 1] ?? 0, integer: true });
  return (count) => {
    let rate = schedules[0](count.ref);
    for (const [i, boundary] of boundaries.entries()) {
      const since = np.maximum(count.ref.sub(boundary), 0);
      rate = np.where(count.ref.greaterEqual(boundary), schedules[i + 1](since), rate);
    }
    count.dispose();
    return rate;
  };
}
