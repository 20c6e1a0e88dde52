/*
 * Regret of online learners, with the bounds that theory gives for it.
 *
 * Each round has a noisy quadratic loss around a target, and the learner decides before it sees the gradient. The target rests, or moves
 * along a diamond. Two smaller games follow: absolute losses, for which a learner takes implicit steps, and three experts.
 *
 *     npx node --conditions=minimand-source examples/online-regret.ts
 */

import { numpy as np } from "@jax-js/jax";
import {
  asTransform,
  customDomain,
  type Domain,
  doublingEnsemble,
  gradientVariance,
  l1Domain,
  linearLosses,
  type OnlineLearner,
  oftlExpectedBound,
  oftlStronglyConvex,
  oftrl,
  oftrlExpectedBound,
  ogd,
  optimisticOmd,
  optimisticOmdEntropy,
  optimisticOmdImplicit,
  pathLength,
  quadraticLoss,
  type RoundLoss,
  runOnline,
  seaQuantities,
  seaQuantitiesAt,
  seaRate,
} from "@minimand/lab/online";
import { derive, disposeTree, randomSource } from "minimand/engine";
import { applyUpdates, exponentiatedGradient, type GradientTransformation } from "minimand/optimizers";
import { startEngine } from "minimand/start";

/** Noise moves each of the two coordinates of a gradient by this, up or down. */
const noise = 0.3;
const domain = l1Domain(2, 1);
const D = domain.diameter;
/** No gradient is longer: a decision and a target are at most D apart. */
const G = D + noise * Math.SQRT2;

const learners: { [name: string]: () => OnlineLearner } = {
  "gradient descent": () => ogd({ domain, G }),
  "optimistic mirror descent": () => optimisticOmd({ domain, G }),
  "optimistic FTRL": () => oftrl({ domain, G, L: 1 }),
  "optimistic FTL": () => oftlStronglyConvex({ domain, mu: 1 }),
  "doubling ensemble": () => doublingEnsemble({ domain, G, L: 1, horizon: 32 }),
};

/** Where the target is in each round: at rest in a corner of the diamond, or twice around it. */
export function targetsOf(kind: "resting" | "moving", rounds: number): Float64Array[] {
  return Array.from({ length: rounds }, (_, t) => {
    const angle = kind === "resting" ? 0.3 : (4 * Math.PI * t) / rounds;
    const [a, b] = [Math.cos(angle), Math.sin(angle)];
    return Float64Array.of(a, b).map((value) => (0.8 * value) / (Math.abs(a) + Math.abs(b)));
  });
}

const around = (pull: ArrayLike<number>): RoundLoss => quadraticLoss({ curvature: 1, pull });

/** The losses that were drawn for these targets. */
function drawn(targets: readonly Float64Array[], seed: number): RoundLoss[] {
  const next = randomSource(seed);
  return targets.map((target) => around(target.map((value) => value + (next() < 0.5 ? noise : -noise))));
}

export interface Row {
  learner: string;
  /** Regret against the best fixed point on the drawn losses, and its bound from the gradients seen; null without one. */
  regret: number;
  bound: number | null;
  /** The same for the expected losses, mean of all seeds, and the bound on its expectation where there is one. */
  expected: number;
  expectedBound: number | null;
  /** Expected regret against the target of each round. */
  dynamic: number;
}

export interface Game {
  rows: Row[];
  /** Orders of the expected regret against a fixed point and against the targets, all constants 1. */
  rate: { fixed: number; moving: number };
  /** Variance of gradients: exact, at the corners of the domain, and estimated from 500 gradients of a round. */
  noise: { exact: number; corners: number; estimated: number };
}

export function game(kind: "resting" | "moving", { rounds = 300, seeds = 5 } = {}): Game {
  const targets = targetsOf(kind, rounds);
  const means = targets.map(around);
  const sea = seaQuantities(
    targets.map((pull) => ({ losses: [{ curvature: 1, pull }], noise: 2 * noise ** 2 })),
    domain,
  );
  const expectedBounds: { [name: string]: number } = {
    "optimistic FTRL": oftrlExpectedBound({ D, G, L: 1, nu: D * D + D * G }, sea),
    "optimistic FTL": oftlExpectedBound({ D, L: 1, mu: 1 }, sea),
  };
  const rows = Object.entries(learners).map(([learner, make]) => {
    const runs = Array.from({ length: seeds }, (_, seed) =>
      runOnline(make(), drawn(targets, seed), { domain }),
    );
    const mean = (of: (run: (typeof runs)[number]) => number) =>
      runs.reduce((sum, run) => sum + of(run) / seeds, 0);
    const bound = mean((run) => run.bounds[rounds - 1]);
    return {
      learner,
      regret: mean((run) => run.regret("best")[rounds - 1]),
      bound: Number.isNaN(bound) ? null : bound,
      expected: mean((run) => run.regret("best", means)[rounds - 1]),
      expectedBound: expectedBounds[learner] ?? null,
      dynamic: mean((run) => run.dynamicRegret(targets, means)[rounds - 1]),
    };
  });
  const signs = [-1, 1].flatMap((a) => [-1, 1].map((b) => [a, b]));
  const corners = seaQuantitiesAt(
    (t, x) => signs.map((sign) => sign.map((s, i) => x[i] - targets[t][i] - s * noise)),
    rounds,
    domain.vertices()!,
  );
  const batch = drawn(new Array(500).fill(targets[0]), derive(seeds, 1));
  return {
    rows,
    rate: {
      fixed: seaRate({ losses: "convex" }, sea),
      moving: seaRate({ losses: "convex, moving target", pathLength: pathLength(targets) }, sea),
    },
    noise: {
      exact: sea.sigma2Max,
      corners: corners.sigma2Max,
      estimated: gradientVariance(batch.map((loss) => loss.gradient(domain.center))),
    },
  };
}

/** Regret under `|a . x - b|` against the coefficients that made b, and its bound; the coefficients are known to be positive. */
export function absoluteLosses(rounds = 300, seed = 1): { regret: number; bound: number } {
  const positive: Domain = customDomain({
    dimension: 2,
    diameter: Math.SQRT2,
    // The quarter of the unit disc: negative parts go first, then what is too long is shortened.
    project: (point) => {
      const part = point.map((value) => Math.max(0, value));
      return part.map((value) => value / Math.max(1, Math.hypot(...part)));
    },
  });
  const losses = linearLosses("absolute", positive);
  const learner = optimisticOmdImplicit({ domain: positive, losses });
  const truth = Float64Array.of(0.8, 0.5);
  const next = randomSource(seed);
  let regret = 0;
  for (let t = 0; t < rounds; t++) {
    const a = [2 * next() - 1, 2 * next() - 1];
    const round = { a, b: 0.8 * a[0] + 0.5 * a[1] + (next() < 0.1 ? next() - 0.5 : 0) };
    regret += losses.value(round, learner.predict()) - losses.value(round, truth);
    learner.update(round);
  }
  return { regret, bound: learner.bound()! };
}

/** Regret against the best of three experts whose losses change slowly, with and without the last losses as a hint. */
export function experts(rounds = 300, eta = 0.5) {
  const losses = Array.from({ length: rounds }, (_, t) =>
    [0, 2, 4].map((phase, i) => 0.1 * i + Math.sin((2 * Math.PI * t) / 100 + phase)),
  );
  const played = (hint?: () => number[]) => {
    const rows = losses.map((pull) => quadraticLoss({ curvature: 0, pull: pull.map((v) => -v) }));
    const run = runOnline(optimisticOmdEntropy({ dimension: 3, eta }), rows, { hint });
    const best = Math.min(...[0, 1, 2].map((i) => losses.reduce((sum, row) => sum + row[i], 0)));
    return {
      regret: run.cumulative[rounds - 1] - best,
      bound: run.bounds[rounds - 1],
      last: run.iterates.at(-1)!,
    };
  };
  return { optimistic: played(), plain: played(() => [0, 0, 0]), losses };
}

/** The parameters before each gradient when an optimizer of arrays is given the gradients `gradientAt(t, x)`. */
export function optimized(
  optimizer: GradientTransformation,
  start: readonly number[],
  gradients: readonly ((x: Float64Array) => ArrayLike<number>)[],
): Float64Array[] {
  let params = np.array(Float32Array.from(start));
  let state = optimizer.init(params);
  const seen = gradients.map((gradient) => {
    const x = Float64Array.from(params.ref.dataSync());
    const [updates, next] = optimizer.update(np.array(Float32Array.from(gradient(x))), state, params.ref);
    [params, state] = [applyUpdates(params, updates) as np.Array, next];
    return x;
  });
  disposeTree([params, state]);
  return seen;
}

/** How far two learners are at most from the optimizers of arrays that make the same decisions. */
export function asOptimizers(rounds = 50): { mirrorDescent: number; hedge: number } {
  const losses = drawn(targetsOf("moving", rounds), 1);
  const farthest = (a: readonly Float64Array[], b: readonly Float64Array[]) =>
    Math.max(...a.flatMap((x, t) => [...x].map((value, i) => Math.abs(value - b[t][i]))));
  const make = (x0: Float64Array) => optimisticOmd({ domain, G, x0 });
  const decided = optimized(
    asTransform(make),
    [0, 0],
    losses.map((loss) => loss.gradient),
  );
  // Multiplicative steps, divided by their sum, are mirror descent with entropy and no hint.
  const { plain, losses: rows } = experts(rounds);
  const weights = optimized(
    exponentiatedGradient(0.5, { form: "positive" }),
    [1, 1, 1],
    rows.map((row) => () => row),
  );
  const last = weights.at(-1)!;
  const sum = last.reduce((a, b) => a + b, 0);
  return {
    mirrorDescent: farthest(runOnline(make(Float64Array.of(0, 0)), losses).iterates, decided),
    hedge: farthest([plain.last], [last.map((value) => value / sum)]),
  };
}

if (import.meta.main) {
  await startEngine();
  const cell = (value: number | null) => (value === null ? "-" : value.toFixed(1)).padStart(9);
  for (const kind of ["resting", "moving"] as const) {
    const { rows, rate, noise } = game(kind);
    console.log(`${kind} target              regret    bound expected    bound  against targets`);
    for (const { learner, regret, bound, expected, expectedBound, dynamic } of rows)
      console.log(
        `${learner.padEnd(25)} ${[regret, bound, expected, expectedBound, dynamic].map(cell).join("")}`,
      );
    console.log(
      `orders of the theory: ${rate.fixed.toFixed(1)} fixed, ${rate.moving.toFixed(1)} against targets`,
    );
    console.log(
      `variance of gradients: ${noise.exact.toFixed(3)}, at the corners ${noise.corners.toFixed(3)}, of 500 ${noise.estimated.toFixed(3)}\n`,
    );
  }
  const { regret, bound } = absoluteLosses();
  console.log(`absolute losses, implicit steps: regret ${regret.toFixed(1)}, bound ${bound.toFixed(1)}`);
  const { optimistic, plain } = experts();
  for (const [name, own] of Object.entries({ optimistic, plain }))
    console.log(`three experts, ${name}: regret ${own.regret.toFixed(1)}, bound ${own.bound.toFixed(1)}`);
  const { mirrorDescent, hedge } = asOptimizers();
  console.log(
    `as optimizers of arrays: at most ${mirrorDescent.toExponential(1)} and ${hedge.toExponential(1)} apart`,
  );
}
