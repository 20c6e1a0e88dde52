import { rangeError, readOptions } from "minimand/engine";
import { checkedVector, inner, plusScaled } from "../../vectors.ts";
import type { RoundLoss } from "../losses/quadratic-loss.ts";
import { checkDomain, type Domain, startIn } from "./domain.ts";

/**
 * Returns the minimum of a convex, smooth function on a domain, by accelerated projected gradient steps whose length adapts: the best
 * decision in hindsight, when the function is a sum of losses.
 *
 * @param f value and gradient
 * @param options `x0` default the centre; `steps` at most, default 2000; `tolerance`: stops where a step moves less than this
 *   (relative), default 1e-10
 * @throws RangeError where the function isn't finite
 * @example
 * minimizeOn(ballDomain(2, 1), quadraticLoss({ curvature: 1, pull: [3, 4] })) // 0.6, 0.8
 * @see Beck, Teboulle 2009, SIAM J. Imaging Sciences 2; O'Donoghue, Candès 2015 for the restarts
 */
export function minimizeOn(
  domain: Domain,
  f: RoundLoss,
  options: { x0?: ArrayLike<number>; steps?: number; tolerance?: number } = {},
): Float64Array {
  const { x0, steps, tolerance } = readOptions("minimizeOn", options, {
    x0: true,
    steps: [2000],
    tolerance: [1e-10],
  });
  checkDomain(domain);
  const n = domain.dimension;
  const valueAt = (x: Float64Array): number => {
    const value = f.value(x);
    if (!Number.isFinite(value)) throw rangeError("value's result", "a finite number", value);
    return value;
  };
  let x = startIn(domain, x0);
  let ahead = x;
  let momentum = 1;
  let step = 1;
  for (let k = 0; k < steps; k++) {
    const gradient = checkedVector("gradient's result", f.gradient(ahead.slice()), n);
    const here = valueAt(ahead);
    let next = x;
    for (let halvings = 0; halvings < 200; halvings++) {
      next = domain.project(plusScaled(ahead, -step, gradient));
      const move = plusScaled(next, -1, ahead);
      const allowed = here + inner(gradient, move) + inner(move, move) / (2 * step);
      if (valueAt(next) <= allowed + 1e-14 * Math.abs(here)) break;
      step /= 2;
    }
    const moved = plusScaled(next, -1, x);
    const restart = inner(plusScaled(ahead, -1, next), moved) > 0;
    const following = restart ? 1 : (1 + Math.sqrt(1 + 4 * momentum * momentum)) / 2;
    ahead = restart ? next : plusScaled(next, (momentum - 1) / following, moved);
    momentum = following;
    x = next;
    if (!restart && inner(moved, moved) <= tolerance ** 2 * (1 + inner(x, x))) break;
    step *= 1.1;
  }
  return x;
}
