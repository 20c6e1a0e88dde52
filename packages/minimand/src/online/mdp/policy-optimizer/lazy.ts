import { checkNumber, rangeError, typeError } from "../../../engine/errors.ts";
import type { RandomSource } from "../../../engine/random.ts";
import { checkVector, innerAt } from "../../vectors.ts";
import { checkFeatures } from "../checks.ts";
import { drawIndex, type EpisodicSimulator } from "../environments/simulator.ts";
import { localBonusInto } from "../estimators/bonus.ts";
import { geometricSeries, symmetrised } from "../estimators/covariance.ts";
import { ftrlInto } from "../estimators/ftrl.ts";
import { addOuter, invertPositive, scaledIdentity, timesVector } from "../estimators/symmetric.ts";
import { type Core, type CoreSettings, hashOf, streams } from "./policy-core.ts";

/** What is kept of one episode and layer. */
interface Learned {
  /** Sigma^+. */
  sigma: Float64Array;
  /** Sigma^+ phi_k. */
  direction: Float64Array;
  suffixLoss: number;
  /** Sigma^+ phi_j of the fresh trajectories, row after row; empty for the plain estimator. */
  fresh: Float64Array;
}

/** A state that was asked about: its cumulative losses before each episode, as far as they were needed. */
interface Visited {
  actions: number;
  features: Float64Array;
  hash: number;
  /** Those before episode `first + i`. Without bonuses nobody asks about the past, and only the last one is kept. */
  before: Float64Array[];
  first: number;
}

/** Cumulative losses kept; those of states that came first are forgotten and computed again, to the same numbers. */
const mostKept = 500_000;

/**
 * Policies computed when a state is met, from all episodes so far: `O(K dim^2)` numbers are kept, and a new state takes
 * `O(k actions (dim^2 + bonuses))` operations. With bonuses, and states that don't recur, the work grows like
 * `(k actions)^(layers left)`: for horizons up to 3, or keys that lump states together.
 */
export function lazyCore<State>(simulator: EpisodicSimulator<State>, settings: CoreSettings): Core<State> {
  const { horizon, dim } = simulator;
  const { schedule, regularizer, estimator, covariance, fresh, seed } = settings;
  const { eta, beta, gamma } = schedule;
  const keyOf = simulator.key!.bind(simulator);
  /** `history[k][h]`. */
  let history: Learned[][] = [];
  const visited = new Map<string, Visited>();
  let kept = 0;

  function lookUp(layer: number, state: State): Visited {
    const key = keyOf(layer, state);
    if (typeof key !== "string") throw typeError("simulator.key", "a function that returns a string", key);
    const name = `${layer} ${key}`;
    const known = visited.get(name);
    if (known !== undefined) return known;
    const actions: unknown = simulator.actions(layer, state);
    checkNumber("simulator.actions", actions, { min: 1, integer: true });
    const features = new Float64Array(actions * dim);
    for (let a = 0; a < actions; a++) features.set(checkedFeatures(layer, state, a), a * dim);
    const entry = { actions, features, hash: hashOf(key), before: [new Float64Array(actions)], first: 0 };
    visited.set(name, entry);
    kept++;
    forget();
    return entry;
  }

  function forget(): void {
    for (const [name, { before }] of visited) {
      if (kept <= mostKept) return;
      visited.delete(name);
      kept -= before.length;
    }
  }

  function checkedFeatures(layer: number, state: State, action: number): ArrayLike<number> {
    const phi = simulator.features(layer, state, action);
    checkFeatures("simulator.features", phi, dim);
    return phi;
  }

  function policyOf(entry: Visited, losses: Float64Array): Float64Array {
    const policy = new Float64Array(entry.actions);
    ftrlInto(regularizer, policy, losses, 0, entry.actions, eta);
    return policy;
  }

  /** The policy of episode k in a state. */
  function policyBefore(k: number, layer: number, state: State): Float64Array {
    const entry = lookUp(layer, state);
    while (entry.first + entry.before.length <= k) advance(entry, layer, state);
    return policyOf(entry, entry.before[k - entry.first]);
  }

  /** Adds one more episode's losses and bonuses to those of a state. */
  function advance(entry: Visited, layer: number, state: State): void {
    const losses = entry.before[entry.before.length - 1];
    const k = entry.first + entry.before.length - 1;
    const next = losses.slice();
    const { direction, suffixLoss, fresh } = history[k][layer];
    for (let a = 0; a < entry.actions; a++)
      next[a] += estimateOf(entry.features, a, direction, suffixLoss, fresh);
    if (beta > 0) {
      const policy = policyOf(entry, losses);
      const bonus = localBonusesOf(entry, k, layer, policy);
      for (let a = 0; a < entry.actions; a++)
        next[a] -= bonus[a] + (1 + 1 / horizon) * bonusAfter(k, layer, state, entry, a);
    }
    if (beta > 0) {
      entry.before.push(next);
      kept++;
      return;
    }
    entry.before[0] = next;
    entry.first++;
  }

  function estimateOf(
    features: Float64Array,
    action: number,
    direction: Float64Array,
    loss: number,
    fresh: Float64Array,
  ): number {
    const u = innerAt(features, action * dim, direction);
    if (estimator === "plain") return u * loss;
    const count = fresh.length / dim;
    let m = 0;
    for (let j = 0; j < count; j++) {
      let along = 0;
      for (let i = 0; i < dim; i++) along += features[action * dim + i] * fresh[j * dim + i];
      m += Math.min(along, 0) / count;
    }
    return u * loss + horizon * (m - Math.min(u, 0));
  }

  function localBonusesOf(entry: Visited, k: number, layer: number, policy: Float64Array): Float64Array {
    const bonus = new Float64Array(entry.actions);
    const { sigma } = history[k][layer];
    localBonusInto(bonus, entry.features, 0, entry.actions, sigma, dim, policy, beta);
    return bonus;
  }

  /** B_k of a state and action that were drawn, once and for all, after this pair. */
  function bonusAfter(k: number, layer: number, state: State, entry: Visited, action: number): number {
    if (layer + 1 === horizon) return 0;
    const random = streams.bonus(seed, k, layer, entry.hash, action);
    const next = simulator.step(layer, state, action, random);
    const policy = policyBefore(k, layer + 1, next);
    const chosen = drawIndex(policy, 0, policy.length, random);
    const there = lookUp(layer + 1, next);
    const bonus = localBonusesOf(there, k, layer + 1, policy)[chosen];
    return bonus + (1 + 1 / horizon) * bonusAfter(k, layer + 1, next, there, chosen);
  }

  function rollout(k: number, random: RandomSource, visit: (layer: number, phi: Float64Array) => void): void {
    let state = simulator.start(random);
    for (let h = 0; h < horizon; h++) {
      const policy = policyBefore(k, h, state);
      const action = drawIndex(policy, 0, policy.length, random);
      visit(h, lookUp(h, state).features.slice(action * dim, (action + 1) * dim));
      if (h + 1 < horizon) state = simulator.step(h, state, action, random);
    }
  }

  /** Sigma^+ by layer, and the features they were made from. */
  function inverses(k: number): { sigmas: Float64Array[]; used: Float64Array[][] } {
    const random = streams.covariance(seed, k);
    const used = Array.from({ length: horizon }, (): Float64Array[] => []);
    if (covariance.kind === "mgr") {
      const { batches, length } = covariance;
      const series = used.map(() => geometricSeries(dim, gamma, 0.5));
      const sigmas = used.map(() => new Float64Array(dim * dim));
      for (let m = 0; m < batches; m++) {
        for (const one of series) one.restart();
        for (let n = 0; n < length; n++)
          rollout(k, random, (h, phi) => {
            series[h].next(phi, 0);
            used[h].push(phi);
          });
        for (const [h, one] of series.entries())
          for (let i = 0; i < dim * dim; i++) sigmas[h][i] += one.sum[i] / batches;
      }
      return { sigmas: sigmas.map((matrix) => symmetrised(matrix, dim)), used };
    }
    const count = covariance.kind === "empirical" ? covariance.rollouts : 0;
    const sigmas = used.map(() => scaledIdentity(dim, gamma));
    for (let i = 0; i < count; i++)
      rollout(k, random, (h, phi) => {
        addOuter(sigmas[h], dim, phi, 0, 1 / count);
        used[h].push(phi);
      });
    for (const matrix of sigmas) invertPositive(matrix, dim);
    return { sigmas, used };
  }

  function freshFeatures(k: number, used: Float64Array[][]): Float64Array[][] {
    if (estimator === "plain") return used.map(() => []);
    if (fresh === "reuse") return used;
    const random = streams.fresh(seed, k);
    const features = used.map((): Float64Array[] => []);
    for (let i = 0; i < fresh; i++) rollout(k, random, (h, phi) => features[h].push(phi));
    return features;
  }

  return {
    policyAt: (layer, state) => policyBefore(history.length, layer, state),
    featuresAt: (layer, state, action) => Float64Array.from(checkedFeatures(layer, state, action)),
    learn(k, chosen, suffix) {
      const { sigmas, used } = inverses(k);
      const others = freshFeatures(k, used);
      let least = Infinity;
      history.push(
        sigmas.map((sigma, h): Learned => {
          const times = (phi: Float64Array): Float64Array =>
            timesVector(sigma, dim, phi, 0, new Float64Array(dim));
          const flat = new Float64Array(others[h].length * dim);
          for (const [j, phi] of others[h].entries()) flat.set(times(phi), j * dim);
          const learned = { sigma, direction: times(chosen[h]), suffixLoss: suffix[h], fresh: flat };
          // States are asked about later, if ever: the smallest estimate is over what this episode met.
          for (const phi of [chosen[h], ...others[h]])
            least = Math.min(least, estimateOf(phi, 0, learned.direction, suffix[h], flat));
          return learned;
        }),
      );
      return least;
    },
    save: () =>
      history.map((layers) =>
        layers.map(({ sigma, direction, suffixLoss, fresh }) => ({
          sigma: [...sigma],
          direction: [...direction],
          suffixLoss,
          fresh: [...fresh],
        })),
      ),
    load(saved, episodes) {
      const loaded = restoredHistory(saved, episodes, horizon, dim);
      return () => {
        history = loaded;
        visited.clear();
        kept = 0;
      };
    },
  };
}

function restoredHistory(saved: unknown, episodes: number, horizon: number, dim: number): Learned[][] {
  if (!Array.isArray(saved)) throw typeError("snapshot.learned", "an array of episodes", saved);
  if (saved.length !== episodes) throw rangeError("snapshot.learned", `${episodes} episodes`, saved);
  return saved.map((layers, k) => {
    if (!Array.isArray(layers)) throw typeError(`snapshot.learned[${k}]`, "an array of layers", layers);
    if (layers.length !== horizon) throw rangeError(`snapshot.learned[${k}]`, `${horizon} layers`, layers);
    return layers.map((layer, h): Learned => {
      const place = `snapshot.learned[${k}][${h}]`;
      const { sigma, direction, suffixLoss, fresh } = (layer ?? {}) as Record<string, unknown>;
      checkVector(`${place}.sigma`, sigma, dim * dim);
      checkVector(`${place}.direction`, direction, dim);
      checkNumber(`${place}.suffixLoss`, suffixLoss, { min: 0, max: horizon });
      if (!Array.isArray(fresh)) throw typeError(`${place}.fresh`, "an array of numbers", fresh);
      if (fresh.length > 0) checkVector(`${place}.fresh`, fresh);
      if (fresh.length % dim !== 0) throw rangeError(`${place}.fresh`, `vectors of ${dim} numbers`, fresh);
      return {
        sigma: Float64Array.from(sigma),
        direction: Float64Array.from(direction),
        suffixLoss,
        fresh: Float64Array.from(fresh),
      };
    });
  });
}
