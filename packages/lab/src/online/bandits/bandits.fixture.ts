import type { ConformingLearner } from "../conformance.fixture.ts";
import {
  type Bandit,
  type BanditContext,
  type Decision,
  linExp3,
  linTs,
  linUcb,
  neuFastCb,
  neuralEpsilonGreedy,
  neuralTs,
  neuralUcb,
  neuSquareCb,
} from "../index.ts";
import { randomStream } from "./random-stream.ts";

/** What the conformance suite makes bandits of. */
export interface Common {
  dim: number;
  arms?: number;
  seed?: number;
  rewardRange?: readonly [number, number];
  norm?: "scale" | "check" | "any";
}

const small = { hidden: [8], replay: { capacity: 20, batch: 4 } };

/** Every bandit, and variants with state of their own; a new one joins by a line. */
export const bandits: Record<string, (common: Common) => Bandit> = {
  "NeuSquareCB, expected": (c) => neuSquareCb({ ...c, ...small }),
  "NeuSquareCB, signs": (c) =>
    neuSquareCb({ ...c, ...small, perturbation: { mode: "signs", cp: 0.02, samples: 9 } }),
  "NeuSquareCB, none, Adam": (c) =>
    neuSquareCb({
      ...c,
      ...small,
      perturbation: { mode: "none" },
      optimizer: { kind: "adam" },
      learningRate: 0.01,
    }),
  "NeuFastCB, momentum, ball": (c) =>
    neuFastCb({ ...c, ...small, optimizer: { kind: "sgd", momentum: 0.5 }, radius: 2, gamma: 50 }),
  "NeuFastCB, signs": (c) => neuFastCb({ ...c, ...small, perturbation: { mode: "signs", cp: 0.02 } }),
  "epsilon-greedy": (c) => neuralEpsilonGreedy({ ...c, ...small, epsilon: 0.2 }),
  "epsilon-greedy, kl": (c) => neuralEpsilonGreedy({ ...c, ...small, loss: "kl" }),
  NeuralUCB: (c) => neuralUcb({ ...c, ...small, nu: 1 }),
  "NeuralUCB, cost": (c) => neuralUcb({ ...c, ...small, target: "cost" }),
  NeuralTS: (c) => neuralTs({ ...c, ...small, estimates: 20 }),
  LinUCB: (c) => linUcb({ ...c }),
  LinTS: (c) => linTs({ ...c, scale: 0.3, estimates: 20 }),
  LinExp3: (c) => linExp3({ ...c, buffer: { capacity: 30, refresh: 10 } }),
  "LinExp3, log barrier": (c) => linExp3({ ...c, regularizer: "log-barrier", eta: 0.3 }),
};

/** Numbers in the contexts of the suite. */
export const dim = 4;

/** Contexts of both kinds: one vector, or one for each of 3 to 5 arms. */
export function contexts(count: number, own: boolean, seed = 1): BanditContext[] {
  const random = randomStream(seed);
  const vector = (): number[] => Array.from({ length: dim }, () => random.normal());
  return Array.from({ length: count }, (_, i) => ({
    features: own ? vector() : Array.from({ length: 3 + (i % 3) }, vector),
  }));
}

/** Plays with rewards that come late and out of order, the last ones not at all. */
export function play(bandit: Bandit, rounds: readonly BanditContext[], from = 0): Decision[] {
  const decisions: Decision[] = [];
  for (const [i, context] of rounds.entries()) {
    decisions.push(bandit.choose(context));
    if (i % 3 === 2) {
      for (const decision of [decisions[i - 1], decisions[i - 2]])
        bandit.update(decision.decisionId, ((decision.action + i + from) % 4) / 3);
      if (i % 2 === 0) bandit.expire(decisions[i].decisionId, 0.5);
    }
  }
  return decisions;
}

/** How the suite tries a bandit. */
export function conforming(
  make: (common: Common) => Bandit,
): ConformingLearner<Bandit, Uint8Array<ArrayBuffer>> {
  const features = [1, 2, 3, 4];
  return {
    make: () => make({ dim, arms: 3, seed: 3 }),
    ofAnotherKind: () =>
      make({ dim }).kind === "lin-ucb" ? linTs({ dim, arms: 3, seed: 3 }) : linUcb({ dim, arms: 3, seed: 3 }),
    ofAnotherShape: () => make({ dim: dim + 1, arms: 3, seed: 3 }),
    play: (bandit, rounds, seed) => play(bandit, contexts(rounds, true, seed)),
    halfRound(bandit) {
      bandit.choose({ features });
    },
    finishRound(bandit) {
      bandit.update(bandit.pending().at(-1)!.decisionId, 1);
    },
    throughJson: (snapshot) => Uint8Array.from(JSON.parse(JSON.stringify([...snapshot]))),
    ofVersion9: (snapshot) => snapshot.with(4, 9),
    outOfTurn(bandit) {
      const settled = bandit.choose({ features }).decisionId;
      bandit.update(settled, 1);
      return [
        [
          () => bandit.update(settled, 1),
          "decisionId: expected a decision that waits for its feedback (this one is settled), got ",
        ],
        [() => bandit.update("7-x", 1), 'decisionId: expected a decision of this learner, got "7-x"'],
      ];
    },
    badInput(bandit) {
      const waiting = bandit.choose({ features }).decisionId;
      return [
        [() => bandit.update(waiting, Number.NaN), "reward: expected a finite number >= 0 and <= 1, got NaN"],
        [
          () => bandit.choose({ features: [1, 2] }),
          "features: expected an array of 4 numbers, got an array of length 2",
        ],
        [
          () => bandit.choose({ features: [1, Number.NaN, 3, 4] }),
          "features[1]: expected a finite number, got NaN",
        ],
      ];
    },
    leftToLearn: (bandit) => shareOfWrongArms(bandit) / (2 / 3),
  };
}

/** Three kinds of contexts, an arm for each; counted when a thousand rounds were played. */
function shareOfWrongArms(bandit: Bandit): number {
  const random = randomStream(5);
  let wrong = 0;
  for (let t = 0; t < 1500; t++) {
    const kind = Math.floor(random.uniform() * 3);
    const features = [0, 1, 2, 3].map((i) => (i === kind ? 1 : 0));
    const { decisionId, action } = bandit.choose({ features });
    bandit.update(decisionId, action === kind ? 1 : 0);
    if (t >= 1000 && action !== kind) wrong++;
  }
  return wrong / 500;
}
