import { checkNumber, readOptions } from "minimand/engine";
import { plusScaled, squaredDistance } from "../../vectors.ts";
import { checkDomain, type Domain, startIn } from "../domains/domain.ts";
import type { GradientLimit } from "../gradient-limit.ts";
import { freshState, type LearnerState } from "../learner-state.ts";
import { type LearnerCore, makeLearner } from "../make-learner.ts";
import type { OnlineLearner } from "../online-learner.ts";

/** What all learners on a domain take. */
export interface DomainOptions {
  domain: Domain;
  /** Where to start, a point of the domain; default its centre. */
  x0?: ArrayLike<number>;
}

export interface OptimisticOmdOptions extends DomainOptions, GradientLimit {
  /** > 0, default 1; the paper leaves it free. */
  delta?: number;
  /** D in the step's numerator, > 0; default the domain's diameter, as in the theorem. A multiple scales all steps. */
  D?: number;
}

/**
 * Optimistic online mirror descent with Euclidean steps, for convex losses: two projected steps a round, the first with a
 * guess of the gradient to come, both from `z_t` and with the same `eta_t`:
 *
 *     x_t = Proj(z_t - eta_t M_t),   z_{t+1} = Proj(z_t - eta_t g_t),   M_t = g_{t-1} (M_1 = 0) unless hinted
 *     eta_t = D / sqrt(delta + 4 G^2 + sum_{s<t} ||g_s - M_s||^2)
 *
 * Its expected regret is of the order `sqrt(sigma^2_{1:T}) + sqrt(Sigma^2_{1:T})` for smooth expected losses: noise and drift
 * that are there count, not the largest gradient. Single losses need not be convex for that, only their expectations.
 *
 * @param options see {@link OptimisticOmdOptions}
 * @throws TypeError, RangeError for options outside their ranges; `predict` and `update` as {@link OnlineLearner} says
 * @example
 * const learner = optimisticOmd({ domain: ballDomain(2, 1), G: 3 });
 * const x = learner.predict();
 * learner.update([0.5, -1]);
 * @see Chen, Zhang, Tu, Zhao, Zhang 2023, arXiv 2302.04552, section 4.1; Wang et al. 2025 for the step with 4 G^2
 */
export function optimisticOmd(options: OptimisticOmdOptions): OnlineLearner {
  const { domain, G, onExcess, delta } = readOptions("optimisticOmd", options, {
    domain: true,
    x0: true,
    G: true,
    onExcess: true,
    delta: [1, { above: 0 }],
    D: true,
  });
  checkDomain(domain);
  if (G !== "running") checkNumber("G", G, { above: 0 });
  const { D = domain.diameter } = options;
  checkNumber("D", D, { above: 0 });
  const stepAt = (s: LearnerState) =>
    D / Math.sqrt(delta + 4 * (G === "running" ? s.largest : G) ** 2 + s.hintError);
  const core = omdCore("optimistic-omd", options, stepAt);
  const { diameter } = domain;
  return makeLearner({
    ...core,
    limit: { G, onExcess },
    // sum_t <g_t, x_t - u_t> <= (D^2 + 2 D P) / (2 eta_T) + sum_t (eta_t / 2) ||g_t - M_t||^2, as the steps don't grow.
    bound: (path) => (diameter ** 2 + 2 * diameter * path) / (2 * core.state.step) + core.state.price,
  });
}

/**
 * The same for strongly convex losses: `eta_t = 2 / (lambda t)`. Expected regret of the order
 * `(sigma^2_max + Sigma^2_max) / lambda` times a logarithm.
 *
 * @param options `domain`, `x0`; `lambda` > 0: strong convexity of the expected losses; `G` if gradients shall be checked
 * @throws TypeError, RangeError outside those ranges
 * @example
 * optimisticOmdStronglyConvex({ domain: ballDomain(2, 1), lambda: 0.5 })
 * @see arXiv 2302.04552, section 4.2
 */
export function optimisticOmdStronglyConvex(
  options: DomainOptions & { lambda: number } & Partial<GradientLimit>,
): OnlineLearner {
  const { domain, lambda, G, onExcess } = readOptions("optimisticOmdStronglyConvex", options, {
    domain: true,
    x0: true,
    lambda: { above: 0 },
    G: true,
    onExcess: true,
  });
  checkDomain(domain);
  if (G !== undefined && G !== "running") checkNumber("G", G, { above: 0 });
  const core = omdCore("optimistic-omd-strongly-convex", options, (s) => 2 / (lambda * (s.rounds + 1)));
  return makeLearner({
    ...core,
    limit: { G, onExcess },
    learn(gradient) {
      // A hint before anything was seen is not paid for by the curvature.
      const early = core.state.rounds === 0 ? (lambda / 4) * squaredDistance(core.state.x, core.state.z) : 0;
      core.learn(gradient, gradient);
      core.state.price += early;
    },
    // The curvature pays for the growth of 1 / eta_t: only the errors of the hints remain.
    bound: (path) => (path === 0 ? core.state.price : null),
  });
}

type OmdState = LearnerState & { z: Float64Array };

/** The two projected steps, with any rule for the step. */
function omdCore(
  kind: string,
  { domain, x0 }: DomainOptions,
  stepAt: (state: LearnerState) => number,
): LearnerCore<OmdState, ArrayLike<number>> & { state: OmdState } {
  const state: OmdState = { ...freshState(domain.dimension), z: startIn(domain, x0) };
  return {
    kind,
    state,
    standsAt: () => state.z,
    play(m) {
      const step = stepAt(state);
      state.x = domain.project(plusScaled(state.z, -step, m));
      state.step = step;
      return undefined;
    },
    learn(gradient) {
      const { step } = state;
      state.z = domain.project(plusScaled(state.z, -step, gradient));
      state.price += (step / 2) * squaredDistance(gradient, state.hint);
    },
  };
}
