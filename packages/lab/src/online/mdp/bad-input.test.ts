import { describe, expect, it } from "vitest";
import {
  adversarialMdpSchedule,
  bestPolicyDp,
  combinationLock,
  dilatedBonusDp,
  type EpisodicSimulator,
  ftrlRegret,
  hedge,
  linearQPolicyOptimizer,
  localBonus,
  logBarrierFtrl,
  matrixGeometricResampling,
  policyCover,
  policyEvaluationDp,
  qEstimate,
  ramp,
  randomLinearMdp,
  regularisedInverse,
  runEpisodes,
  simulatorFreeLinearMdp,
  switchingLosses,
  tabularSimulator,
} from "./index.ts";

const mdp = randomLinearMdp({ horizon: 2, states: 2, actions: 2, dim: 2, seed: 0 });
const options = { algorithm: "log-barrier", episodes: 10 } as const;
const observation = { sigmaInverse: [[1]], chosen: [1], suffixLoss: 1, features: [[1]] };
const plain = { estimator: "plain", horizon: 1 } as const;
const { start, actions, features, step, horizon, dim } = mdp;
const bare: EpisodicSimulator<number> = { start, actions, features, step, horizon, dim };
const cover = { policies: 1, rollouts: 2, alpha: 1, episodes: 10, optimism: 0 };
const free = { cover, epoch: 4, eta: 0.1, beta: 0.1, gamma: 0.1, exploration: 0.5 };

/** Calls that must throw, and what they must say. */
const refused: [what: string, call: () => unknown, message: string][] = [
  ["no actions", () => logBarrierFtrl([], { eta: 1 }), "cumulativeLoss: expected an array of numbers"],
  [
    "NaN among losses",
    () => hedge([0, Number.NaN], { eta: 1 }),
    "cumulativeLoss[1]: expected a finite number, got NaN",
  ],
  [
    "losses that are no numbers",
    () => hedge(["1"] as never, { eta: 1 }),
    'cumulativeLoss[0]: expected a finite number, got "1"',
  ],
  ["no learning rate", () => logBarrierFtrl([0], { eta: 0 }), "eta: expected a finite number > 0, got 0"],
  [
    "rows of different length",
    () => ftrlRegret([[1, 2], [1]], { regularizer: "entropy", eta: 1, comparator: [1, 0] }),
    "losses[1]: expected an array of 2 numbers",
  ],
  [
    "an unknown regulariser",
    () => ftrlRegret([[1]], { regularizer: "l2" as never, eta: 1, comparator: [1] }),
    'regularizer: expected one of "log-barrier", "entropy", got "l2"',
  ],
  [
    "a comparator at the edge",
    () => ftrlRegret([[1, 2]], { regularizer: "log-barrier", eta: 1, comparator: [1, 0] }),
    "comparator[1]: expected a finite number > 0, got 0",
  ],
  [
    "a comparator that is no distribution",
    () => ftrlRegret([[1, 2]], { regularizer: "entropy", eta: 1, comparator: [1, 1] }),
    "comparator: expected probabilities with sum 1, got 2",
  ],
  [
    "no regulariser of the covariance",
    () => regularisedInverse([[1]], { gamma: 0 }),
    "gamma: expected a finite number > 0, got 0",
  ],
  [
    "features too long",
    () => regularisedInverse([[2, 0]], { gamma: 1 }),
    "features[0]: expected features of norm at most 1, got 2",
  ],
  [
    "a series that need not converge",
    () => matrixGeometricResampling([[[1]]], { gamma: 1.5 }),
    "c: expected c (gamma + 1) <= 1, got 0.5",
  ],
  [
    "batches of different length",
    () => matrixGeometricResampling([[[1]], [[1], [1]]], { gamma: 0.5 }),
    "features[1]: expected 1 vectors, as many as the first batch",
  ],
  [
    "a suffix loss beyond the horizon",
    () => qEstimate({ ...observation, suffixLoss: 1.5 }, plain),
    "suffixLoss: expected a finite number >= 0 and <= 1, got 1.5",
  ],
  [
    "a matrix that is not square",
    () => qEstimate({ ...observation, sigmaInverse: [[1], [1]] }, plain),
    "sigmaInverse: expected 1 rows of 1 numbers",
  ],
  [
    "no resampled features",
    () => qEstimate(observation, { estimator: "magnitude-reduced", horizon: 1 }),
    "resampled: expected an array of vectors, got undefined",
  ],
  [
    "a negative bonus",
    () => localBonus({ features: [[1]], sigmaInverse: [[1]], policy: [1], beta: -1 }),
    "beta: expected a finite number >= 0, got -1",
  ],
  [
    "a policy of another width",
    () => localBonus({ features: [[1]], sigmaInverse: [[1]], policy: [0.5, 0.5], beta: 1 }),
    "policy: expected an array of 1 numbers",
  ],
  [
    "transitions that don't sum to 1",
    () => dilatedBonusDp({ bonus: [[[1]], [[1]]], transition: [[[[0.5]]]], policy: [[[1]], [[1]]] }),
    "transition[0][0][0]: expected probabilities with sum 1, got 0.5",
  ],
  [
    "a policy for fewer layers",
    () => policyEvaluationDp({ loss: [[[1]], [[1]]], transition: [[[[1]]]], policy: [[[1]]] }),
    "policy: expected 2 layers, as many as loss",
  ],
  [
    "no transitions",
    () => bestPolicyDp({ loss: [[[1]], [[1]]], transition: [] }),
    "transition: expected at least 1 layers",
  ],
  ["a ramp without width", () => ramp([1], { z: 0 }), "z: expected a finite number > 0, got 0"],
  [
    "an unknown algorithm",
    () => adversarialMdpSchedule({ algorithm: "exp4" as never, horizon: 1, dim: 1, actions: 2, episodes: 2 }),
    'algorithm: expected one of "log-barrier"',
  ],
  [
    "a single action",
    () => adversarialMdpSchedule({ ...options, horizon: 1, dim: 1, actions: 1 }),
    "actions: expected an integer >= 2, got 1",
  ],
  [
    "no simulator",
    () => linearQPolicyOptimizer(null as never, options),
    "simulator: expected a simulator with horizon",
  ],
  [
    "a simulator without features",
    () => linearQPolicyOptimizer({ ...bare, features: undefined } as never, options),
    "simulator.features: expected a function, got undefined",
  ],
  [
    "tables without numbered states",
    () => linearQPolicyOptimizer(bare, { ...options, mode: "tabulated" }),
    "simulator.states: expected numbers of states by layer, got undefined",
  ],
  [
    "laziness without keys",
    () => linearQPolicyOptimizer(bare, { ...options, actions: 2 }),
    "simulator.key: expected a function, in lazy mode, got undefined",
  ],
  [
    "laziness with exact bonuses",
    () => linearQPolicyOptimizer(mdp, { ...options, mode: "lazy", bonus: "exact", actions: 2 }),
    'bonus: expected "sampled", in lazy mode, got "exact"',
  ],
  [
    "laziness with an exact covariance",
    () =>
      linearQPolicyOptimizer(mdp, { ...options, mode: "lazy", actions: 2, covariance: { kind: "exact" } }),
    'covariance.kind: expected "empirical" or "mgr", in lazy mode',
  ],
  [
    "exactness without dynamics",
    () => linearQPolicyOptimizer({ ...bare, states: [1, 2] }, { ...options, covariance: { kind: "exact" } }),
    "simulator.startDistribution: expected a distribution, for an exact covariance",
  ],
  [
    "an unknown covariance",
    () => linearQPolicyOptimizer(mdp, { ...options, covariance: { kind: "full" } as never }),
    'covariance.kind: expected one of "exact", "empirical", "mgr", got "full"',
  ],
  [
    "no rollouts",
    () => linearQPolicyOptimizer(mdp, { ...options, covariance: { kind: "empirical", rollouts: 0 } }),
    "covariance.rollouts: expected an integer >= 1, got 0",
  ],
  [
    "features of another length",
    () => linearQPolicyOptimizer({ ...mdp, features: () => [1] }, options),
    "simulator.features(0, 0, 0): expected an array of 2 numbers",
  ],
  [
    "a layer that isn't there",
    () => linearQPolicyOptimizer(mdp, options).policy(2, 0),
    "layer: expected an integer >= 0 and <= 1, got 2",
  ],
  [
    "a state that isn't there",
    () => linearQPolicyOptimizer(mdp, options).policy(1, 2),
    "state: expected an integer >= 0 and <= 1, got 2",
  ],
  [
    "a table without layers",
    () => tabularSimulator({ features: [], transition: [] }),
    "features: expected at least one layer",
  ],
  [
    "a start that is no distribution",
    () => tabularSimulator({ features: [[[[1]]]], transition: [], start: [0.5] }),
    "start: expected probabilities with sum 1, got 0.5",
  ],
  [
    "losses above 1",
    () =>
      runEpisodes(
        linearQPolicyOptimizer(mdp, options),
        mdp,
        () => [
          [[1, 2]],
          [
            [0, 0],
            [0, 0],
          ],
        ],
        { episodes: 1 },
      ),
    "lossOf(episode)[0][0][1]: expected a finite number >= 0 and <= 1, got 2",
  ],
  [
    "checkpoints that don't rise",
    () =>
      runEpisodes(linearQPolicyOptimizer(mdp, options), mdp, () => [], { episodes: 9, checkpoints: [3, 3] }),
    "checkpoints[1]: expected an integer > 3",
  ],
  [
    "a lock of one action",
    () => combinationLock({ horizon: 2, actions: 1, seed: 0 }),
    "actions: expected an integer >= 2, got 1",
  ],
  [
    "more phases than episodes",
    () => switchingLosses(mdp, { episodes: 3, phases: 4, share: 0, seed: 0 }),
    "phases: expected an integer >= 1 and <= 3, got 4",
  ],
  [
    "a cover of no policies",
    () => policyCover(mdp, { ...cover, policies: 0, seed: 0 }),
    "policies: expected an integer >= 1, got 0",
  ],
  [
    "an odd epoch",
    () => simulatorFreeLinearMdp(mdp, { ...free, epoch: 5 }),
    "epoch / 2: expected an integer, got 2.5",
  ],
  [
    "no features",
    () => simulatorFreeLinearMdp({} as never, free),
    "mdp.features: expected a function, got undefined",
  ],
];

describe("bad input", () => {
  it.each(refused)("%s is refused", (_, call, message) => {
    expect(call).toThrow(message);
    try {
      call();
    } catch (error) {
      expect(error instanceof TypeError || error instanceof RangeError).toBe(true);
    }
  });

  it("in the middle of an episode leaves it, and the policies, as they were", () => {
    const agent = linearQPolicyOptimizer(mdp, { ...options, etaScale: 30 });
    expect(() => agent.begin().choose(1)).toThrow("state: expected an integer >= 0 and <= 0, got 1");
    const episode = agent.open!;
    expect(() => agent.begin()).toThrow("begin: expected the open episode to end first");
    expect(() => episode.feedback(0.5)).toThrow("feedback: expected a decision first, got none");
    episode.choose(0);
    expect(() => episode.choose(0)).toThrow("choose: expected feedback for the last decision first");
    for (const loss of [Number.NaN, -0.1, 1.1, Infinity])
      expect(() => episode.feedback(loss)).toThrow(
        `loss: expected a finite number >= 0 and <= 1, got ${loss}`,
      );
    expect(() => episode.feedback("1" as never)).toThrow(TypeError);
    episode.feedback(1);
    expect(() => episode.end()).toThrow("end: expected 2 steps with their losses, got 1");
    expect([...agent.policy(0, 0)]).toEqual([0.5, 0.5]);
    episode.choose(1);
    episode.feedback(0);
    expect(() => episode.choose(0)).toThrow("choose: expected at most 2 decisions an episode");
    episode.end();
    expect(agent.episodes).toBe(1);
    expect(agent.policy(0, 0)[0]).not.toBe(0.5);
    expect(() => episode.choose(0)).toThrow("choose: expected an open episode, got one that is over");
    const dropped = agent.begin();
    const after = agent.snapshot().learned;
    dropped.choose(0);
    dropped.abandon();
    expect(agent.open).toBeNull();
    expect(agent.snapshot().learned).toEqual(after);
    expect(agent.begin().index).toBe(1);
  });

  it("of a simulator that fails midway changes nothing", () => {
    let calls = 0;
    const failing = {
      ...mdp,
      step: (h: number, s: number, a: number, random: () => number) => {
        if (++calls === 8) throw new Error("down");
        return calls === 20 ? 7 : step(h, s, a, random);
      },
    };
    const agent = linearQPolicyOptimizer(failing, {
      ...options,
      covariance: { kind: "empirical", rollouts: 10 },
    });
    const play = (): void => {
      const episode = agent.open ?? agent.begin();
      for (const state of [0, 1]) {
        episode.choose(state);
        episode.feedback(0.5);
      }
    };
    play();
    const before = agent.snapshot();
    expect(() => agent.open!.end()).toThrow("down");
    expect(agent.snapshot()).toEqual(before);
    agent.open!.end();
    expect(agent.episodes).toBe(1);
    play();
    const then = agent.snapshot();
    expect(() => agent.open!.end()).toThrow("state: expected an integer >= 0 and <= 1, got 7");
    expect(agent.snapshot()).toEqual(then);
  });
});
