import { randomSource } from "minimand/engine";
import type { ConformingLearner } from "../conformance.fixture.ts";
import { inner, plusScaled, squaredDistance } from "../vectors.ts";
import { ballDomain } from "./domains/ball-domain.ts";
import { boxDomain } from "./domains/box-domain.ts";
import { customDomain } from "./domains/custom-domain.ts";
import type { Domain } from "./domains/domain.ts";
import { l1Domain, simplexDomain } from "./domains/simplex-domain.ts";
import { doublingEnsemble } from "./learners/doubling-ensemble.ts";
import { dynamicEnsemble } from "./learners/dynamic-ensemble.ts";
import { onlineNewton, optimisticOmdExpConcave } from "./learners/exp-concave.ts";
import { oftlStronglyConvex, oftrl } from "./learners/oftrl.ts";
import { ogd } from "./learners/ogd.ts";
import { optimisticOmd, optimisticOmdStronglyConvex } from "./learners/optimistic-omd.ts";
import { optimisticOmdEntropy } from "./learners/optimistic-omd-entropy.ts";
import type { LearnerSnapshot, OnlineLearner } from "./online-learner.ts";

/** No gradient of the suite is longer. */
export const G = 3;

/** Domains of three coordinates. */
export const domains: readonly [string, Domain][] = [
  ["ball", ballDomain(3, 1.3)],
  ["ball off the origin", ballDomain(3, 0.7, [1, -2, 0.5])],
  ["box", boxDomain(3, [-0.4, 0, -1], 0.6)],
  ["simplex", simplexDomain(3)],
  ["l1-ball", l1Domain(3, 0.9)],
  [
    "half ball",
    customDomain({
      dimension: 3,
      diameter: 2,
      project(y) {
        const x = y.with(0, Math.max(y[0], 0));
        const length = Math.hypot(...x);
        return length > 1 ? x.map((v) => v / length) : x;
      },
    }),
  ],
];

interface ConvexCase {
  name: string;
  make(domain: Domain, onExcess?: (round: number, norm: number) => void): OnlineLearner;
  /** It compares itself with any point by the linear regret, so that its bound can be tested on any gradients. */
  linear?: boolean;
  optimistic?: boolean;
  /** It knows G. */
  limited?: boolean;
  /** Its domain is its own. */
  simplex?: boolean;
}

/** Every learner joins the conformance suite by one line here. */
export const learners: readonly ConvexCase[] = [
  {
    name: "optimisticOmd",
    make: (domain, onExcess) => optimisticOmd({ domain, G, onExcess }),
    linear: true,
    optimistic: true,
    limited: true,
  },
  {
    name: "optimisticOmd with the running G",
    make: (domain) => optimisticOmd({ domain, G: "running", delta: 0.1 }),
    linear: true,
    optimistic: true,
  },
  {
    name: "optimisticOmd with steps three times as long",
    make: (domain, onExcess) => optimisticOmd({ domain, G, D: 3 * domain.diameter, onExcess }),
    linear: true,
    optimistic: true,
    limited: true,
  },
  {
    name: "optimisticOmdStronglyConvex",
    make: (domain, onExcess) => optimisticOmdStronglyConvex({ domain, lambda: 0.5, G, onExcess }),
    optimistic: true,
    limited: true,
  },
  {
    name: "optimisticOmdExpConcave",
    make: (domain, onExcess) => optimisticOmdExpConcave({ domain, G, alpha: 0.2, onExcess }),
    optimistic: true,
    limited: true,
  },
  {
    name: "optimisticOmdEntropy",
    make: ({ dimension }) => optimisticOmdEntropy({ dimension, eta: 0.4 }),
    linear: true,
    optimistic: true,
    simplex: true,
  },
  {
    name: "dynamicEnsemble",
    make: (domain, onExcess) => dynamicEnsemble({ domain, G, L: 0.05, horizon: 100, onExcess }),
    linear: true,
    optimistic: true,
    limited: true,
  },
  {
    name: "doublingEnsemble",
    make: (domain, onExcess) => doublingEnsemble({ domain, G, L: 0.05, horizon: 4, onExcess }),
    optimistic: true,
    limited: true,
  },
  {
    name: "ogd",
    make: (domain, onExcess) => ogd({ domain, G, onExcess }),
    linear: true,
    limited: true,
  },
  { name: "ogd, strongly convex", make: (domain) => ogd({ domain, mu: 0.5 }) },
  {
    name: "ogd with own steps",
    make: (domain) => ogd({ domain, step: (t) => 0.5 / t }),
    linear: true,
  },
  {
    name: "onlineNewton",
    make: (domain, onExcess) => onlineNewton({ domain, G, alpha: 0.2, onExcess }),
    limited: true,
  },
  {
    name: "oftrl",
    make: (domain, onExcess) => oftrl({ domain, G, L: 1, onExcess }),
    linear: true,
    optimistic: true,
    limited: true,
  },
  {
    name: "oftrl with a small nu",
    make: (domain) => oftrl({ domain, nu: 0.05 }),
    linear: true,
    optimistic: true,
  },
  {
    name: "oftlStronglyConvex",
    make: (domain, onExcess) => oftlStronglyConvex({ domain, mu: 0.5, G, onExcess }),
    optimistic: true,
    limited: true,
  },
];

/** Gradients of norm at most G that change a lot: random, alternating, constant, by the kind. */
export function gradients(rounds: number, next: () => number, kind: number): Float64Array[] {
  const unit = (): Float64Array => {
    const v = Float64Array.from({ length: 3 }, () => next() - 0.5);
    const length = Math.hypot(...v);
    return v.map((x) => (G * x) / length);
  };
  const base = unit();
  return Array.from({ length: rounds }, (_, t) => {
    if (kind === 0) return unit().map((x) => x * next());
    if (kind === 1) return base.map((x) => (t % 2 === 0 ? x : -x));
    if (kind === 2) return base.map((x) => (Math.floor(t / 7) % 2 === 0 ? x : -x));
    return base.map((x) => x * (t % 3 === 0 ? 1 : 0.1));
  });
}

/** The regret of a learner against a target that the gradients and chance move, and the length of its way. */
export function againstMovingTarget(
  learner: OnlineLearner,
  domain: Domain,
  { seed, kind, rate, hinted = false }: { seed: number; kind: number; rate: number; hinted?: boolean },
): { regret: number; length: number } {
  const next = randomSource(seed);
  const hint = hinted ? (x: Float64Array) => x.map((v) => v + next() - 0.5) : undefined;
  let [regret, length] = [0, 0];
  let u = domain.project(Float64Array.from({ length: 3 }, () => next() - 0.5));
  for (const g of gradients(80, next, kind)) {
    const moved = domain.project(u.map((v, i) => v - rate * g[i] * next()));
    length += Math.sqrt(squaredDistance(moved, u));
    u = moved;
    regret += inner(g, plusScaled(learner.predict(hint), -1, u));
    learner.update(g);
  }
  return { regret, length };
}

type Tried<Feedback> = ConformingLearner<OnlineLearner<Feedback>, LearnerSnapshot>;

/** How any convex learner is tried, by the feedback of several rounds and that of one. */
export function roundsOf<Feedback>(
  several: (count: number, seed: number) => readonly Feedback[],
  one: Feedback,
): Pick<Tried<Feedback>, "play" | "halfRound" | "finishRound" | "throughJson" | "ofVersion9" | "outOfTurn"> {
  return {
    play: (learner, rounds, seed) =>
      several(rounds, seed).map((feedback) => {
        // JSON knows no negative zero.
        const x = learner.predict().map((v) => v + 0);
        learner.update(feedback);
        return [x, learner.report(), learner.bound()];
      }),
    halfRound(learner) {
      learner.predict();
    },
    finishRound(learner) {
      learner.update(one);
    },
    throughJson: (snapshot) => JSON.parse(JSON.stringify(snapshot)),
    ofVersion9: (snapshot) => ({ ...snapshot, version: 9 as 1 }),
    outOfTurn: (learner) => [[() => learner.update(one), "update: expected a decision first, got none"]],
  };
}

/** How the suite tries a convex learner. */
export function conforming(
  make: (domain: Domain) => OnlineLearner,
): ConformingLearner<OnlineLearner, LearnerSnapshot> {
  const domain = simplexDomain(3);
  return {
    make: () => make(domain),
    ofAnotherKind: () =>
      make(domain).kind === "ogd" ? optimisticOmdEntropy({ dimension: 3, eta: 1 }) : ogd({ domain, G }),
    ofAnotherShape: () => make(simplexDomain(4)),
    ...roundsOf<ArrayLike<number>>((count, seed) => gradients(count, randomSource(seed), 0), [0.5, 0, -0.5]),
    badInput(learner) {
      learner.predict();
      return [
        [() => learner.update([1, 2]), "gradient: expected an array of 3 numbers, got an array of length 2"],
        [() => learner.update([1, Number.NaN, 0]), "gradient[1]: expected a finite number, got NaN"],
        [() => learner.bound(Number.NaN), "pathLength: expected a number >= 0, got NaN"],
      ];
    },
    leftToLearn(learner) {
      // The last coordinate costs nothing, the others 1 and 2: the centre loses 1 per round.
      const costs = [1, 2, 0];
      for (let t = 0; t < 200; t++) {
        learner.predict();
        learner.update(costs);
      }
      return inner(costs, learner.predict());
    },
  };
}
