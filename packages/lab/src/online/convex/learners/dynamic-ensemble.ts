import { checkNumber, rangeError, readOptions } from "minimand/engine";
import { inner, plusScaled, squaredDistance } from "../../vectors.ts";
import { checkDomain, startIn } from "../domains/domain.ts";
import type { GradientLimit } from "../gradient-limit.ts";
import { freshState } from "../learner-state.ts";
import { makeLearner } from "../make-learner.ts";
import type { OnlineLearner } from "../online-learner.ts";
import type { DomainOptions } from "./optimistic-omd.ts";
import { normalised } from "./optimistic-omd-entropy.ts";

export interface EnsembleOptions extends DomainOptions {
  /** No gradient is longer; > 0. */
  G: number;
  onExcess?: GradientLimit["onExcess"];
  /** Smoothness of the expected losses; > 0. */
  L: number;
  /** T, an integer >= 1, from which the pool of steps is made. More rounds may come; the theorem then no longer speaks. */
  horizon: number;
  /** Default the domain's diameter. */
  D?: number;
  /** Steps of the experts, each > 0; default {@link ensemblePool}. */
  pool?: readonly number[];
  /** Price of an expert's movement, >= 0; default 2 L. */
  correction?: number;
}

/** An ensemble that shows the weights of its experts. */
export interface EnsembleLearner extends OnlineLearner {
  readonly pool: readonly number[];
  /** Weights of the last decision, `[experts]`, sum 1; a copy. */
  weights(): Float64Array;
}

/**
 * Returns the experts' steps: `eta_i = min(1 / (8 L), 2^(i-1) D / (G sqrt(8 T)))`, i = 1..N, with
 * `N = ceil(log2(G^2 T / (8 L^2 D^2)) / 2) + 1`, at least 1.
 *
 * @example
 * ensemblePool({ D: 2, G: 1, L: 1, horizon: 1000 }).length // 4
 */
export function ensemblePool({
  D,
  G,
  L,
  horizon,
}: {
  D: number;
  G: number;
  L: number;
  horizon: number;
}): number[] {
  for (const [name, value] of Object.entries({ D, G, L })) checkNumber(name, value, { above: 0 });
  checkNumber("horizon", horizon, { min: 1, integer: true });
  const count = Math.ceil(0.5 * Math.log2((G * G * horizon) / (8 * L * L * D * D))) + 1;
  return Array.from({ length: Math.max(1, count) }, (_, i) =>
    Math.min(1 / (8 * L), (D / (G * Math.sqrt(8 * horizon))) * 2 ** i),
  );
}

/**
 * Returns the two-layer algorithm for dynamic regret with convex, smooth expected losses: optimistic mirror descents with different
 * constant steps, combined by optimistic exponential weights that charge an expert for its movement,
 *
 *     x_t = sum_i p_{t,i} x_{t,i},   p_{t,i} ~ exp(-eps_t (sum_{s<t} l_{s,i} + m_{t,i})),   one gradient g_t at x_t a round
 *     l_{t,i} = <g_t, x_{t,i}> + c_{t,i},   m_{t,i} = <M_t, x_{t,i}> + c_{t,i},   c_{t,i} = 2 L ||x_{t,i} - x_{t-1,i}||^2
 *     eps_t = min(1 / (8 D^2 L), sqrt(ln N / (D^2 V_{t-1})))
 *
 * Expected dynamic regret of the order `P_T + sqrt(1 + P_T) (sqrt(sigma^2_{1:T}) + sqrt(Sigma^2_{1:T}))`, without knowing P_T.
 * A hint given as a vector is M_t for the experts and for the weights; one given as a function is evaluated at
 * `sum_i p_{t-1,i} x_{t,i}` and used for the weights only. O(N d) a round.
 *
 * @param options see {@link EnsembleOptions}
 * @throws TypeError, RangeError outside those ranges
 * @example
 * dynamicEnsemble({ domain: ballDomain(2, 1), G: 3, L: 1, horizon: 1000 })
 * @see arXiv 2302.04552, section 4.4 (dynamic regret); Zhao, Zhang, Zhang, Zhou 2024, JMLR 25, for the ensemble
 */
export function dynamicEnsemble(options: EnsembleOptions): EnsembleLearner {
  const { domain, G, L, onExcess, horizon, x0 } = readOptions("dynamicEnsemble", options, {
    domain: true,
    x0: true,
    G: true,
    onExcess: true,
    L: true,
    horizon: true,
    D: true,
    pool: true,
    correction: true,
  });
  checkDomain(domain);
  const { D = domain.diameter, correction = 2 * L } = options;
  const { pool = ensemblePool({ D, G, L, horizon }) } = options;
  for (const [name, value] of Object.entries({ D, G, L })) checkNumber(name, value, { above: 0 });
  checkNumber("horizon", horizon, { min: 1, integer: true });
  checkNumber("correction", correction, { min: 0 });
  if (pool.length === 0) throw rangeError("pool", "one step or more", pool);
  pool.forEach((step, i) => {
    checkNumber(`pool[${i}]`, step, { above: 0 });
  });
  const [n, N] = [domain.dimension, pool.length];
  const start = startIn(domain, x0);
  const repeated = () => Float64Array.from({ length: N * n }, (_, i) => start[i % n]);
  const state = {
    ...freshState(n),
    stand: repeated(),
    experts: repeated(),
    weights: new Float64Array(N).fill(1 / N),
    losses: new Float64Array(N),
    charges: new Float64Array(N),
    charged: new Float64Array(N),
    expertHint: new Float64Array(n),
    expertError: 0,
  };
  const at = (rows: Float64Array, i: number) => rows.subarray(i * n, (i + 1) * n);
  const stepAll = (vector: Float64Array) => {
    const rows = new Float64Array(N * n);
    pool.forEach((step, i) => {
      rows.set(domain.project(plusScaled(at(state.stand, i), -step, vector)), i * n);
    });
    return rows;
  };
  const combined = (rows: Float64Array, weights: Float64Array) => {
    const x = new Float64Array(n);
    weights.forEach((p, i) => {
      for (let j = 0; j < n; j++) x[j] += p * rows[i * n + j];
    });
    return x;
  };

  const learner = makeLearner({
    kind: "dynamic-ensemble",
    state,
    limit: { G, onExcess },
    standsAt: () => combined(stepAll(state.previous), state.weights),
    play(m, pointwise) {
      const expertHint = pointwise ? state.previous : m;
      const experts = stepAll(expertHint);
      const first = state.rounds === 0;
      const charges = Float64Array.from(pool, (_, i) =>
        first ? 0 : correction * squaredDistance(at(experts, i), at(state.experts, i)),
      );
      const rate = 1 / (8 * D * D * L);
      const step =
        state.hintError === 0 ? rate : Math.min(rate, Math.sqrt(Math.log(N) / state.hintError) / D);
      const weights = normalised(
        charges.map((charge, i) => -step * (state.losses[i] + inner(m, at(experts, i)) + charge)),
      );
      Object.assign(state, { experts, charges, weights, step, x: combined(experts, weights) });
      state.expertHint.set(expertHint);
      return undefined;
    },
    learn(gradient) {
      const stand = stepAll(gradient);
      let [least, most] = [Infinity, -Infinity];
      for (let i = 0; i < N; i++) {
        const expert = at(state.experts, i);
        state.losses[i] += inner(gradient, expert) + state.charges[i];
        state.charged[i] += state.charges[i];
        const surprise = inner(gradient, expert) - inner(state.hint, expert);
        [least, most] = [Math.min(least, surprise), Math.max(most, surprise)];
      }
      state.stand = stand;
      state.price += (state.step / 2) * ((most - least) / 2) ** 2;
      state.expertError += squaredDistance(gradient, state.expertHint);
    },
    // Exponential weights against expert i, what was charged to it, and its own regret.
    bound(path) {
      const { diameter } = domain;
      const own = pool.map(
        (step, i) =>
          state.charged[i] +
          (diameter ** 2 + 2 * diameter * path) / (2 * step) +
          (step / 2) * state.expertError,
      );
      return (N === 1 ? 0 : Math.log(N) / state.step) + state.price + Math.min(...own);
    },
  });
  return { ...learner, pool: [...pool], weights: () => state.weights.slice() };
}
