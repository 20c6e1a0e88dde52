import { checkChoice, checkNumber, readOptions } from "minimand/engine";
import { innerAt } from "../../vectors.ts";
import type { Algorithm } from "../algorithm.ts";
import type { Bandit, BanditOptions } from "../bandit.ts";
import { type Arms, checkArms, predictions } from "../context.ts";
import { makeBandit, type SavedBandit } from "../make-bandit.ts";
import { checkSaved } from "../saved-arrays.ts";
import { type ContextBuffer, contextBuffer, covarianceInverses } from "./context-buffer.ts";
import { trianglesOf } from "./triangles.ts";

/** Options of {@link linExp3}. */
export interface LinExp3Options extends BanditOptions {
  /** Learning rate > 0; default 0.1. */
  eta?: number;
  /** Added to the covariances before they are inverted, > 0; default 0.01. */
  gamma?: number;
  /** Probability of a uniform choice, in [0, 1]; default 0.05. */
  exploration?: number;
  /** `entropy` (default): probabilities `~ exp(-eta loss)`; `log-barrier`: `1 / (eta (loss + nu))`. */
  regularizer?: "entropy" | "log-barrier";
  /** Contexts from which the covariances are estimated, the last `capacity`, anew every `refresh` decisions; default 100 and 50. */
  buffer?: { capacity: number; refresh: number };
}

interface State {
  cumulative: Float64Array;
  inverse: Float64Array;
  learned: number;
  buffer: ReturnType<ContextBuffer["state"]>;
}

/**
 * LinExp3: exponential weights on the summed estimates `theta = Sigma^-1 x loss` of linear losses, for losses that an
 * adversary may change; contexts come from a fixed distribution.
 *
 * `Sigma = gamma I + mean sum_a p(a|x) x x^T` of the policy, over a buffer of contexts; a decision keeps its `Sigma^-1 x`
 * until the reward comes. Losses are `1 - reward`, as shares of the range. `predicted` is 1 minus the mean of the estimated
 * losses so far, noisy and not bounded.
 *
 * @throws TypeError, RangeError for options outside of their ranges
 * @see Neu and Olkhovskaya 2020, arXiv 2002.00287; the log barrier: Dai et al. 2023, arXiv 2301.12942, algorithm 1 with H = 1
 */
export function linExp3(options: LinExp3Options): Bandit {
  readOptions("linExp3", options, {
    dim: true,
    arms: true,
    norm: true,
    rewardRange: true,
    seed: true,
    eta: true,
    gamma: true,
    exploration: true,
    regularizer: true,
    buffer: true,
  });
  return buildLinExp3(options);
}

/** Makes the bandit, new or from a snapshot. */
export function buildLinExp3(options: LinExp3Options, saved?: SavedBandit): Bandit {
  return makeBandit(options, (state?: State) => linExp3Algorithm(options, state), saved);
}

function linExp3Algorithm(options: LinExp3Options, saved?: State): Algorithm {
  const { dim, arms: fixed = 1, eta = 0.1, gamma = 0.01, exploration = 0.05 } = options;
  const { regularizer = "entropy", buffer: size = { capacity: 100, refresh: 50 } } = options;
  checkNumber("dim", dim, { min: 1, integer: true });
  checkArms(fixed);
  checkNumber("eta", eta, { above: 0 });
  checkNumber("gamma", gamma, { above: 0 });
  checkNumber("exploration", exploration, { min: 0, max: 1 });
  checkChoice("regularizer", regularizer, ["entropy", "log-barrier"]);
  checkNumber("buffer.capacity", size.capacity, { min: 1, integer: true });
  checkNumber("buffer.refresh", size.refresh, { min: 1, integer: true });
  const numbers = (fixed * dim * (dim + 1)) / 2;
  if (saved !== undefined) {
    checkSaved("cumulative", saved.cumulative, Float64Array, fixed * dim);
    checkSaved("inverse", saved.inverse, Float64Array, numbers);
  }
  const cumulative = saved?.cumulative ?? new Float64Array(fixed * dim);
  const buffer = contextBuffer(options, size.capacity, saved?.buffer);
  const covariances = trianglesOf(dim, saved?.inverse ?? new Float64Array(numbers));
  let learned = saved?.learned ?? 0;

  const lossOf = (slot: number, x: Float64Array): number => innerAt(cumulative, slot * dim, x);
  const policy = (losses: Float64Array): Float64Array => {
    const weights = regularizer === "entropy" ? hedge(losses, eta) : logBarrier(losses, eta);
    return weights.map((p) => (1 - exploration) * p + exploration / losses.length);
  };

  return {
    kind: "lin-exp3",
    propensities: "exact",
    decide(arms) {
      const losses = predictions(lossOf, arms);
      const predicted = losses.map((loss) => 1 - loss / Math.max(1, learned));
      return { predicted, propensities: losses.every(Number.isFinite) ? policy(losses) : losses };
    },
    chosen(arms: Arms) {
      const seen = buffer.push(arms);
      // Early on, whenever their number has doubled.
      if (seen % size.refresh === 0 || (seen < size.refresh && Number.isInteger(Math.log2(seen))))
        covarianceInverses(
          buffer,
          fixed,
          gamma,
          (of) => policy(predictions(lossOf, of)),
          covariances.matrices,
        );
    },
    memo(arms, action) {
      return covariances.times(arms.own ? action : 0, arms.rows[action]);
    },
    learn({ slot, memo }, reward) {
      if (memo === null) return;
      for (let i = 0; i < dim; i++) cumulative[slot * dim + i] += memo[i] * (1 - reward);
      learned++;
    },
    state: (): State => ({ cumulative, inverse: covariances.matrices, learned, buffer: buffer.state() }),
  };
}

/** `p ~ exp(-eta loss)`. */
export function hedge(losses: Float64Array, eta: number): Float64Array {
  const least = losses.reduce((a, b) => Math.min(a, b));
  const weights = losses.map((loss) => Math.exp(-eta * (loss - least)));
  const sum = weights.reduce((a, b) => a + b);
  return weights.map((w) => w / sum);
}

/** `p = 1 / (eta (loss + nu))` with sum 1; Newton's method from the left of the root stays there and converges. */
export function logBarrier(losses: Float64Array, eta: number): Float64Array {
  const least = losses.reduce((a, b) => Math.min(a, b));
  // In units of 1 / eta, from the least loss on: sum 1 / (gap + nu) = 1 with nu from 1 to the number of arms.
  const gaps = losses.map((loss) => eta * (loss - least));
  let nu = 1;
  for (let i = 0; i < 100; i++) {
    let [sum, slope] = [0, 0];
    for (const gap of gaps) {
      const p = 1 / (gap + nu);
      sum += p;
      slope += p * p;
    }
    const step = (sum - 1) / slope;
    nu += step;
    if (!(step > 1e-15 * nu)) break;
  }
  const weights = gaps.map((gap) => 1 / (gap + nu));
  const sum = weights.reduce((a, b) => a + b);
  return weights.map((w) => w / sum);
}
