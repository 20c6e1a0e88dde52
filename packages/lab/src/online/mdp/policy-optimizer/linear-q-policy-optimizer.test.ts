import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { suffixSums } from "../episode.ts";
import {
  adversarialMdpSchedule,
  checkoutFunnel,
  combinationLock,
  hedge,
  type LinearQOptions,
  linearQPolicyOptimizer,
  logBarrierFtrl,
  type MdpAlgorithm,
  mdpAlgorithms,
  randomLinearMdp,
  runEpisodes,
  switchingLosses,
  type TabularSimulator,
} from "../index.ts";

const mdp = randomLinearMdp({ horizon: 3, states: 4, actions: 3, dim: 3, seed: 1 });
const lossOf = switchingLosses(mdp, { episodes: 200, phases: 4, share: 0.5, seed: 2 });
const practical = { episodes: 200, etaScale: 30, gammaScale: 1 / 24, bonusScale: 0.01, seed: 3 };

/** Policies in all states. */
const policiesOf = (agent: { policy(h: number, s: number): Float64Array }, { states }: TabularSimulator) =>
  states.flatMap((count, h) => Array.from({ length: count }, (_, s) => [...agent.policy(h, s)]));

/** The same simulator without its dynamics and numbered states. */
function hidden(simulator: TabularSimulator) {
  const { horizon, dim, start, actions, features, step, key } = simulator;
  return { horizon, dim, start, actions, features, step, key };
}

function played(options: LinearQOptions, episodes: number, simulator = mdp) {
  const agent = linearQPolicyOptimizer(simulator, options);
  runEpisodes(agent, mdp, lossOf, { episodes, seed: 4 });
  return agent;
}

describe("linearQPolicyOptimizer", () => {
  it("starts from the uniform policy and has policies with sum 1 ever after", () => {
    for (const algorithm of mdpAlgorithms) {
      const agent = linearQPolicyOptimizer(mdp, { ...practical, algorithm });
      for (const p of policiesOf(agent, mdp).flat()) expect(p).toBeCloseTo(1 / 3, 12);
      runEpisodes(agent, mdp, lossOf, { episodes: 30, seed: 4 });
      for (const policy of policiesOf(agent, mdp))
        expect(Math.abs(policy.reduce((a, b) => a + b, 0) - 1)).toBeLessThan(1e-9);
      expect(agent.episodes).toBe(30);
    }
  });

  it("follows the regularised leader on Qhat - b where there is one step", () => {
    const bandit = randomLinearMdp({ horizon: 1, states: 1, actions: 4, dim: 3, seed: 5 });
    for (const algorithm of ["log-barrier", "dilated-hedge"] as const) {
      const agent = linearQPolicyOptimizer(bandit, { ...practical, algorithm, bonusScale: 0.3 });
      const { eta, beta, gamma } = agent.schedule;
      const phi = [0, 1, 2, 3].map((a) => Array.from(bandit.features(0, 0, a)));
      const cumulative = [0, 0, 0, 0];
      for (let k = 0; k < 20; k++) {
        const policy = agent.policy(0, 0);
        const expected =
          algorithm === "log-barrier"
            ? logBarrierFtrl(cumulative, { eta }).policy
            : hedge(cumulative, { eta });
        for (const a of phi.keys()) expect(policy[a]).toBeCloseTo(expected[a], 9);
        const episode = agent.begin();
        const { action } = episode.choose(0);
        episode.feedback(0.5);
        episode.end();
        const inverse = inverse3(policy, phi, gamma);
        const product = (x: number[], y: number[]) =>
          x.reduce((s, xi, i) => s + y.reduce((t, yj, j) => t + xi * inverse[i][j] * yj, 0), 0);
        const mean = phi.reduce((s, x, a) => s + policy[a] * product(x, x), 0);
        for (const [a, x] of phi.entries())
          cumulative[a] += 0.5 * product(x, phi[action]) - beta * (product(x, x) + mean);
      }
    }
  });

  it("is the same lazily as from tables, bonuses, covariances and draws included", () => {
    const covariances = [
      { kind: "empirical", rollouts: 12 },
      { kind: "mgr", batches: 3, length: 4 },
    ] as const;
    for (const algorithm of ["log-barrier", "magnitude-reduced", "unprotected-hedge"] as const) {
      for (const covariance of covariances) {
        const options = { ...practical, algorithm, covariance, fresh: 5, actions: 3, bonusScale: 0.05 };
        const tabulated = played({ ...options, bonus: "sampled" }, 25);
        const lazy = linearQPolicyOptimizer(hidden(mdp), { ...options, mode: "lazy" });
        runEpisodes(lazy, mdp, lossOf, { episodes: 25, seed: 4 });
        const [a, b] = [policiesOf(tabulated, mdp).flat(), policiesOf(lazy, mdp).flat()];
        expect(Math.max(...a.map((p) => Math.abs(p - 1 / 3)))).toBeGreaterThan(0.02);
        for (const [i, p] of a.entries()) expect(b[i]).toBeCloseTo(p, 8);
      }
    }
  }, 20_000);

  it("takes fresh trajectories of its own, those of the covariance if asked, and exact expectations if known", () => {
    const options = {
      ...practical,
      gammaScale: 1e-3,
      algorithm: "magnitude-reduced",
      covariance: { kind: "empirical", rollouts: 50 },
    } as const;
    const fresh = policiesOf(played({ ...options, fresh: 50 }, 15), mdp).flat();
    const reused = policiesOf(played({ ...options, fresh: "reuse" }, 15), mdp).flat();
    const exact = policiesOf(played({ ...options, covariance: { kind: "exact" } }, 15), mdp).flat();
    expect(fresh).not.toEqual(reused);
    for (const [i, p] of exact.entries()) {
      expect(Math.abs(fresh[i] - p)).toBeLessThan(0.2);
      expect(Math.abs(reused[i] - p)).toBeLessThan(0.2);
    }
  });

  it("is a plain policy optimisation without a bonus, exact or sampled", () => {
    const options = { ...practical, algorithm: "log-barrier", bonusScale: 0 } as const;
    const exact = played(options, 20);
    const sampled = played({ ...options, bonus: "sampled" }, 20);
    expect(policiesOf(sampled, mdp)).toEqual(policiesOf(exact, mdp));
    expect(exact.schedule.beta).toBe(0);
  });

  it("learns: less loss than the uniform policy, with every algorithm", () => {
    const { simulator, lossAt } = checkoutFunnel();
    const tables = [0.2, 1].map(lossAt);
    const price = (k: number) => tables[Math.floor(k / 100) % 2];
    for (const algorithm of mdpAlgorithms) {
      const options = {
        algorithm,
        episodes: 400,
        bonusScale: 0,
        gammaScale: 0.2,
        etaScale: algorithm === "dilated-hedge" ? 5 : 30,
      };
      const agent = linearQPolicyOptimizer(simulator, options);
      const points = runEpisodes(agent, simulator, price, { episodes: 400, checkpoints: [100, 200, 400] });
      const uniform = { begin: agent.begin, policy: () => Float64Array.of(1 / 3, 1 / 3, 1 / 3) };
      const worst = runEpisodes(uniform, simulator, price, { episodes: 400 });
      expect(points[2].regret).toBeLessThan(worst[0].regret);
      expect(points.map(({ episodes }) => episodes)).toEqual([100, 200, 400]);
    }
  });

  it("explores a lock more with a bonus", () => {
    const { simulator, loss } = combinationLock({ horizon: 3, actions: 2, seed: 1 });
    const options = { algorithm: "log-barrier", episodes: 300, etaScale: 30, gammaScale: 0.05 } as const;
    const agent = linearQPolicyOptimizer(simulator, { ...options, bonusScale: 0 });
    const [{ loss: sum }] = runEpisodes(agent, simulator, () => loss, { episodes: 300 });
    expect(sum).toBeLessThan(300 * (1 - 1 / 8));
  });

  it("knows the smallest scaled estimate: far lower for plain estimates with a small gamma than for reduced ones", () => {
    const options = { ...practical, bonusScale: 0, gammaScale: 1e-3, covariance: { kind: "exact" } } as const;
    const plain = played({ ...options, algorithm: "unprotected-hedge" }, 150);
    const reduced = played({ ...options, algorithm: "magnitude-reduced" }, 150);
    expect(plain.leastScaledEstimate).toBeLessThan(0);
    expect(reduced.leastScaledEstimate).toBeGreaterThan(plain.leastScaledEstimate);
  });

  it("has exact propensities, and ids that count", () => {
    const agent = linearQPolicyOptimizer(mdp, { ...practical, algorithm: "log-barrier" });
    const episode = agent.begin();
    const first = episode.choose(0);
    expect(first).toMatchObject({
      id: 0,
      episode: 0,
      layer: 0,
      propensity: first.propensities[first.action],
    });
    expect([...first.propensities]).toEqual([...agent.policy(0, 0)]);
    episode.feedback(0.2);
    expect(episode.choose(2).id).toBe(1);
    const drawn = Array.from(
      { length: 300 },
      (_, seed) =>
        linearQPolicyOptimizer(mdp, { ...practical, algorithm: "log-barrier", seed })
          .begin()
          .choose(0).action,
    );
    for (const a of [0, 1, 2]) expect(drawn.filter((x) => x === a).length).toBeGreaterThan(60);
  });
});

describe("snapshots", () => {
  const forms: [string, LinearQOptions][] = [
    ["tables", { ...practical, algorithm: "magnitude-reduced" }],
    [
      "lazy",
      {
        ...practical,
        algorithm: "magnitude-reduced",
        mode: "lazy",
        actions: 3,
        covariance: { kind: "empirical", rollouts: 5 },
        fresh: 4,
      },
    ],
  ];

  it.each(forms)("of %s go on bit for bit, through JSON and with an episode open", (_, options) => {
    const original = played(options, 12);
    const open = original.begin();
    open.choose(0);
    open.feedback(0.4);
    open.choose(1);
    const saved = JSON.parse(JSON.stringify(original.snapshot()));
    const copy = linearQPolicyOptimizer(mdp, options);
    copy.restore(saved);
    expect(copy.episodes).toBe(12);
    expect(copy.open?.index).toBe(12);
    for (const agent of [original, copy]) {
      const episode = agent.open!;
      episode.feedback(0.1);
      episode.choose(3);
      episode.feedback(1);
      episode.end();
      runEpisodes(agent, mdp, lossOf, { episodes: 8, seed: 6 });
    }
    expect(policiesOf(copy, mdp)).toEqual(policiesOf(original, mdp));
    expect(copy.snapshot()).toEqual(original.snapshot());
  });

  it.each(forms)(
    "of %s that are cut, of another version or of something else change nothing",
    (_, options) => {
      const agent = played(options, 5);
      const good = JSON.parse(JSON.stringify(agent.snapshot()));
      const before = policiesOf(agent, mdp);
      const broken: [object | null, RegExp][] = [
        [null, /^snapshot: expected what snapshot\(\) of an MDP learner returns, got null$/],
        [{}, /^snapshot\.kind: expected "minimand\/linear-q-policy-optimizer", got undefined$/],
        [{ ...good, version: 2 }, /^snapshot\.version: expected 1, got 2$/],
        [{ ...good, seed: 9 }, /^snapshot\.seed: expected 3/],
        [{ ...good, schedule: { ...good.schedule, eta: 1 } }, /^snapshot\.schedule\.eta: expected/],
        [{ ...good, episodes: -1 }, /^snapshot\.episodes: expected an integer >= 0, got -1/],
        [{ ...good, learned: undefined }, /^snapshot\.learned/],
        [{ ...good, learned: good.learned.slice(1) }, /^snapshot\.learned/],
        [
          { ...good, open: { notes: [[1, 0]], losses: [] } },
          /^snapshot\.open\.notes\[0\]: expected an array of 3/,
        ],
        [{ ...good, open: { notes: [[1, 0, 0]], losses: [2] } }, /^snapshot\.open\.losses\[0\]/],
      ];
      for (const [snapshot, message] of broken) {
        expect(() => agent.restore(snapshot as never)).toThrow(message);
        expect(policiesOf(agent, mdp)).toEqual(before);
        expect(agent.episodes).toBe(5);
      }
      agent.restore(good);
      expect(policiesOf(agent, mdp)).toEqual(before);
    },
  );
});

describe("suffix losses", () => {
  it("are l_h + L_{h+1}", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 9 }),
        (l) => {
          const sums = suffixSums(l);
          for (const [h, x] of l.entries()) expect(sums[h]).toBeCloseTo(x + (sums[h + 1] ?? 0), 12);
        },
      ),
      { numRuns: 50 },
    );
  });
});

describe("adversarialMdpSchedule", () => {
  const size = { horizon: 2, dim: 3, actions: 4 };

  it("meets the conditions of the theorems from some number of episodes on, and says so", () => {
    for (const algorithm of ["log-barrier", "magnitude-reduced", "dilated-hedge"] as const) {
      const at = (episodes: number, more = {}) =>
        adversarialMdpSchedule({ algorithm, ...size, episodes, ...more });
      expect(at(1e7).withinTheory).toBe(true);
      expect(at(1e7, { gammaScale: 1e-3 }).withinTheory).toBe(false);
      expect(at(1e7, { bonusScale: 0 }).withinTheory).toBe(false);
    }
    const unprotected = adversarialMdpSchedule({ algorithm: "unprotected-hedge", ...size, episodes: 1e7 });
    expect(unprotected.withinTheory).toBe(false);
  });

  it("falls with the episodes as K^(-2/3) for the predecessor and K^(-1/2) for its successors", () => {
    const slope = (algorithm: MdpAlgorithm): number => {
      const [a, b] = [1e6, 1e8].map(
        (episodes) => adversarialMdpSchedule({ algorithm, ...size, episodes }).eta,
      );
      return Math.log(b / a) / Math.log(100);
    };
    expect(slope("dilated-hedge")).toBeCloseTo(-2 / 3, 9);
    expect(slope("magnitude-reduced")).toBeCloseTo(-1 / 2, 9);
    expect(slope("log-barrier")).toBeGreaterThan(-1 / 2);
  });
});

/** `(gamma I + sum p phi phi^T)^-1` for three dimensions, by cofactors. */
function inverse3(p: Float64Array, phi: number[][], gamma: number): number[][] {
  const m = [0, 1, 2].map((i) =>
    [0, 1, 2].map((j) => phi.reduce((s, x, a) => s + p[a] * x[i] * x[j], i === j ? gamma : 0)),
  );
  const cofactor = (i: number, j: number): number => {
    const [r, s] = [(i + 1) % 3, (i + 2) % 3];
    const [c, d] = [(j + 1) % 3, (j + 2) % 3];
    return m[r][c] * m[s][d] - m[r][d] * m[s][c];
  };
  const determinant = [0, 1, 2].reduce((s, j) => s + m[0][j] * cofactor(0, j), 0);
  return [0, 1, 2].map((i) => [0, 1, 2].map((j) => cofactor(j, i) / determinant));
}
