import { checkNumber, readOptions, typeError } from "minimand/engine";
import { plusScaled, squaredDistance } from "../../vectors.ts";
import { checkDomain, startIn } from "../domains/domain.ts";
import type { GradientLimit } from "../gradient-limit.ts";
import { freshState, type LearnerState } from "../learner-state.ts";
import { makeLearner } from "../make-learner.ts";
import type { OnlineLearner } from "../online-learner.ts";
import type { DomainOptions } from "./optimistic-omd.ts";

export interface OftrlOptions extends DomainOptions, Partial<GradientLimit> {
  /** Default the domain's diameter. */
  D?: number;
  /** > 0; default `L D^2 + D G`, and `2 D G` without L. */
  nu?: number;
  /** Smoothness of the expected losses, > 0. */
  L?: number;
}

/**
 * Optimistic follow-the-regularised-leader of Sachs et al., the baseline for convex losses:
 *
 *     x_t = argmin_{x in X} <x, M_t + sum_{s<t} g_s> + ||x - o||^2 / eta_t      (no 1/2)
 *         = Proj(o - (eta_t / 2)(M_t + sum_{s<t} g_s)),
 *     eta_t = D^2 / (nu + sum_{s<t} eta_s ||g_s - M_s||^2),   M_t = g_{t-1} unless hinted
 *
 * Its analysis wants every loss convex. It starts anew from the sum of all gradients each round, and so follows a change late.
 *
 * @param options see {@link OftrlOptions}; `x0` is o, default the point of the domain nearest to 0, as the paper has 0 in it;
 *   one of `nu` and `G` is needed
 * @throws TypeError, RangeError outside those ranges
 * @example
 * oftrl({ domain: ballDomain(2, 1), G: 3, L: 1 })
 * @see Sachs, Hadiji, van Erven, Guzman 2022, arXiv 2202.07554, algorithm 1 and theorem 5
 */
export function oftrl(options: OftrlOptions): OnlineLearner {
  const { domain, G, L, onExcess } = readOptions("oftrl", options, {
    domain: true,
    x0: true,
    G: true,
    onExcess: true,
    D: true,
    nu: true,
    L: true,
  });
  checkDomain(domain);
  const { D = domain.diameter } = options;
  checkNumber("D", D, { above: 0 });
  if (G === "running") throw typeError("G", "a number, or nu", G);
  if (G !== undefined) checkNumber("G", G, { above: 0 });
  if (L !== undefined) checkNumber("L", L, { above: 0 });
  const nu = options.nu ?? (G === undefined ? undefined : L === undefined ? 2 * D * G : L * D * D + D * G);
  checkNumber("nu", nu, { above: 0 });
  const n = domain.dimension;
  const origin = startIn(domain, options.x0 ?? domain.project(new Float64Array(n)));
  const state: LearnerState & { sum: Float64Array; weighted: number } = {
    ...freshState(n),
    sum: new Float64Array(n),
    weighted: 0,
  };
  state.x = origin.slice();
  const { diameter } = domain;
  return makeLearner({
    kind: "oftrl",
    state,
    limit: { G, onExcess },
    standsAt: () => state.x,
    play(m) {
      const step = D ** 2 / (nu + state.weighted);
      state.x = domain.project(plusScaled(origin, -step / 2, plusScaled(m, 1, state.sum)));
      state.step = step;
      return undefined;
    },
    learn(gradient) {
      state.sum = plusScaled(state.sum, 1, gradient);
      state.weighted += state.step * squaredDistance(gradient, state.hint);
    },
    // Optimistic FTRL with a regulariser that is 2 / eta_t strongly convex and grows.
    bound: (path) => (path === 0 ? diameter ** 2 / state.step + state.weighted / 4 : null),
  });
}

/**
 * Optimistic follow-the-leader of Sachs et al., the baseline for strongly convex losses: the minimum of
 * `sum_{s<t} (<g_s, x - x_s> + (mu / 2) ||x - x_s||^2) + <M_t, x>`,
 *
 *     x_t = Proj((mu sum_{s<t} x_s - sum_{s<t} g_s - M_t) / (mu (t - 1))),   x_1 = x0.
 *
 * @param options `domain`, `x0`; `mu` > 0: strong convexity; `G` if gradients shall be checked
 * @throws TypeError, RangeError outside those ranges
 * @example
 * oftlStronglyConvex({ domain: ballDomain(2, 1), mu: 0.5 })
 * @see Sachs, Hadiji, van Erven, Guzman 2022, arXiv 2202.07554, theorem 7
 */
export function oftlStronglyConvex(
  options: DomainOptions & { mu: number } & Partial<GradientLimit>,
): OnlineLearner {
  const { domain, mu, G, onExcess } = readOptions("oftlStronglyConvex", options, {
    domain: true,
    x0: true,
    mu: { above: 0 },
    G: true,
    onExcess: true,
  });
  checkDomain(domain);
  if (G !== undefined && G !== "running") checkNumber("G", G, { above: 0 });
  const n = domain.dimension;
  const start = startIn(domain, options.x0);
  // mu sum x_s - sum g_s
  const state: LearnerState & { pull: Float64Array } = { ...freshState(n), pull: new Float64Array(n) };
  state.x = start.slice();
  return makeLearner({
    kind: "oftl-strongly-convex",
    state,
    limit: { G, onExcess },
    standsAt: () => state.x,
    play(m) {
      const weight = mu * state.rounds;
      if (weight > 0) {
        const ahead = plusScaled(state.pull, -1, m);
        state.x = domain.project(ahead.map((value) => value / weight));
        state.step = 1 / weight;
      }
      return undefined;
    },
    learn(gradient) {
      const pull = plusScaled(state.pull, mu, state.x);
      state.pull = plusScaled(pull, -1, gradient);
    },
  });
}
