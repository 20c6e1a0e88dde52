import {
  combinationLock,
  type LayerTable,
  linearQPolicyOptimizer,
  type MdpLearner,
  randomLinearMdp,
  runEpisodes,
  switchingLosses,
  type TabularSimulator,
  tabularSimulator,
} from "@minimand/lab/online";
import { derive } from "minimand/engine";
import { armOf } from "./arms.ts";
import type { Choice, Study } from "./settings.ts";

/** One run of one arm in one environment. Equal seeds have the same environment and losses, whatever the arm. */
export interface LearningSpec extends Choice {
  kind: "learning";
  study: Study;
  arm: string;
  episodes: number;
  seed: number;
}

/** The regret along a run, its mean loss, and its smallest estimate. */
export interface LearningResult {
  points: { episodes: number; regret: number }[];
  /** Mean loss of an episode over the whole run. */
  meanLoss: number;
  /** Smallest `eta Qhat`; null for the uniform policy. */
  leastScaledEstimate: number | null;
}

const pointCount = 24;

/** Runs one arm in one environment; the same spec gives the same result. */
export function learningTrial(spec: LearningSpec): LearningResult {
  const { study, arm, episodes, seed, etaScale, bonusScale } = spec;
  const { simulator, lossOf } = environment(study, episodes, seed);
  const { algorithm, gammaScale, covariance } = armOf(arm);
  const checkpoints = Array.from({ length: pointCount }, (_, i) =>
    Math.ceil((episodes * (i + 1)) / pointCount),
  );
  const options = { episodes, checkpoints: [...new Set(checkpoints)], seed: derive(seed, 2) };
  const run = (learner: MdpLearner) => runEpisodes(learner, simulator, lossOf, options);
  const agent =
    algorithm === "uniform"
      ? null
      : linearQPolicyOptimizer(simulator, {
          algorithm,
          episodes,
          etaScale,
          bonusScale,
          gammaScale: gammaScale(simulator.horizon),
          covariance,
          seed: derive(seed, 3),
        });
  const points = run(agent ?? uniform(simulator));
  return {
    points: points.map(({ episodes, regret }) => ({ episodes, regret })),
    meanLoss: points[points.length - 1].loss / episodes,
    leastScaledEstimate: agent?.leastScaledEstimate ?? null,
  };
}

/** Dynamics and losses by study and seed. */
function environment(
  study: Study,
  episodes: number,
  seed: number,
): { simulator: TabularSimulator; lossOf: (episode: number) => LayerTable } {
  if (study === "lock") {
    const { simulator, loss } = combinationLock({ horizon: 6, actions: 2, seed });
    return { simulator, lossOf: () => loss };
  }
  if (study === "trap") return trap(episodes);
  const bandit = study !== "mdp";
  const size = bandit
    ? { horizon: 1, states: 1, actions: 6, dim: 3 }
    : { horizon: 3, states: 6, actions: 5, dim: 4 };
  const simulator = randomLinearMdp({ ...size, seed });
  const share = bandit ? 0 : 0.5;
  // Phases of 25 episodes are too short to be followed; eight phases get longer, and easier, with more episodes.
  const phases = study === "bandit" ? Math.max(2, Math.round(episodes / 25)) : 8;
  const lossOf = switchingLosses(simulator, { episodes, phases, share, seed: derive(seed, 1) });
  return { simulator, lossOf };
}

/**
 * Three actions in the plane: a short feature that is the best throughout, and two long ones to either side, which take turns in
 * being bad. Once both are played seldom, their difference is a direction that is hardly ever observed: a bad loss of one makes
 * the plain estimate of the other very negative.
 */
function trap(episodes: number): ReturnType<typeof environment> {
  const features = [
    [0.3, 0],
    [0.8, 0.6],
    [0.8, -0.6],
  ];
  const simulator = tabularSimulator({ features: [[features]], transition: [] });
  // theta = (0.625, 0.83) and (0.625, -0.83): losses 0.1875, and 1 and 0 in turns.
  const tables = [[[[0.1875, 1, 0]]], [[[0.1875, 0, 1]]]];
  return { simulator, lossOf: (k) => tables[Math.floor((8 * k) / episodes) % 2] };
}

/** Plays all actions with equal probability; learns nothing. */
function uniform({ actions }: TabularSimulator): MdpLearner {
  const policy = (layer: number, state: number): Float64Array => {
    const count = actions(layer, state);
    return new Float64Array(count).fill(1 / count);
  };
  // Regret is exact, so that it does not matter which action is taken.
  const nothing = (): void => {};
  return {
    policy,
    begin: () => ({
      index: 0,
      choose: () => ({
        id: 0,
        episode: 0,
        layer: 0,
        action: 0,
        propensity: 1,
        propensities: Float64Array.of(1),
      }),
      feedback: nothing,
      end: nothing,
      abandon: nothing,
    }),
  };
}
