import { rangeError, readOptions } from "minimand/engine";
import { checkedVector } from "../../vectors.ts";
import { freshState } from "../learner-state.ts";
import { makeLearner } from "../make-learner.ts";
import type { OnlineLearner } from "../online-learner.ts";

/**
 * Optimistic mirror descent with negative entropy on the simplex (optimistic Hedge):
 * `x_t,i ~ z_t,i exp(-eta M_i)`, `z_{t+1},i ~ z_t,i exp(-eta g_i)`, each divided by its sum; `M_t = g_{t-1}` unless hinted.
 *
 * @param options `dimension` integer >= 2; `eta` > 0, the same in all rounds; `x0`: positive numbers with sum 1, default equal
 * @throws TypeError, RangeError outside those ranges
 * @example
 * optimisticOmdEntropy({ dimension: 3, eta: 0.5 }).predict() // [0.3333, 0.3333, 0.3333]
 * @see arXiv 2302.04552, section 3 (the framework); Rakhlin, Sridharan 2013, NeurIPS, for its regret
 */
export function optimisticOmdEntropy(options: {
  dimension: number;
  eta: number;
  x0?: ArrayLike<number>;
}): OnlineLearner {
  const { dimension, eta } = readOptions("optimisticOmdEntropy", options, {
    dimension: { min: 2, integer: true },
    eta: { above: 0 },
    x0: true,
  });
  const start = checkedVector("x0", options.x0 ?? new Float64Array(dimension).fill(1 / dimension), dimension);
  let sum = 0;
  for (const value of start) {
    if (!(value > 0)) throw rangeError("x0", "numbers > 0", value);
    sum += value;
  }
  if (Math.abs(sum - 1) > 1e-9) throw rangeError("x0", "numbers with sum 1", sum);
  const farthest = -Math.log(Math.min(...start));
  // Logarithms of the weights: they neither overflow nor die out.
  const state = { ...freshState(dimension), logs: start.map(Math.log) };
  const after = (vector: Float64Array) => {
    const moved = state.logs.map((value, i) => value - eta * vector[i]);
    const largest = Math.max(...moved);
    return moved.map((value) => value - largest);
  };
  return makeLearner({
    kind: "optimistic-omd-entropy",
    state,
    standsAt: () => normalised(state.logs),
    play(m) {
      state.x = normalised(after(m));
      state.step = eta;
      return undefined;
    },
    learn(gradient) {
      let largest = 0;
      for (let i = 0; i < dimension; i++) largest = Math.max(largest, Math.abs(gradient[i] - state.hint[i]));
      state.logs = after(gradient);
      state.price += (eta / 2) * largest ** 2;
    },
    bound: (path) => (path === 0 ? farthest / eta + state.price : null),
  });
}

/** Returns weights with sum 1 from logarithms. */
export function normalised(logs: ArrayLike<number>): Float64Array {
  let largest = -Infinity;
  for (let i = 0; i < logs.length; i++) largest = Math.max(largest, logs[i]);
  const weights = Float64Array.from(logs, (value) => Math.exp(value - largest));
  const sum = weights.reduce((a, b) => a + b, 0);
  return weights.map((value) => value / sum);
}
