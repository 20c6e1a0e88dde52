import fc from "fast-check";
import { randomSource } from "minimand/engine";
import { describe, expect, it } from "vitest";
import { drawIndex } from "../environments/simulator.ts";
import {
  dilatedBonusDp,
  localBonus,
  matrixGeometricResampling,
  qEstimate,
  regularisedInverse,
  resamplingSize,
} from "../index.ts";

/** Vectors of norm at most 1. */
function vectors(count: number, dim: number, seed: number): Float64Array[] {
  const random = randomSource(seed);
  return Array.from({ length: count }, () => {
    const x = Float64Array.from({ length: dim }, () => 2 * random() - 1);
    const size = Math.hypot(...x) / (0.2 + 0.8 * random());
    return x.map((v) => v / size);
  });
}

const times = (matrix: readonly Float64Array[], x: ArrayLike<number>): number[] =>
  matrix.map((row) => row.reduce((s, v, j) => s + v * x[j], 0));
const inner = (x: ArrayLike<number>, y: ArrayLike<number>): number =>
  Array.from(x).reduce((s, v, i) => s + v * y[i], 0);

describe("matrixGeometricResampling", () => {
  it("sums the geometric series where features are always 1", () => {
    const estimate = (n: number): number =>
      matrixGeometricResampling([Array.from({ length: n }, () => [1])], { gamma: 0.5 })[0][0];
    expect(estimate(2)).toBe(0.65625);
    expect(estimate(200)).toBeCloseTo(1 / 1.5, 12);
  });

  it("has the mean c sum (I - c (gamma I + Sigma))^n", () => {
    const [gamma, c, length] = [0.3, 0.5, 4];
    const support = vectors(3, 2, 1);
    const random = randomSource(2);
    const batches = Array.from({ length: 20_000 }, () =>
      Array.from({ length }, () => support[Math.floor(random() * 3)]),
    );
    const found = matrixGeometricResampling(batches, { gamma, c });
    const step = [0, 1].map((i) =>
      [0, 1].map(
        (j) => (i === j ? 1 - c * gamma : 0) - (c / 3) * support.reduce((s, x) => s + x[i] * x[j], 0),
      ),
    );
    let power = [
      [1, 0],
      [0, 1],
    ];
    const expected = [
      [c, 0],
      [0, c],
    ];
    for (let n = 1; n <= length; n++) {
      power = power.map((row) => [0, 1].map((j) => row[0] * step[0][j] + row[1] * step[1][j]));
      for (const i of [0, 1]) for (const j of [0, 1]) expected[i][j] += c * power[i][j];
    }
    for (const i of [0, 1]) for (const j of [0, 1]) expect(found[i][j]).toBeCloseTo(expected[i][j], 2);
  });

  it("is symmetric when asked to be, with the same quadratic forms", () => {
    const features = [vectors(5, 3, 3), vectors(5, 3, 4)];
    const plain = matrixGeometricResampling(features, { gamma: 0.2 });
    const symmetric = matrixGeometricResampling(features, { gamma: 0.2, symmetric: true });
    expect(plain[0][1]).not.toBeCloseTo(plain[1][0], 3);
    expect(symmetric[0][1]).toBe(symmetric[1][0]);
    const [x] = vectors(1, 3, 5);
    expect(inner(x, times(symmetric, x))).toBeCloseTo(inner(x, times(plain, x)), 12);
  });

  it("needs more draws for a smaller gamma and a finer accuracy", () => {
    const size = (gamma: number, accuracy: number) =>
      resamplingSize({ gamma, accuracy, dim: 3, horizon: 2, episodes: 100 });
    expect(size(0.1, 0.5).length).toBeGreaterThan(size(0.2, 0.5).length);
    expect(size(0.1, 0.2).batches).toBeGreaterThan(size(0.1, 0.5).batches);
  });
});

describe("regularisedInverse", () => {
  it("is symmetric, inverts, and has eigenvalues from 1 / (gamma + 1) to 1 / gamma", () => {
    const cases = fc.record({
      seed: fc.nat(),
      n: fc.integer({ min: 1, max: 12 }),
      dim: fc.integer({ min: 1, max: 5 }),
    });
    fc.assert(
      fc.property(cases, fc.double({ min: 0.01, max: 2, noNaN: true }), ({ seed, n, dim }, gamma) => {
        const features = vectors(n, dim, seed);
        const inverse = regularisedInverse(features, { gamma });
        const [x] = vectors(1, dim, seed + 1);
        for (const i of x.keys()) for (const j of x.keys()) expect(inverse[i][j]).toBe(inverse[j][i]);
        const back = times(
          inverse,
          x.map((v, i) => gamma * v + features.reduce((s, phi) => s + phi[i] * inner(phi, x), 0) / n),
        );
        for (const i of x.keys()) expect(back[i]).toBeCloseTo(x[i], 8);
        const rayleigh = inner(x, times(inverse, x)) / inner(x, x);
        expect(rayleigh).toBeGreaterThanOrEqual(1 / (gamma + 1) - 1e-9);
        expect(rayleigh).toBeLessThanOrEqual(1 / gamma + 1e-9);
      }),
      { numRuns: 100 },
    );
  });
});

describe("qEstimate", () => {
  const support = vectors(4, 3, 7);
  const weights = [0.4, 0.3, 0.2, 0.1];
  const theta = [0.3, -0.2, 0.5];
  /** Sigma exactly, as so many copies of the support. */
  const copies = support.flatMap((phi, i) => Array.from({ length: 10 * weights[i] }, () => phi));

  const meanTheta = (gamma: number): number[] => {
    const sigmaInverse = regularisedInverse(copies, { gamma });
    const mean = [0, 0, 0];
    for (const [i, chosen] of support.entries()) {
      const loss = 2 + inner(chosen, theta);
      const found = qEstimate(
        { sigmaInverse, chosen, suffixLoss: loss, features: [chosen] },
        { estimator: "plain", horizon: 3 },
      );
      const without = qEstimate(
        { sigmaInverse, chosen, suffixLoss: 2, features: [chosen] },
        { estimator: "plain", horizon: 3 },
      );
      for (const j of mean.keys()) mean[j] += weights[i] * (found.theta[j] - without.theta[j]);
    }
    return mean;
  };

  it("is unbiased with the exact covariance, and off by -gamma phi^T (gamma I + Sigma)^-1 theta with a regulariser", () => {
    for (const [j, t] of meanTheta(1e-9).entries()) expect(t).toBeCloseTo(theta[j], 5);
    const gamma = 0.2;
    const bias = times(regularisedInverse(copies, { gamma }), theta).map((x) => -gamma * x);
    for (const [j, t] of meanTheta(gamma).entries()) expect(t).toBeCloseTo(theta[j] + bias[j], 9);
  });

  it("keeps its mean when its magnitude is reduced, and is never below m", () => {
    const [gamma, horizon] = [0.01, 2];
    const sigmaInverse = regularisedInverse(copies, { gamma });
    const random = randomSource(9);
    const draw = () => support[drawIndex(weights, 0, 4, random)];
    const [sums, squares] = [new Float64Array(4), new Float64Array(4)];
    const rounds = 4000;
    for (let k = 0; k < rounds; k++) {
      const chosen = draw();
      const suffixLoss = Math.min(horizon, 2 * random());
      const observation = { sigmaInverse, chosen, suffixLoss, features: support };
      const resampled = Array.from({ length: 4 }, draw);
      const reduced = qEstimate(observation, { estimator: "magnitude-reduced", horizon, resampled });
      const { q } = qEstimate(observation, { estimator: "plain", horizon });
      for (const a of support.keys()) {
        expect(reduced.q[a]).toBeGreaterThanOrEqual(reduced.m[a] - 1e-12);
        const difference = reduced.q[a] - q[a];
        sums[a] += difference;
        squares[a] += difference ** 2;
      }
    }
    for (const a of support.keys()) {
      const mean = sums[a] / rounds;
      const error = Math.sqrt((squares[a] / rounds - mean ** 2) / rounds);
      expect(Math.abs(mean)).toBeLessThan(4 * error + 1e-12);
    }
  });

  it("bounds m by the root of the covariance instead of 1 / gamma", () => {
    const gamma = 1e-4;
    const rare = [
      [1, 0],
      [0.8, 0.6],
    ];
    const sample = Array.from({ length: 1000 }, (_, i) => rare[Number(i === 0)]);
    const sigmaInverse = regularisedInverse(sample, { gamma });
    const observation = { sigmaInverse, chosen: rare[1], suffixLoss: 1, features: [[0, -1]] };
    const plain = qEstimate(observation, { estimator: "plain", horizon: 1 });
    const reduced = qEstimate(observation, { estimator: "magnitude-reduced", horizon: 1, resampled: sample });
    const bound = Math.sqrt(inner([0, -1], times(sigmaInverse, [0, -1])));
    expect(plain.q[0]).toBeLessThan(-100);
    expect(reduced.m[0]).toBeGreaterThanOrEqual(-bound - 1e-9);
    expect(reduced.q[0]).toBeGreaterThanOrEqual(-bound - 1e-9);
  });

  it("is the plain one where features are one-hot", () => {
    const oneHot = [0, 1, 2].map((i) => [0, 1, 2].map((j) => Number(i === j)));
    const sigmaInverse = regularisedInverse(oneHot, { gamma: 0.1 });
    const observation = { sigmaInverse, chosen: oneHot[1], suffixLoss: 0.7, features: oneHot };
    const reduced = qEstimate(observation, { estimator: "magnitude-reduced", horizon: 1, resampled: oneHot });
    expect(reduced.q).toEqual(qEstimate(observation, { estimator: "plain", horizon: 1 }).q);
    expect([...reduced.m].map(Math.abs)).toEqual([0, 0, 0]);
  });
});

describe("bonuses", () => {
  it("dilate a constant c to c H ((1 + 1/H)^(H - h) - 1), at most (e - 1) c H", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.double({ min: 0, max: 3, noNaN: true }), (h, c) => {
        const layers = Array.from({ length: h }, () => [[c, c]]);
        const transition = layers.map(() => [[[1], [1]]]);
        const found = dilatedBonusDp({ bonus: layers, transition, policy: layers.map(() => [[0.3, 0.7]]) });
        for (const [i, states] of found.entries())
          expect(states[0][1]).toBeCloseTo(c * h * ((1 + 1 / h) ** (h - i) - 1), 8);
        expect(found[0][0][0]).toBeLessThanOrEqual((Math.E - 1) * c * h + 1e-9);
      }),
      { numRuns: 50 },
    );
  });

  it("are zero without a scale and never negative", () => {
    const features = vectors(4, 2, 11);
    const sigmaInverse = regularisedInverse(features, { gamma: 0.1 });
    const policy = [0.25, 0.25, 0.25, 0.25];
    expect([...localBonus({ features, sigmaInverse, policy, beta: 0 })]).toEqual([0, 0, 0, 0]);
    for (const b of localBonus({ features, sigmaInverse, policy, beta: 2 })) expect(b).toBeGreaterThan(0);
  });
});
