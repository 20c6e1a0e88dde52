import { grad, jit, numpy as np } from "@jax-js/jax";
import { describe, expect, it } from "vitest";
import type { Parameter } from "../../engine/parameter.ts";
import { absoluteError, cauchyLoss, huber, logCoshLoss, quantileLoss, squaredError } from "./losses.ts";

const at = (loss: (p: np.Array, t: np.Array) => np.Array, p: number[], t: number[]): number[] => [
  ...(loss(np.array(p), np.array(t)).dataSync() as Float32Array),
];
const slope = (loss: (p: np.Array, t: np.Array) => np.Array, p: number[], t: number[]): number[] => [
  ...(jit(grad((x: np.Array, y: np.Array) => loss(x, y).sum()))(
    np.array(p),
    np.array(t),
  ).dataSync() as Float32Array),
];
const close = (actual: number[], expected: number[], rtol = 2e-6) => {
  expect(actual.length).toBe(expected.length);
  actual.forEach((v, i) => {
    expect(Math.abs(v - expected[i])).toBeLessThanOrEqual(rtol * Math.abs(expected[i]) + 1e-12);
  });
};

describe("the regression losses", () => {
  it("have the values of their docstrings", () => {
    close(at(squaredError, [1, 3], [1, 1]), [0, 4]);
    close(at(absoluteError, [1, 3], [1, 1]), [0, 2]);
    close(at(huber, [0.5, 3], [0, 0]), [0.125, 2.5]);
    close(at(logCoshLoss, [1, 100], [0, 0]), [Math.log(Math.cosh(1)), 100 - Math.LN2]);
    close(at(cauchyLoss, [1, 100], [0, 0]), [Math.LN2 / 2, Math.log(10001) / 2]);
    close(
      at((p, t) => quantileLoss(p, t, { tau: 0.9 }), [0, 2], [1, 1]),
      [0.9, 0.1],
    );
  });

  it("have derivative 0 at the target, except the quantile loss, whose kink is there", () => {
    for (const loss of [squaredError, absoluteError, huber, logCoshLoss, cauchyLoss]) {
      close(slope(loss, [1, -2], [1, -2]), [0, 0]);
    }
    close(
      slope((p, t) => quantileLoss(p, t, { tau: 0.9 }), [0, 2], [1, 1]),
      [-0.9, 0.1],
    );
  });

  it("keep their digits for tiny residuals", () => {
    const tiny = [1e-3, -1e-4, 3e-6];
    for (const loss of [huber, logCoshLoss, cauchyLoss]) {
      close(
        at(loss, tiny, [0, 0, 0]),
        tiny.map((r) => (r * r) / 2),
        1e-5,
      );
    }
  });

  it("agree with closed forms for residuals from 1e-4 to 1e4", () => {
    const residuals = [-1e4, -300, -7, -1.5, -0.4, -1e-4, 1e-4, 0.9, 1, 1.1, 4, 88, 90, 1e4];
    const zeros = residuals.map(() => 0);
    const logCosh = (r: number) => {
      const a = Math.abs(r);
      return a < 1 ? Math.log1p(2 * Math.sinh(a / 2) ** 2) : a + Math.log1p(Math.exp(-2 * a)) - Math.LN2;
    };
    close(at(logCoshLoss, residuals, zeros), residuals.map(logCosh), 1e-5);
    close(slope(logCoshLoss, residuals, zeros), residuals.map(Math.tanh), 1e-5);
    for (const scale of [0.01, 1, 50]) {
      const cauchy = (r: number) => (scale ** 2 / 2) * Math.log1p((r / scale) ** 2);
      close(
        at((p, t) => cauchyLoss(p, t, { scale }), residuals, zeros),
        residuals.map(cauchy),
        1e-5,
      );
      close(
        slope((p, t) => cauchyLoss(p, t, { scale }), residuals, zeros),
        residuals.map((r) => r / (1 + (r / scale) ** 2)),
        1e-5,
      );
    }
  });

  it("take their parameter as an input of a compiled function", () => {
    const [p, t] = [
      [0.5, -3, 2],
      [0, 0.1, 2.4],
    ];
    const losses: [(p: np.Array, t: np.Array, v: Parameter) => np.Array, number[]][] = [
      [(x, y, v) => huber(x, y, { delta: v }), [0.3, 2]],
      [(x, y, v) => cauchyLoss(x, y, { scale: v }), [0.3, 2]],
      [(x, y, v) => quantileLoss(x, y, { tau: v }), [0.3, 0.8]],
    ];
    for (const [loss, choices] of losses) {
      const compiled = jit((x: np.Array, y: np.Array, v: np.Array) => loss(x, y, v));
      for (const v of choices) {
        const traced = [...(compiled(np.array(p), np.array(t), np.array(v)).dataSync() as Float32Array)];
        close(
          traced,
          at((x, y) => loss(x, y, v), p, t),
        );
      }
    }
  });

  it("refuse parameters out of range, naming them", () => {
    const call = (f: (p: np.Array, t: np.Array) => np.Array) => () => f(np.array([1, 2]), np.array([0, 0]));
    expect(call((p, t) => huber(p, t, { delta: 0 }))).toThrow(/^delta: expected a finite number > 0, got 0$/);
    expect(call((p, t) => cauchyLoss(p, t, { scale: -1 }))).toThrow(/^scale: expected a finite number > 0/);
    expect(call((p, t) => quantileLoss(p, t, { tau: 1 }))).toThrow(
      /^tau: expected a finite number > 0 and < 1, got 1$/,
    );
    expect(call((p, t) => quantileLoss(p, t, { tau: Number.NaN }))).toThrow(/got NaN/);
  });
});
