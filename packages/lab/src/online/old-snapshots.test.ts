import { expect, it } from "vitest";
import {
  ballDomain,
  type LinearQSnapshot,
  linearQPolicyOptimizer,
  linUcb,
  ogd,
  restoreBandit,
  type SessionSnapshot,
  type SimulatorFreeSnapshot,
  serve,
  simulatorFreeLinearMdp,
  tabularSimulator,
} from "./index.ts";
import * as old from "./old-snapshots.fixture.ts";

const plain = <T>(snapshot: unknown): T => JSON.parse(JSON.stringify(snapshot));
const domain = ballDomain(2, 1);
const mdp = tabularSimulator({ features: [[[[1], [0.5]]]], transition: [] });

it("a bandit goes on from what was written before", () => {
  const linear = Buffer.from(old.banditBytes["lin-ucb"], "base64");
  const bandit = restoreBandit(linear);
  expect(bandit.explain({ features: [1, 1] }).predicted).toEqual(Float64Array.of(0.49497474683058323, 0));
  expect(bandit.pending()).toEqual([{ decisionId: "1-16jqh48", t: 1, action: 0 }]);
  expect(Buffer.from(bandit.snapshot())).toEqual(linear);
  const own = linUcb({ dim: 2, arms: 2, seed: 1 });
  own.restore(new Uint8Array(linear));
  expect(own.snapshot()).toEqual(bandit.snapshot());
  const neural = Buffer.from(old.banditBytes["neural-epsilon-greedy"], "base64");
  const network = restoreBandit(neural);
  expect(network.explain({ features: [[1, 1]] }).predicted).toEqual(Float64Array.of(1.0060841416575728));
  expect(Buffer.from(network.snapshot())).toEqual(neural);
});

it("a convex learner and its session go on from what was written before", () => {
  const learner = ogd({ domain, G: 3 });
  learner.restore(plain(old.learner));
  expect(plain(learner.snapshot())).toEqual(old.learner);
  expect(learner.predict()).toEqual(Float64Array.of(-0.4472135954999579, -0.8944271909999159));
  const session = serve(ogd({ domain, G: 3 }));
  session.restore(plain<SessionSnapshot>(old.session));
  expect(session.snapshot()).toEqual(old.session);
  expect(session.decide()).toEqual({ id: 2, x: learner.predict() });
});

it.each(["tabulated", "lazy"] as const)(
  "a %s policy optimiser goes on from what was written before",
  (mode) => {
    const agent = linearQPolicyOptimizer(mdp, {
      algorithm: "log-barrier",
      episodes: 10,
      etaScale: 10,
      mode,
      actions: 2,
      covariance: { kind: "empirical", rollouts: 2 },
    });
    agent.restore(plain<LinearQSnapshot>(old.policyOptimizer[mode]));
    expect(agent.snapshot()).toEqual(old.policyOptimizer[mode]);
    expect(agent.policy(0, 0)).toEqual(Float64Array.of(0.9934730262365473, 0.006526973763452766));
  },
);

it("a learner without a simulator goes on from what was written before", () => {
  const agent = simulatorFreeLinearMdp(mdp, old.withoutSimulator.options);
  agent.restore(plain<SimulatorFreeSnapshot>(old.withoutSimulator));
  expect(agent.snapshot()).toEqual(old.withoutSimulator);
  expect(agent.policy(0, 0)).toEqual(Float64Array.of(0.43844718719116976, 0.5615528128088303));
});
