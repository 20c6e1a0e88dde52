import { randomSource } from "minimand/engine";
import { describe, expect, it } from "vitest";
import {
  policyCover,
  policyEvaluationDp,
  randomLinearMdp,
  runEpisodes,
  simulatorFreeLinearMdp,
  simulatorFreeSchedule,
  switchingLosses,
  tabularSimulator,
} from "../index.ts";

const inner = (x: ArrayLike<number>, y: ArrayLike<number>): number =>
  Array.from(x).reduce((s, v, i) => s + v * y[i], 0);

/** Two layers of two states; the second state is reached by the second action alone. Features are one-hot. */
const oneHot = (i: number) => [0, 1, 2, 3].map((j) => Number(i === j));
const toy = tabularSimulator({
  features: [[[oneHot(0), oneHot(1)]], [0, 1].map((s) => [oneHot(2 * s), oneHot(2 * s + 1)])],
  transition: [
    [
      [
        [1, 0],
        [0, 1],
      ],
    ],
  ],
});

describe("policyCover", () => {
  it("sees all directions of a toy whose second state one action alone leads to", () => {
    const cover = policyCover(toy, {
      policies: 12,
      rollouts: 10,
      alpha: 6,
      episodes: 120,
      optimism: 0.05,
      seed: 0,
    });
    for (const matrix of cover.covariance) {
      // One-hot features: the diagonal is the share of visits, and 1 / M0.
      const visits = matrix.map((row, i) => row[i] - 1 / 12);
      const reachable = visits.filter((v) => v > 0.05).length;
      expect(reachable).toBe(matrix === cover.covariance[0] ? 2 : 4);
    }
    for (const s of [0, 1]) expect(cover.known(1, [toy.features(1, s, 0), toy.features(1, s, 1)])).toBe(true);
    expect([0, 1]).toContain(cover.act(3, 0, [oneHot(0), oneHot(1)]));
  });

  it("doesn't know what it has not seen", () => {
    const cover = policyCover(toy, {
      policies: 1,
      rollouts: 5,
      alpha: 0.6,
      episodes: 5,
      optimism: 0,
      seed: 0,
    });
    expect(cover.known(1, [oneHot(3)])).toBe(false);
  });
});

describe("simulatorFreeLinearMdp", () => {
  const mdp = randomLinearMdp({ horizon: 2, states: 3, actions: 2, dim: 2, seed: 3 });
  const loss = switchingLosses(mdp, { episodes: 1, phases: 1, share: 1, seed: 4 })(0);
  const cover = { policies: 2, rollouts: 5, alpha: 50, episodes: 1000, optimism: 0.1 };
  const base = { cover, eta: 1e-9, beta: 0.05, gamma: 1e-4, seed: 1 };

  it("estimates Q without bias, exploring episodes included", () => {
    // With an almost constant policy, thousands of episodes make one estimate precise.
    const uniform = [[[0.5, 0.5]], [0, 1, 2].map(() => [0.5, 0.5])];
    const transition = [[[0, 1].map((a) => mdp.transition(0, 0, a))]];
    const q = policyEvaluationDp({ loss, transition, policy: uniform });
    const agent = simulatorFreeLinearMdp(mdp, { ...base, epoch: 40_000, exploration: 0.5 });
    runEpisodes(agent, mdp, () => loss, { episodes: 40_010 });
    expect(agent.estimates).toHaveLength(1);
    const [estimate] = agent.estimates;
    for (const [h, states] of q.entries())
      for (const [s, row] of states.entries())
        for (const [a, value] of row.entries())
          expect(Math.abs(inner(mdp.features(h, s, a), estimate[h].theta) - value)).toBeLessThan(0.06);
  }, 20_000);

  it("estimates the bonuses that follow: none after the last layer, the next one times 1 + 1/H before", () => {
    const agent = simulatorFreeLinearMdp(mdp, { ...base, epoch: 20_000, exploration: 0.3 });
    runEpisodes(agent, mdp, () => loss, { episodes: 20_010 });
    const [first, last] = agent.estimates[0];
    expect([...last.lambda]).toEqual([0, 0]);
    const form = (x: ArrayLike<number>) =>
      inner(
        x,
        [0, 1].map((i) => last.sigma[2 * i] * x[0] + last.sigma[2 * i + 1] * x[1]),
      );
    const bonusOf = (s: number) => base.beta * (form(mdp.features(1, s, 0)) + form(mdp.features(1, s, 1)));
    for (const a of [0, 1]) {
      // E over uniform actions of b(s', a') is beta times twice the mean square.
      const expected =
        1.5 * Array.from(mdp.transition(0, 0, a)).reduce((sum, p, s) => sum + p * bonusOf(s), 0);
      const found = inner(mdp.features(0, 0, a), first.lambda);
      expect(Math.abs(found - expected)).toBeLessThan(0.1 * expected);
    }
  }, 20_000);

  it("goes from the cover to epochs, keeps its policy within an epoch and learns from one to the next", () => {
    const agent = simulatorFreeLinearMdp(mdp, {
      ...base,
      eta: 2,
      beta: 0,
      gamma: 0.05,
      epoch: 100,
      exploration: 0.1,
    });
    expect(agent.phase).toBe("cover");
    runEpisodes(agent, mdp, () => loss, { episodes: 10 });
    expect(agent.phase).toBe("epochs");
    runEpisodes(agent, mdp, () => loss, { episodes: 99 });
    expect([...agent.policy(0, 0)]).toEqual([0.5, 0.5]);
    const random = randomSource(1);
    for (let k = 0; k < 1901; k++) {
      const episode = agent.begin();
      let state = mdp.start(random);
      for (const h of [0, 1]) {
        const { action } = episode.choose(state);
        episode.feedback(loss[h][state][action]);
        if (h === 0) state = mdp.step(0, state, action, random);
      }
      episode.end();
    }
    expect(agent.estimates).toHaveLength(20);
    for (const s of [0, 1, 2]) {
      const [better, worse] = loss[1][s][0] < loss[1][s][1] ? [0, 1] : [1, 0];
      if (loss[1][s][worse] - loss[1][s][better] < 0.05) continue;
      expect(agent.policy(1, s)[better]).toBeGreaterThan(0.6);
    }
  });

  it("goes on from a snapshot bit for bit, in the cover and in an epoch", () => {
    const options = { ...base, eta: 1, gamma: 0.05, epoch: 20, exploration: 0.3 };
    for (const episodes of [4, 45]) {
      const original = simulatorFreeLinearMdp(mdp, options);
      runEpisodes(original, mdp, () => loss, { episodes, seed: 2 });
      original.begin().choose(0);
      const saved = JSON.parse(JSON.stringify(original.snapshot()));
      const copy = simulatorFreeLinearMdp(mdp, options);
      copy.restore(saved);
      expect(copy.episodes).toBe(episodes);
      for (const agent of [original, copy]) {
        agent.open!.feedback(0.5);
        agent.open!.choose(1);
        agent.open!.feedback(1);
        agent.open!.end();
        runEpisodes(agent, mdp, () => loss, { episodes: 60, seed: 3 });
      }
      expect(copy.snapshot()).toEqual(original.snapshot());
      expect([...copy.policy(1, 2)]).toEqual([...original.policy(1, 2)]);
    }
  });

  it("refuses what is no snapshot of its own, and stays as it was", () => {
    const agent = simulatorFreeLinearMdp(mdp, { ...base, epoch: 20, exploration: 0.3 });
    runEpisodes(agent, mdp, () => loss, { episodes: 45, seed: 2 });
    const good = JSON.parse(JSON.stringify(agent.snapshot()));
    const broken: [object | null, RegExp][] = [
      [null, /^snapshot: expected what snapshot\(\) of an MDP learner returns, got null$/],
      [{ ...good, version: 0 }, /^snapshot\.version: expected 1, got 0$/],
      [{ ...good, options: { ...good.options, eta: 1 } }, /^snapshot\.options\.eta: expected 1e-9, got 1$/],
      [{ ...good, explored: good.explored.slice(1) }, /^snapshot\.estimates: expected at most 0/],
      [{ ...good, estimates: [[]] }, /^snapshot\.estimates\[0\]: expected 2 layers/],
      [{ ...good, inEpoch: [{ steps: [], losses: [0, 2] }] }, /^snapshot\.inEpoch\[0\]\.losses\[1\]/],
    ];
    for (const [snapshot, message] of broken) expect(() => agent.restore(snapshot as never)).toThrow(message);
    expect(agent.snapshot()).toEqual(good);
  });

  it("has sizes by the theory's orders", () => {
    const { cover, epoch, gamma, exploration } = simulatorFreeSchedule({ horizon: 1, dim: 1, episodes: 1e9 });
    expect(cover.policies).toBe(100);
    expect(cover.rollouts).toBe(1e6);
    expect(epoch).toBe(1e4);
    expect([gamma, exploration].map((x) => Math.round(1e6 * x) / 1e6)).toEqual([0.01, 0.1]);
  });
});
