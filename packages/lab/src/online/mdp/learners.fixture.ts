import { randomSource } from "minimand/engine";
import type { ConformingLearner } from "../conformance.fixture.ts";
import {
  bestPolicyDp,
  type EpisodicLearner,
  type LayerTable,
  type LinearQOptions,
  linearQPolicyOptimizer,
  policyEvaluationDp,
  type SimulatorFreeOptions,
  simulatorFreeLinearMdp,
  tabularSimulator,
} from "./index.ts";

type AnyLearner = EpisodicLearner<number, { kind: string; version: number }>;

/** Two layers; the second action alone leads to the second state, and it is the best one there as well. One-hot features. */
const oneHot = (i: number): number[] => [0, 1, 2, 3].map((j) => Number(i === j));
const mdp = tabularSimulator({
  features: [[[oneHot(0), oneHot(1)]], [0, 1].map((s) => [oneHot(2 * s), oneHot(2 * s + 1)])],
  transition: [
    [
      [
        [0.9, 0.1],
        [0.1, 0.9],
      ],
    ],
  ],
});
const loss: LayerTable = [
  [[0.5, 0.4]],
  [
    [1, 0.8],
    [0.9, 0.1],
  ],
];
const transition = [[[0, 1].map((a) => mdp.transition(0, 0, a))]];

function play(learner: AnyLearner, episodes: number, seed: number): unknown[] {
  const random = randomSource(seed);
  return Array.from({ length: episodes }, () => {
    const episode = learner.begin();
    const first = episode.choose(0);
    episode.feedback(loss[0][0][first.action]);
    const state = mdp.step(0, 0, first.action, random);
    const second = episode.choose(state);
    episode.feedback(loss[1][state][second.action]);
    episode.end();
    return [first, second];
  });
}

const lossOf = (policy: LayerTable): number =>
  policyEvaluationDp({ loss, transition, policy })[0][0].reduce((sum, q, a) => sum + policy[0][0][a] * q, 0);

/** By exact values of policies, so that chance plays no part in the end. */
function leftToLearn(learner: AnyLearner, episodes: number): number {
  play(learner, episodes, 7);
  const best = bestPolicyDp({ loss, transition }).value[0][0];
  const own = lossOf([[learner.policy(0, 0)], [learner.policy(1, 0), learner.policy(1, 1)]]);
  const uniform = lossOf([
    [[0.5, 0.5]],
    [
      [0.5, 0.5],
      [0.5, 0.5],
    ],
  ]);
  return (own - best) / (uniform - best);
}

const linearQ = (options: Partial<LinearQOptions>): AnyLearner =>
  linearQPolicyOptimizer(mdp, {
    algorithm: "log-barrier",
    episodes: 200,
    etaScale: 10,
    bonusScale: 0.003,
    gammaScale: 0.01,
    seed: 3,
    ...options,
  }) as AnyLearner;

const simulatorFree = (options: Partial<SimulatorFreeOptions>): AnyLearner =>
  simulatorFreeLinearMdp(mdp, {
    cover: { policies: 2, rollouts: 4, alpha: 50, episodes: 1000, optimism: 0.1 },
    epoch: 10,
    eta: 2,
    beta: 0.01,
    gamma: 0.05,
    exploration: 0.1,
    ...options,
  }) as AnyLearner;

/** How the suite tries a learner in an MDP. */
function conforming(
  make: (options: { seed?: number }) => AnyLearner,
  { episodes, other }: { episodes: number; other: () => AnyLearner },
): ConformingLearner<AnyLearner, { kind: string; version: number }> {
  return {
    make: () => make({}),
    ofAnotherKind: other,
    ofAnotherShape: () => make({ seed: 8 }),
    play,
    halfRound(learner) {
      learner.begin().choose(0);
    },
    finishRound({ open }) {
      open!.feedback(0.5);
      open!.choose(1);
      open!.feedback(1);
      open!.end();
    },
    throughJson: (snapshot) => JSON.parse(JSON.stringify(snapshot)),
    ofVersion9: (snapshot) => ({ ...snapshot, version: 9 }),
    outOfTurn(learner) {
      const over = learner.begin();
      over.abandon();
      const episode = learner.begin();
      return [
        [() => learner.begin(), "begin: expected the open episode to end first, got a second one"],
        [() => over.choose(0), "choose: expected an open episode, got one that is over"],
        [() => episode.feedback(0.5), "feedback: expected a decision first, got none"],
        [() => episode.end(), "end: expected 2 steps with their losses, got 0"],
      ];
    },
    badInput(learner) {
      const episode = learner.begin();
      episode.choose(0);
      return [
        [() => episode.feedback(Number.NaN), "loss: expected a finite number >= 0 and <= 1, got NaN"],
        [() => learner.policy(2, 0), "layer: expected an integer >= 0 and "],
        [() => learner.policy(Number.NaN, 0), "layer: expected an integer >= 0 and "],
      ];
    },
    leftToLearn: (learner) => leftToLearn(learner, episodes),
  };
}

const optimizer = (options: Partial<LinearQOptions>) =>
  conforming((seed) => linearQ({ ...options, ...seed }), { episodes: 200, other: () => simulatorFree({}) });
const lazy = { mode: "lazy", actions: 2, bonusScale: 0 } as const;

/** Every learner in an MDP, and variants with state of their own; a new one joins by a line. */
export const mdpLearners: Record<string, ReturnType<typeof conforming>> = {
  "log barrier": optimizer({}),
  "log barrier, sampled": optimizer({ covariance: { kind: "empirical", rollouts: 20 }, bonus: "sampled" }),
  "log barrier, resampled": optimizer({ covariance: { kind: "mgr", batches: 2, length: 20 } }),
  "magnitude-reduced": optimizer({ algorithm: "magnitude-reduced" }),
  "magnitude-reduced, fresh": optimizer({
    algorithm: "magnitude-reduced",
    covariance: { kind: "empirical", rollouts: 20 },
    fresh: 10,
  }),
  "dilated Hedge": optimizer({ algorithm: "dilated-hedge" }),
  "unprotected Hedge": optimizer({ algorithm: "unprotected-hedge" }),
  "lazy log barrier": optimizer({ ...lazy, covariance: { kind: "empirical", rollouts: 10 } }),
  "lazy magnitude-reduced, resampled": optimizer({
    ...lazy,
    algorithm: "magnitude-reduced",
    covariance: { kind: "mgr", batches: 2, length: 10 },
    fresh: 5,
  }),
  "without a simulator": conforming((seed) => simulatorFree(seed), {
    episodes: 1000,
    other: () => linearQ({}),
  }),
};
