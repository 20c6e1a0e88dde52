import { numpy as np } from "@jax-js/jax";
import type { Compile } from "minimand/engine";
import { describe, expect, it } from "vitest";
import { leakOf } from "../../../../test/support/leaks.ts";
import { normals } from "../../../../test/support/normals.ts";
import { compilerOfBlocks } from "../../../minimand/src/training/blocks.fixture.ts";
import {
  type LinearRobustOptions,
  linearRobustLoss,
  linearRss,
  linearRssTrainer,
  linearSelfRobustLoss,
  linearWorstInputs,
  meanDirection,
  shareInsideHat,
} from "./index.ts";

const xs = Float32Array.from({ length: 12 }, (_, i) => Math.sin(9 * i + 1));
const x = () => np.array(xs, { shape: [4, 3] });
const ids = () => np.array(Int32Array.of(1, 0, 0, 1));
const params = () => ({ w: np.array(Float32Array.of(0.5, -0.7, 0.2)), b: np.array([0.1]) });
const hinge = { loss: "hinge", gamma: 0.8 } as const;
const values = (a: np.Array): number[] => [...(a.dataSync() as Float32Array)];

describe("linear worst cases", () => {
  it("read class ids as signs, and w as a vector or a column", () => {
    const signs = np.array(Float32Array.of(1, -1, -1, 1));
    const expected = values(linearRobustLoss(params(), x(), signs, hinge));
    expect(values(linearRobustLoss(params(), x(), ids(), hinge))).toEqual(expected);
    const column = { w: params().w.reshape([3, 1]), b: np.array(0.1) };
    expect(values(linearRobustLoss(column, x(), ids(), hinge))).toEqual(expected);
  });

  it("leave rows of weight 0 out, whatever they hold", () => {
    const spoiled = xs.slice();
    spoiled.fill(Number.NaN, 9);
    const weights = () => np.array(Float32Array.of(1, 2, 1, 0));
    const bad = np.array(spoiled, { shape: [4, 3] });
    const got = values(linearRobustLoss(params(), bad, ids(), { ...hinge, weights: weights() }));
    const expected = values(linearRobustLoss(params(), x(), ids(), hinge));
    got.forEach((v, i) => {
      expect(v).toBeCloseTo([1, 2, 1, 0][i] * expected[i], 6);
    });
  });

  it("project the weights to where the worst case is finite", () => {
    const big = () => ({ w: np.array(Float32Array.of(3, 4, 0)), b: np.array([0.1]) });
    for (const kind of [
      { loss: "hinge", cost: "l2" },
      { loss: "logistic", cost: "l2" },
      { loss: "squared" },
    ] as const) {
      const labels = np.array(Float32Array.of(1, -1, -1, 1));
      const projected = linearRobustLoss(big(), x(), labels, { ...kind, gamma: 2, project: true });
      expect(values(projected).every(Number.isFinite)).toBe(true);
    }
  });

  it("find inputs at which the loss less the cost is the worst case", () => {
    const { z, distance } = linearWorstInputs(params(), x(), ids(), hinge);
    const moved = values(linearRobustLoss(params(), z, ids(), { loss: "hinge", gamma: Infinity }));
    const phi = values(linearRobustLoss(params(), x(), ids(), hinge));
    values(distance).forEach((t, i) => {
      expect(moved[i] - (0.8 * t * t) / 2).toBeCloseTo(phi[i], 5);
    });
  });

  it("leave nothing behind, arrays as parameters included", () => {
    const kinds = [{ loss: "zeroOne" }, hinge, { loss: "logistic" }, { loss: "hinge", cost: "l2" }] as const;
    for (const kind of kinds) {
      const options = (): LinearRobustOptions => ({ ...kind, gamma: np.array(1.7) });
      const run = () => {
        linearRobustLoss(params(), x(), ids(), options()).dispose();
        linearSelfRobustLoss(params(), x(), options()).dispose();
        const { z, distance } = linearWorstInputs(params(), x(), ids(), options());
        z.dispose();
        distance.dispose();
        const rss = { ...kind, gamma: 1.5, gammaPrime: 1.5, lambda: 2, balancePenalty: 1 };
        const losses = linearRss(params(), { x: x(), y: ids(), u: x() }, rss);
        for (const array of Object.values(losses)) array.dispose();
      };
      expect(leakOf(run, 2), kind.loss).toBe(0);
    }
    const p = params();
    const u = x();
    shareInsideHat(p, u.ref, 1);
    expect([p.w.refCount, p.b.refCount, u.refCount]).toEqual([1, 1, 1]);
  });

  it("refuse what makes no sense, and say which gamma is needed", () => {
    const at =
      (options: object, p: object = params(), y = ids()) =>
      () =>
        linearRobustLoss(p as never, x(), y, { ...hinge, ...options });
    const big = { w: np.array(Float32Array.of(3, 4, 0)) };
    expect(at({ cost: "l2", gamma: 4 }, big)).toThrow(
      "gamma: expected a number >= 5 for a finite worst case of the hinge loss with cost l2 at ||w|| = 5, got 4",
    );
    expect(at({ loss: "squared", gamma: 50 }, big)).toThrow(
      /gamma: expected a number > 50 .* \|\|w\|\| = 5, got 50/,
    );
    expect(at({ gamma: 0 })).toThrow(/gamma: expected a number > 0/);
    expect(at({ gamma: Number.NaN })).toThrow("gamma: expected a number >= 0 or Infinity, got NaN");
    expect(at({ gamma: np.array([1, 2]) })).toThrow("gamma: expected a number or a 0-d array");
    expect(at({}, { w: np.zeros([3]) })).toThrow("w: expected weights that are not all 0");
    expect(at({}, { w: np.array([1, 2]) })).toThrow("w: expected 3 numbers");
    expect(at({}, { w: np.array([1, 2, Number.NaN]) })).toThrow("w: expected numbers, got NaN");
    expect(at({}, params(), np.array(Int32Array.of(0, 1, 2, 0)))).toThrow(
      "labels: expected class ids from 0 to 1",
    );
    expect(at({}, params(), np.array([0.5, 1, 1, 1]))).toThrow("y: expected -1 or +1, got 0.5");
    expect(() => linearSelfRobustLoss(params(), x(), { loss: "squared", gamma: 9 })).toThrow(
      /^loss: expected/,
    );
    const rss = (options: object) => () =>
      linearRss(params(), { x: x(), y: ids(), u: x() }, { ...hinge, gammaPrime: 1, lambda: 1, ...options });
    expect(rss({ lambda: -1 })).toThrow("lambda: expected a finite number >= 0, got -1");
    expect(rss({ gammaPrime: undefined })).toThrow(/gammaPrime: expected/);
    expect(() => shareInsideHat(params(), x(), 0)).toThrow("gamma: expected a finite number > 0");
    expect(() => meanDirection([1, 2, 3], [1, 0])).toThrow("x: expected the same number of inputs a row");
    expect(() => meanDirection([1, 1], [1, 0])).toThrow("x: expected examples whose mean y x is not 0");
    expect(() => meanDirection([1], [3])).toThrow("y[0]: expected 0 or 1");
  });
});

describe("linearRssTrainer", () => {
  const d = 20;
  /** A mixture of two Gaussians with means +-1 along the first axis; few labelled, many unlabelled rows. */
  function mixture(m: number, n: number) {
    const draw = normals(3);
    const row = (sign: number) => Array.from({ length: d }, (_, j) => (j === 0 ? sign * 1.5 : 0) + draw());
    const y = Int32Array.from({ length: m }, (_, i) => i % 2);
    return {
      x: Float32Array.from([...y].flatMap((k) => row(2 * k - 1))),
      y,
      u: Float32Array.from(Array.from({ length: n }, (_, i) => row(i % 2 ? 1 : -1)).flat()),
    };
  }
  const cosine = (w: ArrayLike<number>) => w[0] / Math.hypot(...Array.from(w));

  it("finds the direction that the unlabelled rows show, better than the labelled ones and than a frozen teacher", async () => {
    const rows = mixture(8, 600);
    const start = cosine(meanDirection(rows.x, rows.y));
    const live = linearRssTrainer({ inputs: d, unlabeledBatch: 300 });
    const frozen = linearRssTrainer({ inputs: d, unlabeledBatch: 300, frozenLabels: {} });
    const run = { iterations: 150 };
    const own = await live.train(rows, run);
    expect(own.history).toHaveLength(own.iterations);
    expect(Math.hypot(...own.w)).toBeCloseTo(1, 5);
    expect(cosine(own.w)).toBeGreaterThan(0.95);
    expect(cosine(own.w)).toBeGreaterThan(start + 0.1);
    const taught = cosine((await frozen.train(rows, run)).w);
    expect(taught).toBeGreaterThan(start);
    expect(cosine(own.w)).toBeGreaterThan(taught);
    expect(await live.train(rows, run)).toEqual(own);
    const repeated = linearRssTrainer({ inputs: d, unlabeledBatch: 300, frozenLabels: { every: 30 } });
    expect(cosine((await repeated.train(rows, run)).w)).toBeGreaterThan(taught);
    for (const trainer of [live, frozen, repeated]) trainer.dispose();
  });

  it("stops where the objective has settled, and stays at the start without iterations", async () => {
    const rows = mixture(8, 200);
    const trainer = linearRssTrainer({ inputs: d, unlabeledBatch: 200, bias: true });
    const none = await trainer.train(rows, { iterations: 0 });
    expect(none.w).toEqual(Float32Array.from(meanDirection(rows.x, rows.y)));
    expect(none.b).toBe(0);
    const { iterations } = await trainer.train(rows, {
      iterations: 2000,
      learningRate: 0.001,
      balancePenalty: 1,
    });
    expect(iterations).toBeLessThan(2000);
    trainer.dispose();
  });

  it("gives the same numbers in blocks of steps", async () => {
    const rows = mixture(6, 100);
    let blocks = 0;
    const compile = compilerOfBlocks(() => ++blocks > 0);
    const train = async (compiler?: Compile) => {
      const trainer = linearRssTrainer({ inputs: d, unlabeledBatch: 50, compile: compiler });
      const { w } = await trainer.train(rows, { iterations: 40 });
      trainer.dispose();
      return [...w];
    };
    const expected = await train();
    (await train(compile)).forEach((v, i) => {
      expect(v).toBeCloseTo(expected[i], 5);
    });
    expect(blocks).toBeGreaterThan(0);
  });

  it("refuses what makes no sense", async () => {
    const rows = mixture(4, 20);
    const trainer = linearRssTrainer({ inputs: d });
    const bad = (given: object, run: object = {}) =>
      expect(trainer.train({ ...rows, ...given }, run)).rejects;
    await bad({ u: new Float32Array(d + 1) }).toThrow("memory.unlabeled: expected rows of 20 numbers");
    await bad({ u: [1] }).toThrow("u: expected a Float32Array");
    await bad({ u: rows.u.with(5, Number.NaN) }).toThrow(
      "memory.unlabeled[5]: expected finite numbers, got NaN",
    );
    await bad({ y: Int32Array.of(0, 1, 2, 0) }).toThrow(/y, row 2/);
    await bad({}, { lambda: -1 }).toThrow("hyper.lambda: expected a finite number >= 0, got -1");
    await bad({}, { gamma: Infinity }).toThrow(/hyper.gamma: expected a finite number/);
    await bad({}, { gammaPrime: 0 }).toThrow("hyper.gammaPrime: expected a finite number > 0, got 0");
    await bad({}, { iterations: 1.5 }).toThrow("iterations: expected an integer >= 0");
    expect(() => linearRssTrainer({ inputs: 0 })).toThrow("inputs: expected an integer >= 1, got 0");
    expect(() => linearRssTrainer({ inputs: 2, frozenLabels: { every: 0 } })).toThrow("frozenLabels.every");
    trainer.dispose();
  });
});
