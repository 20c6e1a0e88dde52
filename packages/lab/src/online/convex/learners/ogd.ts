import { checkNumber, rangeError, readOptions, typeError } from "minimand/engine";
import { inner, plusScaled } from "../../vectors.ts";
import { checkDomain, startIn } from "../domains/domain.ts";
import type { GradientLimit } from "../gradient-limit.ts";
import { freshState } from "../learner-state.ts";
import { makeLearner } from "../make-learner.ts";
import type { OnlineLearner } from "../online-learner.ts";
import type { DomainOptions } from "./optimistic-omd.ts";

/** How long the steps are: for convex losses, for strongly convex ones, or given by the caller. */
export type OgdSchedule =
  /** `eta_t = D / (G sqrt(t))`; D default the domain's diameter. */
  | { G: number; onExcess?: GradientLimit["onExcess"]; D?: number }
  /** `eta_t = 1 / (mu t)`. */
  | { mu: number }
  /** `eta_t = step(t)`, t = 1, 2, ...; > 0. */
  | { step(round: number): number };

/**
 * Online gradient descent: `x_{t+1} = Proj(x_t - eta_t g_t)`. The baseline whose regret is `D G sqrt(T)` for convex losses
 * and `(G^2 / mu) log T` for strongly convex ones.
 *
 * @param options `domain`, `x0`, and one of `G`, `mu` (both > 0), `step`
 * @throws TypeError, RangeError outside those ranges; `predict` where `step` gives no number > 0
 * @example
 * ogd({ domain: ballDomain(2, 1), G: 3 })
 * @see Zinkevich 2003, ICML; Hazan, Agarwal, Kale 2007 for the strongly convex case
 */
export function ogd(options: DomainOptions & OgdSchedule): OnlineLearner {
  const { domain, x0 } = readOptions("ogd", options, {
    domain: true,
    x0: true,
    G: true,
    onExcess: true,
    D: true,
    mu: true,
    step: true,
  });
  checkDomain(domain);
  const stepAt = scheduleOf(options);
  const state = { ...freshState(domain.dimension), z: startIn(domain, x0), last: 0, grown: 0 };
  const { diameter } = domain;
  return makeLearner({
    kind: "ogd",
    state,
    limit: "G" in options ? { G: options.G, onExcess: options.onExcess } : {},
    play() {
      const step = stepAt(state.rounds + 1);
      if (!(step > 0 && step < Infinity)) throw rangeError("step's result", "a finite number > 0", step);
      state.x = state.z.slice();
      state.step = step;
      return undefined;
    },
    learn(gradient) {
      const { step } = state;
      state.z = domain.project(plusScaled(state.z, -step, gradient));
      state.price += (step / 2) * inner(gradient, gradient);
      // Steps that grow break the telescoping of the convex bound.
      if (state.rounds > 0 && step > state.last) state.grown = 1;
      state.last = step;
    },
    bound(path) {
      if ("mu" in options) return path === 0 ? state.price : null;
      if (state.grown === 1) return null;
      return (diameter ** 2 + 2 * diameter * path) / (2 * state.step) + state.price;
    },
  });
}

function scheduleOf(options: DomainOptions & OgdSchedule): (round: number) => number {
  if ("G" in options) {
    const { G, D = options.domain.diameter } = options;
    checkNumber("G", G, { above: 0 });
    checkNumber("D", D, { above: 0 });
    return (t) => D / (G * Math.sqrt(t));
  }
  if ("mu" in options) {
    const { mu } = options;
    checkNumber("mu", mu, { above: 0 });
    return (t) => 1 / (mu * t);
  }
  if (typeof options.step !== "function")
    throw typeError("step", "a function of the round, where neither G nor mu is given", options.step);
  return options.step;
}
