import { numpy as np, random } from "@jax-js/jax";
import { compiledValueAndGrad, keyOf, normal, randomSource } from "minimand/engine";
import { frechetDistance, kernelDistance, neighbourhoodScores } from "minimand/metrics";
import { describe, expect, it } from "vitest";
import { exactChain } from "./exact-chain.fixture.ts";
import {
  addNoise,
  daleLangevinStep,
  flowStep,
  geometricBrownianMotion,
  hyvarinenScore,
  logNormalMarginal,
  logNormalPrior,
  multiplicativeScoreMatching,
  multiplicativeTweedie,
  nonnegativeScoreMatching,
  sampleAdditive,
  sampleMultiplicative,
  unconstrainedStep,
} from "./index.ts";

const motion = geometricBrownianMotion();
const next = randomSource(4);
const normals = (count: number): Float64Array<ArrayBuffer> =>
  Float64Array.from({ length: count }, () => normal(next));
const column = (values: Float64Array<ArrayBuffer>): np.Array =>
  np.array(values, { shape: [values.length, 1] });
const valuesOf = (x: np.Array): number[] => [...(x.dataSync() as Float64Array)];
const mean = (list: readonly number[]): number => list.reduce((sum, x) => sum + x, 0) / list.length;
const moments = (list: readonly number[]) => {
  const middle = mean(list);
  return { mean: middle, variance: mean(list.map((x) => (x - middle) ** 2)) };
};
const matrix = (rows: number[][]): np.Array => np.array(rows, { dtype: np.float64 });

describe("geometric Brownian motion", () => {
  it("has normal logarithms with the mean and the variance that it tells, and stays positive", () => {
    const drifting = geometricBrownianMotion({ sigma: 0.5, mu: 0.4 });
    const count = 20_000;
    const xt = drifting.sample(np.full([count, 1], 1.5, { dtype: np.float64 }), 0.7, column(normals(count)));
    const found = moments(valuesOf(xt).map(Math.log));
    expect(found.mean - Math.log(1.5)).toBeCloseTo(drifting.logMean(0.7), 2);
    expect(found.variance).toBeCloseTo(drifting.logVariance(0.7), 2);
  });

  it("leaves data as they are at time 0, and takes a time a row", () => {
    const x = matrix([[1.5], [2]]);
    const z = () => matrix([[1], [1]]);
    expect(valuesOf(motion.sample(x.ref, 0, z()))).toEqual([1.5, 2]);
    const t = np.array([0, 0.25], { dtype: np.float64 });
    const [still, moved] = valuesOf(motion.sample(x, t, z()));
    expect([still, moved]).toEqual([1.5, expect.closeTo(2 * Math.exp(0.4), 12)]);
  });

  it("has scores that don't depend on the unit of the data", () => {
    const [x0, xt] = [matrix([[1.2, 3]]), matrix([[0.7, 5]])];
    const h = valuesOf(motion.conditionalScore(xt.ref, x0.ref, 0.3));
    const scaled = valuesOf(motion.conditionalScore(xt.mul(7), x0.mul(7), 0.3));
    scaled.forEach((value, i) => {
      expect(value).toBeCloseTo(h[i], 12);
    });
  });

  it("refuses what isn't positive, with the offset as a hint", () => {
    const z = () => matrix([[1]]);
    expect(() => motion.sample(matrix([[0]]), 0.1, z())).toThrow(
      "x0: expected finite numbers > 0 (an offset",
    );
    expect(() => motion.sample(matrix([[1]]), -1, z())).toThrow("t: expected");
    expect(() => motion.conditionalScore(matrix([[1]]), matrix([[1]]), 0)).toThrow("t: expected");
    expect(() => motion.sample(matrix([[1, 2]]), 0.1, z())).toThrow("z: expected shape [1, 2]");
    expect(() => geometricBrownianMotion({ sigma: 0 })).toThrow("sigma: expected");
  });
});

describe("multiplicative score matching", () => {
  const data = () => ({
    x0: matrix([
      [1.2, 3],
      [0.4, 2],
    ]),
    xt: matrix([
      [0.7, 5],
      [0.5, 1],
    ]),
  });

  it("is 0 where the model knows the score, and the authors' form is the weighted one", () => {
    const { x0, xt } = data();
    const exact = motion.conditionalScore(xt.ref, x0.ref, 0.3);
    expect(valuesOf(multiplicativeScoreMatching(exact, xt.ref, x0.ref, 0.3))).toEqual([0, 0]);
    const { sigma, mu } = motion;
    const t = 0.3;
    const loss = multiplicativeScoreMatching(
      matrix([
        [1, 2],
        [3, 4],
      ]),
      xt,
      x0,
      t,
      { weighting: "code" },
    );
    const code = [
      [1, 2],
      [3, 4],
    ].map((row, i) =>
      row.reduce((sum, h, j) => {
        const [a, b] = [
          [
            [1.2, 3],
            [0.4, 2],
          ][i][j],
          [
            [0.7, 5],
            [0.5, 1],
          ][i][j],
        ];
        return sum + (sigma ** 2 * t * h + Math.log(b) - Math.log(a) - mu * t + 1.5 * sigma ** 2 * t) ** 2;
      }, 0),
    );
    valuesOf(loss).forEach((value, i) => {
      expect(value).toBeCloseTo(code[i], 12);
    });
  });

  it("has the score of the diffused data as its minimiser", () => {
    const count = 40_000;
    const t = 0.5;
    const truth = logNormalMarginal({ motion, mean: 0.3, deviation: 0.4, t });
    const x0 = np.exp(column(normals(count)).mul(0.4).add(0.3));
    const xt = motion.sample(x0.ref, t, column(normals(count)));
    const lossAt = (m: number, v: number): number =>
      multiplicativeScoreMatching(np.log(xt.ref).sub(m).div(v).add(1).neg(), xt.ref, x0.ref, t).mean().item();
    const best = lossAt(truth.mean, truth.variance);
    for (const [m, v] of [
      [truth.mean + 0.1, truth.variance],
      [truth.mean - 0.1, truth.variance],
      [truth.mean, 1.2 * truth.variance],
      [truth.mean, 0.8 * truth.variance],
    ])
      expect(lossAt(m, v)).toBeGreaterThan(best);
    for (const x of [x0, xt]) x.dispose();
  });

  it("leaves out rows of weight 0, whatever they hold, in value and gradient", () => {
    const weights = () => np.array([1, 0], { dtype: np.float64 });
    const xt = () =>
      matrix([
        [0.7, 5],
        [Number.NaN, -1],
      ]);
    const { x0 } = data();
    const run = compiledValueAndGrad((h: np.Array) =>
      multiplicativeScoreMatching(h, xt(), x0.ref, 0.3, { weights: weights() }).sum(),
    );
    const [value, gradient] = run(
      matrix([
        [1, 2],
        [Number.NaN, 4],
      ]),
    );
    expect(Number.isFinite(value.item())).toBe(true);
    expect(gradient.js()[1]).toEqual([0, 0]);
    run.dispose();
    x0.dispose();
  });
});

describe("score matching of positive data", () => {
  const data = () =>
    matrix([
      [0.5, 1],
      [1.5, 0.2],
      [2, 0.9],
    ]);
  // A score whose columns depend on one another.
  const score = (x: np.Array): np.Array => np.square(x.ref).sum(-1).reshape([-1, 1]).mul(-0.3).sub(x);

  it("is, exactly, the mean of the estimate over all signs", () => {
    const exact = valuesOf(nonnegativeScoreMatching(score, data()));
    const signs = [
      [1, 1],
      [1, -1],
      [-1, 1],
      [-1, -1],
    ];
    const estimates = signs.map((row) =>
      valuesOf(nonnegativeScoreMatching(score, data(), { directions: matrix([row, row, row]) })),
    );
    exact.forEach((value, i) => {
      expect(mean(estimates.map((list) => list[i]))).toBeCloseTo(value, 12);
    });
  });

  it("is half the squared distance of the scores, but for a constant", () => {
    const count = 60_000;
    const truth = logNormalMarginal({ motion, mean: 0.1, deviation: 0.5, t: 0 });
    const x = np.exp(column(normals(count)).mul(0.5).add(0.1));
    const model = (m: number) => (at: np.Array) => np.log(at.ref).sub(m).div(0.25).add(1).neg().div(at);
    const difference = (m: number): number => {
      const value = nonnegativeScoreMatching(model(m), x.ref).mean().item();
      const h = model(m)(x.ref).mul(x.ref);
      return (
        value -
        0.5 *
          np
            .square(h.sub(truth.score(x.ref)))
            .mean()
            .item()
      );
    };
    expect(difference(0.1)).toBeCloseTo(difference(0.3), 1);
    x.dispose();
  });

  it("is what the closed forms of the exponential and the log-normal distribution say, and weighs rows", () => {
    const x = [0.5, 1.5, 2.5];
    const at = () => matrix(x.map((value) => [value]));
    // h = -2 x: h + x h' + h^2 / 2.
    valuesOf(nonnegativeScoreMatching((y) => y.mul(0).sub(2), at())).forEach((value, i) => {
      expect(value).toBeCloseTo(-4 * x[i] + 2 * x[i] ** 2, 12);
    });
    // h = -1 - (log x - a) / b2, x h' = -1 / b2.
    const [a, b2] = [0.1, 0.49];
    const logNormal = (y: np.Array) => np.log(y.ref).sub(a).div(b2).add(1).neg().div(y);
    const weights = np.array([1, 0, 2], { dtype: np.float64 });
    valuesOf(nonnegativeScoreMatching(logNormal, at(), { weights })).forEach((value, i) => {
      const h = -1 - (Math.log(x[i]) - a) / b2;
      expect(value).toBeCloseTo([1, 0, 2][i] * (h - 1 / b2 + h ** 2 / 2), 10);
    });
  });

  it("refuses a score of another shape", () => {
    expect(() => nonnegativeScoreMatching((x) => x.sum(-1), data())).toThrow(
      "score: expected a function to shape [3, 2]",
    );
  });
});

describe("steps back in time", () => {
  const x = () => matrix([[1.5, -2]]);
  const h = () => matrix([[-3, 2]]);
  const noise = () => matrix([[0.4, -1.1]]);

  it("don't depend on the unit of the data", () => {
    for (const step of [daleLangevinStep, unconstrainedStep, flowStep]) {
      const options = () => ({ motion, delta: 0.1, noise: noise() });
      const scaled = valuesOf(step(x().mul(5), h(), options()));
      valuesOf(step(x(), h(), options())).forEach((value, i) => {
        expect(scaled[i]).toBeCloseTo(5 * value, 12);
      });
    }
  });

  it("keep signs in the logarithm, and may turn them without", () => {
    const wild = () => ({ motion, delta: 0.5, noise: matrix([[-9, -9]]) });
    const kept = valuesOf(daleLangevinStep(x(), h(), wild()));
    expect(kept.map(Math.sign)).toEqual([1, -1]);
    expect(valuesOf(unconstrainedStep(x(), h(), wild())).map(Math.sign)).not.toEqual([1, -1]);
  });

  it("of both samplers agree to first order: the mean factor without a score", () => {
    const zs = normals(200_000);
    const delta = 0.02;
    const { mu, sigma } = motion;
    const factor = (step: typeof daleLangevinStep): number =>
      step(np.ones([zs.length, 1], { dtype: np.float64 }), np.zeros([zs.length, 1], { dtype: np.float64 }), {
        motion,
        delta,
        noise: column(zs),
      })
        .mean()
        .item();
    expect(factor(daleLangevinStep)).toBeCloseTo(Math.exp(delta * (2 * sigma ** 2 - mu)), 3);
    expect(factor(unconstrainedStep)).toBeCloseTo(1 + delta * (2 * sigma ** 2 - mu), 3);
  });

  it("by Tweedie's formula give back what was multiplied, where the score says so", () => {
    const x0 = matrix([[1.5, 0.3]]);
    const xt = motion.sample(x0.ref, 0.25, matrix([[1, -0.7]]));
    const scores = motion.conditionalScore(xt.ref, x0, 0.25);
    const [a, b] = valuesOf(multiplicativeTweedie(xt, scores, 0.25, { motion }));
    expect([a, b]).toEqual([expect.closeTo(1.5, 12), expect.closeTo(0.3, 12)]);
  });

  it("refuse scores of another shape and steps of no length", () => {
    expect(() => daleLangevinStep(x(), matrix([[1]]), { motion, delta: 0.1 })).toThrow(
      "scores: expected shape",
    );
    expect(() => daleLangevinStep(x(), h(), { motion, delta: 0 })).toThrow("delta: expected");
    expect(() => flowStep(x(), h(), { motion, delta: 0.1, anneal: -1 })).toThrow("anneal: expected");
  });
});

describe("samples of log-normal data with exact scores", () => {
  const score = (xt: np.Array, t: number): np.Array =>
    logNormalMarginal({ motion, mean: 0.3, deviation: 0.4, t }).score(np.maximum(xt, 1e-6));
  const count = 4000;
  const start = (): np.Array => {
    const { mean: m, variance } = logNormalMarginal({ motion, mean: 0.3, deviation: 0.4, t: 1 });
    return np.exp(column(normals(count)).mul(Math.sqrt(variance)).add(m));
  };

  it.each(["daleLangevin", "unconstrained", "flow"] as const)(
    "have their mean and variance in the logarithm: %s",
    async (sampler) => {
      const samples = await sampleMultiplicative(score, keyOf(1), start(), {
        motion,
        sampler,
        steps: 60,
        denoise: false,
      });
      const positive = valuesOf(samples).filter((x) => x > 0);
      expect(positive.length).toBeGreaterThanOrEqual(sampler === "unconstrained" ? 0.999 * count : count);
      const found = moments(positive.map(Math.log));
      expect(Math.abs(found.mean - 0.3)).toBeLessThan(0.04);
      expect(Math.abs(found.variance / 0.16 - 1)).toBeLessThan(0.15);
    },
  );

  it("come nearer with more steps, at the rate of their length", () => {
    const varianceBy = (steps: number): number =>
      exactChain({ motion, mean: 0.3, deviation: 0.4 }, steps).at(-1)!.variance;
    const off = [25, 50, 100].map((steps) => varianceBy(steps) - 0.16);
    expect(off[0] / off[1]).toBeCloseTo(2, 0);
    expect(off[1] / off[2]).toBeCloseTo(2, 0);
    expect(Math.abs(off[2])).toBeLessThan(0.01);
  });

  it("are the same for the same key, and others for another; steps are told of", async () => {
    const told: number[] = [];
    const draw = async (seed: number) =>
      valuesOf(
        await sampleMultiplicative(score, keyOf(seed), matrix([[1], [2]]), {
          motion,
          steps: 5,
          onStep: (done) => void told.push(done),
        }),
      );
    const first = await draw(1);
    expect(told).toEqual([1, 2, 3, 4, 5]);
    expect(await draw(1)).toEqual(first);
    expect(await draw(2)).not.toEqual(first);
  });
});

describe("a network as a score", () => {
  it("means the same in each parametrisation", () => {
    const [x, t] = [() => matrix([[1.2], [0.4]]), 0.3];
    const truth = logNormalMarginal({ motion, mean: 0.3, deviation: 0.4, t });
    const h = (xt: np.Array): np.Array => truth.score(xt);
    const drop = <T>(value: T, other: np.Array): T => {
      other.dispose();
      return value;
    };
    const networks = {
      hyvarinen: (xt: np.Array, times: np.Array) => drop(h(xt), times),
      stein: (xt: np.Array, times: np.Array) => drop(h(xt.ref).div(xt), times),
      epsilon: (y: np.Array, times: np.Array) =>
        drop(
          h(np.exp(y))
            .add(1)
            .neg()
            .mul(motion.sigma * Math.sqrt(t)),
          times,
        ),
    };
    const expected = valuesOf(h(x()));
    for (const parametrisation of ["hyvarinen", "stein", "epsilon"] as const) {
      const score = hyvarinenScore(networks[parametrisation], { motion, parametrisation });
      valuesOf(score(x(), t)).forEach((value, i) => {
        expect(value).toBeCloseTo(expected[i], 10);
      });
    }
  });
});

describe("the prior", () => {
  it("has the moments of diffused data: of all numbers, or of each", async () => {
    const x = np.exp(column(normals(4000)).mul(0.2)).mul(matrix([[1, 4]]));
    const falling = geometricBrownianMotion({ mu: 0 });
    const moved = logNormalPrior(x.ref, { motion: falling, mode: "perPixel" });
    const each = logNormalPrior(x.ref, { motion, mode: "perPixel" });
    expect(moved.mean[0] - each.mean[0]).toBeCloseTo(-0.32, 10);
    expect(each.mean[1] - each.mean[0]).toBeCloseTo(Math.log(4), 10);
    expect(each.deviation[0]).toBeCloseTo(Math.sqrt(0.04 + 0.64), 2);
    const pooled = logNormalPrior(x, { motion });
    expect(pooled.deviation[0]).toBeCloseTo(Math.sqrt(0.04 + 0.64 + Math.log(4) ** 2 / 4), 2);
    const drawn = each.sample(random.key(0), 500);
    expect(drawn.shape).toEqual([500, 2]);
    const logs = valuesOf(drawn).map(Math.log);
    expect(mean(logs.filter((_, i) => i % 2 === 1))).toBeCloseTo(Math.log(4), 0);
  });

  it("refuses a single sample", () => {
    expect(() => logNormalPrior(matrix([[1, 2]]), { motion })).toThrow("x: expected at least 2 samples");
  });
});

describe("noise that is added", () => {
  it("is as large as its time says, and taken away by the sampler with exact scores", async () => {
    expect(valuesOf(addNoise(matrix([[1.5]]), 0.25, matrix([[1]])))).toEqual([1.9]);
    const network = (x: np.Array, t: number): np.Array =>
      x.sub(1).mul((0.8 * Math.sqrt(t)) / (0.25 + 0.64 * t));
    const start = column(normals(4000))
      .mul(Math.sqrt(0.25 + 0.64))
      .add(1);
    const found = moments(valuesOf(await sampleAdditive(network, keyOf(2), start, { steps: 60 })));
    expect(Math.abs(found.mean - 1)).toBeLessThan(0.03);
    expect(Math.abs(found.variance / 0.25 - 1)).toBeLessThan(0.12);
  });
});

describe("distances of samples", () => {
  const cloud = (count: number, shift: number): Float64Array => normals(3 * count).map((x) => x + shift);

  it("by Frechet are 0 for a set and itself, symmetric, and squared distances of means for equal covariances", () => {
    const [a, b] = [cloud(50, 0), cloud(60, 0.5)];
    expect(Math.abs(frechetDistance(a, a, 3))).toBeLessThan(1e-9);
    expect(frechetDistance(a, b, 3)).toBeCloseTo(frechetDistance(b, a, 3), 10);
    expect(
      frechetDistance(
        a,
        a.map((x, i) => x + (i % 3)),
        3,
      ),
    ).toBeCloseTo(5, 9);
  });

  it("by kernels are around 0 for equal distributions, negative sometimes, and large for others", () => {
    const same = Array.from({ length: 10 }, () => kernelDistance(cloud(40, 0), cloud(40, 0), 3));
    expect(Math.min(...same)).toBeLessThan(0);
    const far = kernelDistance(cloud(40, 0), cloud(40, 2), 3);
    expect(far).toBeGreaterThan(10 * Math.max(...same.map(Math.abs)));
    const subsets = kernelDistance(cloud(100, 0), cloud(100, 2), 3, { subsets: 5, size: 40, seed: 1 });
    expect(subsets / far).toBeGreaterThan(0.3);
  });

  it("among neighbours are 1 for a set and itself, and 0 far away", () => {
    const a = cloud(40, 0);
    expect(neighbourhoodScores(a, a, 3)).toMatchObject({ precision: 1, recall: 1, coverage: 1 });
    // Real balls have radius 1: 1 is in those of 0 and 1, and 10 in none. Those of 1 and 10 have radius 9 and reach all.
    expect(neighbourhoodScores([0, 1, 3, 4], [1, 10], 1, { neighbours: 1 })).toEqual({
      precision: 0.5,
      recall: 1,
      density: 1,
      coverage: 0.5,
    });
    expect(neighbourhoodScores(a, cloud(40, 100), 3)).toEqual({
      precision: 0,
      recall: 0,
      density: 0,
      coverage: 0,
    });
  });

  it("refuse too few rows and what isn't finite", () => {
    expect(() => frechetDistance([1, 2, 3], [1, 2], 2)).toThrow("a: expected at least 2 rows of 2 numbers");
    expect(() => kernelDistance([1, 2], [1, Number.NaN], 1)).toThrow("b");
    expect(() => kernelDistance([1, 2], [1, 2], 1, { size: 3 })).toThrow("size: expected");
    expect(() => neighbourhoodScores([1, 2], [1, 2], 1)).toThrow("real: expected at least 6 rows");
  });
});
