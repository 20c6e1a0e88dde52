import { checkChoice, checkNumber, rangeError, typeError } from "../../../engine/errors.ts";
import { checkSnapshot } from "../../learner.ts";
import { checkVector } from "../../vectors.ts";
import {
  checkFinite,
  checkSimulator,
  drawIndex,
  type EpisodicSimulator,
  type FiniteSimulator,
} from "../environments/simulator.ts";
import { checkKnown, tablesOf } from "../environments/tables.ts";
import {
  checkSavedEpisode,
  episodesOf,
  type OpenEpisode,
  type SavedEpisode,
  suffixSums,
} from "../episode.ts";
import { checkSeries } from "../estimators/covariance.ts";
import { lazyCore } from "./lazy.ts";
import { type Core, type CoreSettings, type CovarianceMethod, streams } from "./policy-core.ts";
import { adversarialMdpSchedule, type MdpAlgorithm, type MdpSchedule, partsOf } from "./schedule.ts";
import { tabulatedCore } from "./tabulated.ts";

/** Options of {@link linearQPolicyOptimizer}. */
export interface LinearQOptions {
  algorithm: MdpAlgorithm;
  /** K, the number of episodes planned: it sets learning rate, bonus and regulariser. More may be played. */
  episodes: number;
  /** Policies as tables over numbered states (default where states are numbered), or computed when a state is met. */
  mode?: "tabulated" | "lazy";
  /**
   * How the covariance of the current policy's features is inverted: exactly, from the known dynamics (default where they
   * are known); from simulated trajectories (default elsewhere); or by matrix geometric resampling with c = 1/2.
   */
  covariance?: CovarianceMethod;
  /**
   * Fresh trajectories an episode for the magnitude-reduced estimator, default 64; with an exact covariance it takes the
   * exact expectation instead. "reuse" takes those of the covariance, which are not independent of it: a small bias.
   */
  fresh?: number | "reuse";
  /** Dilated bonuses from the known dynamics (default where they are known), or drawn. */
  bonus?: "exact" | "sampled";
  /** Largest number of actions; needed in lazy mode only. */
  actions?: number;
  /** Multipliers of the theory's learning rate, bonus and regulariser; default 1. */
  etaScale?: number;
  bonusScale?: number;
  gammaScale?: number;
  /** Names all random numbers; default 0. */
  seed?: number;
}

/** A policy optimiser as plain data. */
export interface LinearQSnapshot {
  kind: string;
  version: number;
  algorithm: MdpAlgorithm;
  mode: "tabulated" | "lazy";
  seed: number;
  schedule: MdpSchedule;
  /** Episodes learned from. */
  episodes: number;
  leastScaledEstimate: number | null;
  learned: unknown;
  open: SavedEpisode<number[]> | null;
}

/** Learns a policy over episodes whose losses may change in any way. */
export interface LinearQPolicyOptimizer<State> {
  readonly schedule: MdpSchedule;
  /** Episodes learned from. */
  readonly episodes: number;
  /** The open episode, or null. */
  readonly open: OpenEpisode<State> | null;
  /**
   * Smallest `eta Qhat` so far: below -1 nothing is promised of Hedge. Infinity before the first episode. In lazy mode only
   * of pairs that were met or drawn.
   */
  readonly leastScaledEstimate: number;
  /** Starts an episode; one at a time. */
  begin(): OpenEpisode<State>;
  /** The current policy in a state: a distribution over its actions. */
  policy(layer: number, state: State): Float64Array;
  /** All of it as JSON, the open episode included. */
  snapshot(): LinearQSnapshot;
  /** Takes over a snapshot of an optimiser with the same simulator and options; throws and stays as it was for any other. */
  restore(snapshot: LinearQSnapshot): void;
}

const kind = "minimand/linear-q-policy-optimizer";
const version = 1;

/**
 * Policy optimisation in an adversarial MDP with linear Q-functions and a simulator. Every state runs follow the
 * regularised leader on estimates of its Q-values less a dilated bonus:
 * `pi_k(. | s) = FTRL(sum_{j<k} Qhat_j(s, .) - B_j(s, .))`.
 *
 * Losses are seen along the played path only and must be in [0, 1]; features must have norm at most 1. The real process may
 * be elsewhere: `begin()`, then for each layer `choose(state)` and `feedback(loss)`, then `end()`.
 *
 * @param simulator the dynamics, and features in which the Q-function of every policy is linear
 * @throws TypeError, RangeError for what is not a simulator, unknown algorithms, options that ask for dynamics that are not
 * known, features longer than 1, numbers outside their range
 *
 * @example
 * const agent = linearQPolicyOptimizer(simulator, { algorithm: "log-barrier", episodes: 1000, etaScale: 30, bonusScale: 0 });
 * const episode = agent.begin();
 * const { action, propensity } = episode.choose(state);
 * episode.feedback(loss);
 * @see arXiv 2301.12942, Algorithms 1 and 2; predecessor: arXiv 2107.08346, Algorithm 1
 */
export function linearQPolicyOptimizer(
  simulator: FiniteSimulator,
  options: LinearQOptions,
): LinearQPolicyOptimizer<number>;
export function linearQPolicyOptimizer<State>(
  simulator: EpisodicSimulator<State>,
  options: LinearQOptions,
): LinearQPolicyOptimizer<State>;
export function linearQPolicyOptimizer<State>(
  simulator: EpisodicSimulator<State>,
  options: LinearQOptions,
): LinearQPolicyOptimizer<State> {
  checkSimulator(simulator);
  const { algorithm, seed = 0 } = options;
  const { horizon, dim } = simulator;
  checkNumber("seed", seed, { integer: true });
  const finite = "states" in simulator;
  const { mode = finite ? "tabulated" : "lazy" } = options;
  checkChoice("mode", mode, ["tabulated", "lazy"]);
  const { schedule, core } =
    mode === "tabulated" ? tabulated(simulator as unknown, options) : lazy(simulator, options);
  let episodes = 0;
  let least = Infinity;
  const played = episodesOf<State, number[]>({
    horizon,
    index: () => episodes,
    act(layer, state) {
      const propensities = core.policyAt(layer, state as never);
      const random = streams.action(seed, episodes, layer);
      const action = drawIndex(propensities, 0, propensities.length, random);
      return { action, propensities, note: [...core.featuresAt(layer, state as never, action)] };
    },
    learn(notes, losses) {
      const chosen = notes.map((phi) => Float64Array.from(phi));
      least = Math.min(least, schedule.eta * core.learn(episodes, chosen, suffixSums(losses)));
      episodes++;
    },
  });
  const fixed = { kind, version, algorithm, mode, seed, schedule };

  return {
    schedule,
    get episodes() {
      return episodes;
    },
    get open() {
      return played.open();
    },
    get leastScaledEstimate() {
      return least;
    },
    begin: played.begin,
    policy(layer, state) {
      checkNumber("layer", layer, { min: 0, max: horizon - 1, integer: true });
      return core.policyAt(layer, state as never);
    },
    snapshot: () => ({
      ...structuredClone(fixed),
      episodes,
      leastScaledEstimate: least === Infinity ? null : least,
      learned: core.save(),
      open: played.save(),
    }),
    restore(snapshot) {
      checkSnapshot("an MDP learner", snapshot, fixed);
      checkNumber("snapshot.episodes", snapshot.episodes, { min: 0, integer: true });
      if (snapshot.leastScaledEstimate !== null)
        checkNumber("snapshot.leastScaledEstimate", snapshot.leastScaledEstimate);
      checkSavedEpisode(snapshot.open, horizon, (name, note) => checkVector(name, note, dim));
      const put = core.load(snapshot.learned, snapshot.episodes);
      put();
      episodes = snapshot.episodes;
      least = snapshot.leastScaledEstimate ?? Infinity;
      played.load(snapshot.open);
    },
  };
}

interface Made {
  schedule: MdpSchedule;
  core: Core<never>;
}

function tabulated(simulator: unknown, options: LinearQOptions): Made {
  checkFinite(simulator);
  const tables = tablesOf(simulator);
  const known = tables.start !== null && tables.layers.every(({ next }) => next !== null);
  const schedule = scheduleFor(tables, options, tables.actions);
  const covariance = covarianceFor(options.covariance ?? (known ? { kind: "exact" } : undefined), {
    ...schedule,
    ...tables,
    episodes: options.episodes,
  });
  if (covariance.kind === "exact") checkKnown(tables, "an exact covariance");
  const { bonus = known ? "exact" : "sampled" } = options;
  checkChoice("bonus", bonus, ["exact", "sampled"]);
  if (bonus === "exact") checkKnown(tables, "exact bonuses");
  const settings = settingsFor(options, schedule, covariance, bonus === "exact");
  return { schedule, core: tabulatedCore(simulator, tables, settings) };
}

function lazy<State>(simulator: EpisodicSimulator<State>, options: LinearQOptions): Made {
  if (typeof simulator.key !== "function")
    throw typeError("simulator.key", "a function, in lazy mode", simulator.key);
  if (options.bonus === "exact") throw rangeError("bonus", '"sampled", in lazy mode', options.bonus);
  checkNumber("actions", options.actions, { min: 2, integer: true });
  const schedule = scheduleFor(simulator, options, options.actions);
  const size = { ...schedule, dim: simulator.dim, episodes: options.episodes };
  const covariance = covarianceFor(options.covariance, size);
  if (covariance.kind === "exact")
    throw rangeError("covariance.kind", '"empirical" or "mgr", in lazy mode', covariance.kind);
  return { schedule, core: lazyCore(simulator, settingsFor(options, schedule, covariance, false)) };
}

function scheduleFor(
  { horizon, dim }: { horizon: number; dim: number },
  { algorithm, episodes, etaScale, bonusScale, gammaScale }: LinearQOptions,
  actions: number,
): MdpSchedule {
  return adversarialMdpSchedule({
    algorithm,
    horizon,
    dim,
    actions,
    episodes,
    etaScale,
    bonusScale,
    gammaScale,
  });
}

/** The default, `(d / gamma) ln(d K)` trajectories, is the theory's order; no more than a thousand. */
function covarianceFor(
  method: CovarianceMethod | undefined,
  { gamma, dim, episodes }: { gamma: number; dim: number; episodes: number },
): CovarianceMethod {
  if (method === undefined) {
    const wanted = Math.ceil((dim / gamma) * Math.log(dim * episodes));
    return { kind: "empirical", rollouts: Math.min(1000, Math.max(1, wanted)) };
  }
  checkChoice("covariance.kind", method?.kind, ["exact", "empirical", "mgr"]);
  if (method.kind === "empirical")
    checkNumber("covariance.rollouts", method.rollouts, { min: 1, integer: true });
  if (method.kind === "mgr") {
    checkNumber("covariance.batches", method.batches, { min: 1, integer: true });
    checkNumber("covariance.length", method.length, { min: 1, integer: true });
    checkSeries(gamma, 0.5);
  }
  return method;
}

function settingsFor(
  { algorithm, fresh = 64, seed = 0 }: LinearQOptions,
  schedule: MdpSchedule,
  covariance: CovarianceMethod,
  exactBonus: boolean,
): CoreSettings {
  if (fresh !== "reuse") checkNumber("fresh", fresh, { min: 1, integer: true });
  return { schedule, ...partsOf[algorithm], covariance, fresh, exactBonus, seed };
}
