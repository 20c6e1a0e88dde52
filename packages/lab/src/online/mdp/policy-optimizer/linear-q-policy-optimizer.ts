import { checkChoice, checkNumber, readOptions } from "minimand/engine";
import { checkSnapshot } from "../../learner.ts";
import { checkVector } from "../../vectors.ts";
import {
  checkSimulator,
  drawIndex,
  type EpisodicSimulator,
  type FiniteSimulator,
} from "../environments/simulator.ts";
import { checkSavedEpisode, episodesOf, type SavedEpisode, suffixSums } from "../episode.ts";
import type { EpisodicLearner } from "../episodic-learner.ts";
import { type LinearQOptions, lazyFrom, tabulatedFrom } from "./linear-q-options.ts";
import { streams } from "./random-streams.ts";
import type { MdpAlgorithm, MdpSchedule } from "./schedule.ts";

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
export interface LinearQPolicyOptimizer<State> extends EpisodicLearner<State, LinearQSnapshot> {
  readonly schedule: MdpSchedule;
  /**
   * Smallest `eta Qhat` so far: below -1 nothing is promised of Hedge. Infinity before the first episode. In lazy mode only
   * of pairs that were met or drawn.
   */
  readonly leastScaledEstimate: number;
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
  const { algorithm, seed } = readOptions("linearQPolicyOptimizer", options, {
    algorithm: true,
    episodes: true,
    mode: true,
    covariance: true,
    fresh: true,
    bonus: true,
    actions: true,
    etaScale: true,
    bonusScale: true,
    gammaScale: true,
    seed: [0],
  });
  checkSimulator(simulator);
  const { horizon, dim } = simulator;
  checkNumber("seed", seed, { integer: true });
  const finite = "states" in simulator;
  const { mode = finite ? "tabulated" : "lazy" } = options;
  checkChoice("mode", mode, ["tabulated", "lazy"]);
  const { schedule, core } =
    mode === "tabulated" ? tabulatedFrom(simulator, options) : lazyFrom(simulator, options);
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
    kind,
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
