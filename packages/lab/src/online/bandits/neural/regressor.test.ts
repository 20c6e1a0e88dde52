import { derive } from "minimand/engine";
import { describe, expect, it, vi } from "vitest";
import {
  expectedKlBound,
  expectedSquareLoss,
  largestStableRate,
  onlineRegressor,
  perturbationScale,
  perturbedKlLoss,
  perturbedSquareLoss,
  projectBall,
  type RegressorOptions,
} from "../../index.ts";
import { randomStream } from "../random-stream.ts";
import { stepSizeAt } from "./descent.ts";
import { drawSigns } from "./signs.ts";

const one = { capacity: 1, batch: 1 };
const vectors = (count: number, dim: number, seed = 1): Float64Array[] => {
  const random = randomStream(seed);
  return Array.from({ length: count }, () => {
    const x = Float64Array.from({ length: dim }, () => random.normal());
    const norm = Math.hypot(...x);
    return x.map((v) => v / norm);
  });
};

describe("online regression", () => {
  it.each(["square", "kl"] as const)(
    "%s: a step is one of gradient descent on the loss of the formulas",
    (loss) => {
      for (const mode of ["signs", "expected", "none"] as const) {
        const options: RegressorOptions = {
          dim: 4,
          hidden: [6],
          slots: 2,
          loss,
          learningRate: 0.3,
          replay: one,
          seed: 5,
          radius: 0.4,
          perturbation: { mode, cp: 0.5, samples: 3 },
          activation: "tanh",
        };
        const regressor = onlineRegressor({ ...options, warn: () => {} });
        const { network } = regressor;
        const theta = regressor.parameters.slice();
        const theta0 = theta.slice();
        const signs = drawSigns(3, network.size, derive(5, 2));
        const scale = mode === "none" ? 0 : perturbationScale(0.5, 6);
        for (const [i, x] of vectors(6, 4).entries()) {
          const [slot, y] = [i % 2, (i % 3) / 2];
          const gradient = new Float64Array(network.size);
          const output = network.forward(theta, slot, x);
          network.backward(theta, slot, x, 1, gradient);
          const point = { output, gradient, theta, theta0, scale };
          const perturbed = loss === "kl" ? perturbedKlLoss : perturbedSquareLoss;
          const expected = loss === "kl" ? expectedKlBound : expectedSquareLoss;
          const step = mode === "signs" ? perturbed(point, signs, y) : expected(point, y);
          for (let k = 0; k < theta.length; k++) theta[k] -= 0.3 * step.gradient[k];
          projectBall(theta, theta0, network.layers, [0.4, 0.4]);
          regressor.learn(slot, x, y);
          for (let k = 0; k < theta.length; k++) expect(regressor.parameters[k]).toBeCloseTo(theta[k], 10);
        }
      }
    },
  );

  it("predicts the mean over the perturbed outputs, through the sigmoid for kl", () => {
    const [x] = vectors(1, 4);
    for (const loss of ["square", "kl"] as const) {
      const regressor = onlineRegressor({
        dim: 4,
        hidden: [6],
        loss,
        learningRate: 0.1,
        replay: one,
        seed: 5,
        perturbation: { mode: "signs", cp: 0.3, samples: 9 },
        warn: () => {},
      });
      const theta0 = regressor.parameters.slice();
      for (const v of vectors(20, 4, 2)) regressor.learn(0, v, 1);
      const { network, parameters } = regressor;
      const f = regressor.output(0, x);
      const signs = drawSigns(9, network.size, derive(5, 2));
      const point = {
        output: f,
        gradient: parameters,
        theta: parameters,
        theta0,
        scale: perturbationScale(0.3, 6),
      };
      // By the loss at y = 0 for square (its gradient's factor), by the formula itself for kl.
      const scores = Array.from({ length: 9 }, (_, j) => {
        let z = 0;
        for (let i = 0; i < network.size; i++)
          z += ((signs.codes[j >> 3][i] >> (j & 7)) & 1 ? 1 : -1) * (parameters[i] - theta0[i]);
        return f + point.scale * z;
      });
      const through = scores.map((s) => (loss === "kl" ? 1 / (1 + Math.exp(-s)) : s));
      expect(regressor.predict(0, x)).toBeCloseTo(through.reduce((a, b) => a + b) / 9, 10);
    }
  });

  it("a linear function with the expected perturbation goes to the anchored ridge regression", () => {
    const dim = 3;
    const xs = vectors(8, dim, 3);
    const ys = xs.map((x) => 0.4 * x[0] - 0.3 * x[1] + 0.2);
    const cp = 0.4;
    const regressor = onlineRegressor({
      dim,
      hidden: [],
      loss: "square",
      learningRate: 0.02,
      seed: 1,
      replay: { capacity: 8, batch: 64 },
      perturbation: { mode: "expected", cp },
    });
    for (let pass = 0; pass < 4000; pass++) regressor.learn(0, xs[pass % 8], ys[pass % 8]);
    // (X^T X / n + c^2 I) theta = X^T y / n, by elimination.
    const a = Array.from({ length: dim }, (_, i) =>
      Array.from(
        { length: dim },
        (_, j) => xs.reduce((s, x) => s + x[i] * x[j], 0) / 8 + (i === j ? cp * cp : 0),
      ),
    );
    const b = Array.from({ length: dim }, (_, i) => xs.reduce((s, x, k) => s + x[i] * ys[k], 0) / 8);
    for (let i = 0; i < dim; i++) {
      const residual = a[i].reduce((s, v, j) => s + v * regressor.parameters[j], 0) - b[i];
      expect(Math.abs(residual)).toBeLessThan(0.01);
    }
  });

  it("learns a function, with every optimizer and step size", () => {
    const xs = vectors(400, 5, 7);
    const target = (x: Float64Array): number => 0.5 + 0.4 * Math.tanh(3 * x[0] * x[1]);
    for (const [optimizer, learningRate] of [
      [{ kind: "sgd" }, 0.5],
      [{ kind: "sgd", momentum: 0.9 }, 0.05],
      [{ kind: "adam" }, 0.01],
      [{ kind: "sgd" }, { kind: "inverse-sqrt", initial: 1 }],
    ] as const) {
      const regressor = onlineRegressor({ dim: 5, hidden: [30], loss: "square", optimizer, learningRate });
      const error = (): number =>
        xs.reduce((s, x) => s + (regressor.predict(0, x) - target(x)) ** 2, 0) / 400;
      const before = error();
      for (let t = 0; t < 2000; t++) regressor.learn(0, xs[t % 400], target(xs[t % 400]));
      expect(error(), JSON.stringify(optimizer)).toBeLessThan(0.1 * before);
    }
  });

  it("takes steps that fall", () => {
    const sizes = (size: Parameters<typeof stepSizeAt>[0]): number[] =>
      [1, 2, 4, 11].map((t) => stepSizeAt(size, t));
    expect(sizes(0.3)).toEqual([0.3, 0.3, 0.3, 0.3]);
    expect(sizes({ kind: "inverse", initial: 4 })).toEqual([4, 2, 1, 4 / 11]);
    expect(sizes({ kind: "inverse", initial: 4, delay: 10 })[3]).toBe(2);
    expect(sizes({ kind: "inverse-sqrt", initial: 4 })[2]).toBe(2);
  });

  it("warns where the perturbation is bound to diverge", () => {
    const warn = vi.fn();
    const options = { dim: 64, slots: 10, loss: "square", learningRate: 1, warn } as const;
    onlineRegressor({ ...options, perturbation: { mode: "signs", cp: 0.3, samples: 4 } });
    expect(warn).toHaveBeenCalledWith(expect.stringMatching(/^learningRate: expected below 0\.0\d+/));
    warn.mockClear();
    onlineRegressor({ ...options, perturbation: { mode: "signs", cp: 0.01, samples: 4 } });
    onlineRegressor({ ...options, perturbation: { mode: "expected", cp: 0.3 } });
    // Just below the limit of the logarithmic loss, which is four times that of the square loss.
    const near = { mode: "signs", cp: 0.07, samples: 4 } as const;
    onlineRegressor({ ...options, loss: "kl", perturbation: near });
    expect(warn).not.toHaveBeenCalled();
    onlineRegressor({ ...options, perturbation: near });
    expect(warn).toHaveBeenCalledOnce();
    // 2 / 144, as measured where training went to NaN.
    expect(largestStableRate({ cp: 0.3, width: 100, size: 64_100, samples: 4 })).toBeCloseTo(2 / 147, 3);
  });

  it("refuses to go on once outputs aren't finite, and stays as it was", () => {
    const regressor = onlineRegressor({
      dim: 2,
      hidden: [4],
      loss: "square",
      learningRate: 1e6,
      replay: one,
    });
    const [x] = vectors(1, 2);
    const blowUp = (): void => {
      for (let i = 0; i < 1000; i++) regressor.learn(0, x, 1);
    };
    expect(blowUp).toThrow("learningRate: expected one under which training stays finite");
    const held = regressor.parameters.slice();
    const { updates } = regressor;
    expect(() => regressor.learn(0, x, 1)).toThrow(RangeError);
    expect(regressor.parameters).toEqual(held);
    expect(regressor.updates).toBe(updates);
  });

  it("refuses options out of range", () => {
    const make = (more: object) => () =>
      onlineRegressor({ dim: 2, loss: "square", ...more } as RegressorOptions);
    expect(make({ dim: 100, replay: { capacity: 2e6, batch: 1 } })).toThrow(
      "replay.capacity: expected vectors of at most 134217728 numbers, got 200000000",
    );
    expect(make({ hidden: [10_000], perturbation: { mode: "signs", samples: 100_000 } })).toThrow(
      "samples: expected signs of at most 268435456 bytes, got 375000000",
    );
    expect(make({ loss: "hinge" })).toThrow('loss: expected one of "square", "kl"');
    expect(make({ learningRate: 0 })).toThrow("learningRate: expected a finite number > 0, got 0");
    expect(make({ learningRate: { kind: "cosine", initial: 1 } })).toThrow(TypeError);
    expect(make({ replay: { capacity: 0, batch: 1 } })).toThrow("replay.capacity: expected");
    expect(make({ perturbation: { mode: "random" } })).toThrow("perturbation.mode: expected one of");
    expect(make({ perturbation: { mode: "signs", cp: -1 } })).toThrow("cp: expected a finite number >= 0");
    expect(make({ radius: [1] })).toThrow("radius: expected a number or one for each of 2 layers");
    expect(make({ radius: 0 })).toThrow("radius: expected a number > 0, got 0");
    expect(make({ optimizer: { kind: "lion" } })).toThrow("optimizer.kind: expected one of");
  });
});
