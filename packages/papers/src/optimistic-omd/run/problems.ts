import {
  ballDomain,
  type Domain,
  minimizeOn,
  pathLength,
  type Quadratic,
  type QuadraticRound,
  quadraticLoss,
  type RoundLoss,
  seaQuantities,
} from "@minimand/lab/online";
import { derive, randomSource } from "minimand/engine";
import { normals } from "../../kit/normals.ts";
import { direction, rotated } from "./rotated.ts";

/** A sequence of losses that every arm plays. */
export interface Problem {
  domain: Domain;
  rounds: number;
  /** What the learners are told: no gradient is longer than G; L, lambda, alpha as in the theory. */
  G: number;
  L: number;
  lambda: number;
  alpha: number;
  /** The loss of round t as it happened, and its gradient, which a learner sees. */
  value(t: number, x: Float64Array): number;
  gradient(t: number, x: Float64Array): Float64Array;
  /** The expected loss of round t: by it regret is counted. */
  expected(t: number): RoundLoss;
  /** The best point of round t, and of all rounds together. */
  best(t: number): Float64Array;
  fixed: Float64Array;
  sea: { sigma2: number; Sigma2: number; path: number };
}

export const dimension = 10;
const domain = ballDomain(dimension, 1);
/** How hard the mean gradient pushes against the border at the optimum. */
const push = 0.5;

export interface QuadraticSpec {
  rounds: number;
  /** The square root of E ||noise||^2 of a gradient. */
  sigma: number;
  /** How often the optimum jumps. */
  switches: number;
  /** Added to the curvature. */
  lambda: number;
  seed: number;
}

/**
 * `F_t(x) = x^T (P + lambda I) x / 2 - q_t^T x` with eigenvalues of P up to 1 and its optimum u_t on the border; gradients with
 * normal noise. G is the largest gradient there can be with the noise that was drawn.
 */
export function quadraticProblem({ rounds, sigma, switches, lambda, seed }: QuadraticSpec): Problem {
  const normal = normals(randomSource(derive(seed, 1)));
  const eigenvalues = Array.from({ length: dimension }, (_, i) => (i + 1) / dimension + lambda);
  const matrix = rotated(eigenvalues, normal);
  const segments = Array.from({ length: switches + 1 }, () => {
    const u = direction(dimension, normal);
    const pull = Float64Array.from(u, (value, i) => push * value + row(matrix, i, u));
    const quadratic: Quadratic = { curvature: matrix, pull };
    return { u, quadratic, loss: quadraticLoss(quadratic) };
  });
  const segmentOf = (t: number) => Math.min(switches, Math.floor((t * (switches + 1)) / rounds));
  const noises = normals(randomSource(derive(seed, 2)));
  const noise = Float64Array.from(
    { length: rounds * dimension },
    () => (sigma / Math.sqrt(dimension)) * noises(),
  );
  let loudest = 0;
  for (let t = 0; t < rounds; t++)
    loudest = Math.max(loudest, Math.hypot(...noise.subarray(t * dimension, (t + 1) * dimension)));
  const L = 1 + lambda;
  const longest = Math.max(
    ...segments.map(({ quadratic }) => Math.hypot(...(quadratic.pull as Float64Array))),
  );
  const all = Array.from({ length: rounds }, (_, t) => segments[segmentOf(t)]);
  // All rounds together are one quadratic.
  const mean = new Float64Array(dimension);
  for (const { quadratic } of all) for (let i = 0; i < dimension; i++) mean[i] += quadratic.pull[i] / rounds;
  const rounded = all.map(({ quadratic }): QuadraticRound => ({ losses: [quadratic], noise: sigma ** 2 }));
  const { sigma2Sum, Sigma2Sum } = seaQuantities(rounded, domain);
  return {
    domain,
    rounds,
    G: L + longest + loudest,
    L,
    lambda,
    alpha: 0,
    value(t, x) {
      let value = all[t].loss.value(x);
      for (let i = 0; i < dimension; i++) value += noise[t * dimension + i] * x[i];
      return value;
    },
    gradient(t, x) {
      const g = all[t].loss.gradient(x) as Float64Array;
      for (let i = 0; i < dimension; i++) g[i] += noise[t * dimension + i];
      return g;
    },
    expected: (t) => all[t].loss,
    best: (t) => all[t].u,
    fixed: minimizeOn(domain, quadraticLoss({ curvature: matrix, pull: mean })),
    sea: { sigma2: sigma2Sum, Sigma2: Sigma2Sum, path: pathLength(all.map(({ u }) => u)) },
  };
}

function row(matrix: Float64Array, i: number, x: Float64Array): number {
  let sum = 0;
  for (let j = 0; j < x.length; j++) sum += matrix[i * x.length + j] * x[j];
  return sum;
}

/** So many different examples does a squared error come from. */
const examples = 40;

/**
 * Squared errors `(a.x - b)^2 / 2` of examples drawn at random from forty: exp-concave, but none strongly convex. Noise is that of
 * the targets and of the draw.
 */
export function squaresProblem({
  rounds,
  sigma,
  seed,
}: Pick<QuadraticSpec, "rounds" | "sigma" | "seed">): Problem {
  const normal = normals(randomSource(derive(seed, 3)));
  const u = direction(dimension, normal);
  const list = Array.from({ length: examples }, () => {
    const a = direction(dimension, normal);
    const b = 1.3 * a.reduce((sum, value, i) => sum + value * u[i], 0) + sigma * normal();
    const curvature = Float64Array.from({ length: dimension ** 2 }, (_, k) => {
      return a[Math.floor(k / dimension)] * a[k % dimension];
    });
    const quadratic = { curvature, pull: a.map((value) => b * value) };
    return { b, quadratic, loss: quadraticLoss(quadratic) };
  });
  const average = (pick: (q: Quadratic) => ArrayLike<number>) =>
    Float64Array.from({ length: pick(list[0].quadratic).length }, (_, k) =>
      list.reduce((sum, { quadratic }) => sum + pick(quadratic)[k] / examples, 0),
    );
  const mean = {
    curvature: average((q) => q.curvature as Float64Array),
    pull: average((q) => q.pull),
  };
  const expected = quadraticLoss(mean);
  const next = randomSource(derive(seed, 4));
  const drawn = Int32Array.from({ length: rounds }, () => Math.floor(next() * examples));
  const largest = Math.max(...list.map(({ b }) => 1 + Math.abs(b)));
  const fixed = minimizeOn(domain, expected);
  const sea = seaQuantities([{ losses: list.map(({ quadratic }) => quadratic) }], domain);
  return {
    domain,
    rounds,
    G: largest,
    L: 1,
    lambda: 0,
    alpha: 1 / largest ** 2,
    value: (t, x) => list[drawn[t]].loss.value(x),
    gradient: (t, x) => list[drawn[t]].loss.gradient(x) as Float64Array,
    expected: () => expected,
    best: () => fixed,
    fixed,
    sea: { sigma2: rounds * sea.sigma2Sum, Sigma2: sea.Sigma2Sum, path: 0 },
  };
}
