import { checkNumber, type OptionNames, readOptions } from "minimand/engine";
import { addOuterToFactor, solveFactored, solveLower } from "minimand/internals";
import { inner, plusScaled } from "../../vectors.ts";
import { checkDomain, type Domain, startIn } from "../domains/domain.ts";
import type { GradientLimit } from "../gradient-limit.ts";
import { freshState, type LearnerState } from "../learner-state.ts";
import { makeLearner } from "../make-learner.ts";
import type { OnlineLearner } from "../online-learner.ts";
import type { DomainOptions } from "./optimistic-omd.ts";

export interface ExpConcaveOptions extends DomainOptions {
  /** No gradient is longer; > 0. */
  G: number;
  onExcess?: GradientLimit["onExcess"];
  /** `exp(-alpha f_t)` is concave on the domain; > 0. A squared error `(a.x - b)^2 / 2` has alpha = 1 / max (a.x - b)^2. */
  alpha: number;
  /** D in beta or gamma; default the domain's diameter. */
  D?: number;
}

type NewtonState = LearnerState & { z: Float64Array; H: Float64Array; L: Float64Array };

/** A learner that keeps a matrix `H = scale I + sum g g^T` and its Cholesky factor. */
export interface NewtonLearner extends OnlineLearner {
  /** H (or A) of the next decision, `[dimension, dimension]`, a copy. */
  matrix(): Float64Array;
}

function newtonState(domain: Domain, x0: ArrayLike<number> | undefined, scale: number): NewtonState {
  const n = domain.dimension;
  const [H, L] = [new Float64Array(n * n), new Float64Array(n * n)];
  for (let i = 0; i < n; i++) {
    H[i * n + i] = scale;
    L[i * n + i] = Math.sqrt(scale);
  }
  return { ...freshState(n), z: startIn(domain, x0), H, L };
}

/** `H += factor g g^T`, and its factor. O(n^2). */
function addOuter({ H, L }: NewtonState, gradient: Float64Array, factor: number): void {
  const n = gradient.length;
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) H[i * n + j] += factor * gradient[i] * gradient[j];
  const root = Math.sqrt(factor);
  addOuterToFactor(
    L,
    n,
    gradient.map((g) => root * g),
  );
}

/** `v^T H^-1 v`. */
function inverseSquare({ L }: NewtonState, v: Float64Array): number {
  const w = solveLower(L, v.length, v);
  return inner(w, w);
}

const expConcaveOptions: OptionNames<ExpConcaveOptions> = {
  domain: true,
  x0: true,
  G: true,
  onExcess: true,
  alpha: true,
  D: true,
};

function exponentOf({ domain, G, alpha, D }: ExpConcaveOptions): { D: number; exponent: number } {
  checkDomain(domain);
  checkNumber("G", G, { above: 0 });
  checkNumber("alpha", alpha, { above: 0 });
  const diameter = D ?? domain.diameter;
  checkNumber("D", diameter, { above: 0 });
  return { D: diameter, exponent: 0.5 * Math.min(1 / (4 * G * diameter), alpha) };
}

/**
 * Optimistic online mirror descent for exp-concave losses: both steps in the norm of a matrix that grows with the gradients,
 *
 *     x_t = Proj^H(z_t - H_t^-1 M_t),   z_{t+1} = Proj^H(z_t - H_t^-1 g_t)
 *     H_t = (1 + beta G^2 / 2) I + (beta / 2) sum_{s<t} g_s g_s^T,   beta = min(1 / (4 G D), alpha) / 2
 *
 * Expected regret of the order `(d / alpha) log(sigma^2_{1:T} + Sigma^2_{1:T})`. A round takes O(d^2) and the projections, which
 * take O(d^3) outside a ball.
 *
 * @param options see {@link ExpConcaveOptions}
 * @throws TypeError, RangeError outside those ranges
 * @example
 * optimisticOmdExpConcave({ domain: ballDomain(3, 1), G: 2, alpha: 0.25 })
 * @see arXiv 2302.04552, section 4.3
 */
export function optimisticOmdExpConcave(options: ExpConcaveOptions): NewtonLearner {
  readOptions("optimisticOmdExpConcave", options, expConcaveOptions);
  const { exponent: beta } = exponentOf(options);
  const { domain, x0, G, onExcess } = options;
  const n = domain.dimension;
  const first = 1 + (beta * G * G) / 2;
  const state = newtonState(domain, x0, first);
  const stepFrom = (v: Float64Array) =>
    domain.projectInNorm(plusScaled(state.z, -1, solveFactored(state.L, n, v)), state.H);
  const learner = makeLearner({
    kind: "optimistic-omd-exp-concave",
    state,
    limit: { G, onExcess },
    standsAt: () => state.z,
    play(m) {
      state.x = stepFrom(m);
      return undefined;
    },
    learn(gradient) {
      const z = stepFrom(gradient);
      state.price += inverseSquare(state, plusScaled(gradient, -1, state.hint));
      addOuter(state, gradient, beta / 2);
      state.z = z;
    },
    bound: (path) => (path === 0 ? (domain.diameter ** 2 / 2) * first + 2 * state.price : null),
  });
  return { ...learner, matrix: () => state.H.slice() };
}

/**
 * Online Newton step, the baseline for exp-concave losses: `A_t = eps I + sum_{s<=t} g_s g_s^T`,
 * `x_{t+1} = Proj^A(x_t - A_t^-1 g_t / gamma)`, `gamma = min(1 / (4 G D), alpha) / 2`, `eps = 1 / (gamma D)^2`.
 *
 * @param options see {@link ExpConcaveOptions}
 * @throws TypeError, RangeError outside those ranges
 * @example
 * onlineNewton({ domain: ballDomain(3, 1), G: 2, alpha: 0.25 })
 * @see Hazan, Agarwal, Kale 2007, "Logarithmic regret algorithms for online convex optimization", Machine Learning 69
 */
export function onlineNewton(options: ExpConcaveOptions): NewtonLearner {
  readOptions("onlineNewton", options, expConcaveOptions);
  const { D, exponent: gamma } = exponentOf(options);
  const { domain, x0, G, onExcess } = options;
  const n = domain.dimension;
  const state = newtonState(domain, x0, 1 / (gamma * D) ** 2);
  const learner = makeLearner({
    kind: "online-newton",
    state,
    limit: { G, onExcess },
    play() {
      state.x = state.z.slice();
      return undefined;
    },
    learn(gradient) {
      const next = { ...state, H: state.H.slice(), L: state.L.slice() };
      addOuter(next, gradient, 1);
      const ahead = plusScaled(state.z, -1 / gamma, solveFactored(next.L, n, gradient));
      const z = domain.projectInNorm(ahead, next.H);
      state.price += inverseSquare(next, gradient);
      Object.assign(state, { H: next.H, L: next.L, z });
    },
    // The analysis of the step: sum g^T A^-1 g / (2 gamma) + gamma eps D^2 / 2.
    bound: (path) =>
      path === 0 ? state.price / (2 * gamma) + ((gamma / 2) * domain.diameter ** 2) / (gamma * D) ** 2 : null,
  });
  return { ...learner, matrix: () => state.H.slice() };
}
