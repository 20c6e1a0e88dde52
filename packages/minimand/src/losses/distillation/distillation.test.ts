import { grad, numpy as np } from "@jax-js/jax";
import { describe, expect, it } from "vitest";
import { leakOf } from "../../../../../test/support/leaks.ts";
import { crossEntropy } from "../classification/index.ts";
import { binaryKl, binaryKlNorm, dhkdLoss, dkdLoss, kdLoss } from "./index.ts";

const one = (x: np.Array): number => (x.js() as number[])[0];
const ids = (...y: number[]) => np.array(Int32Array.from(y));
const s = () => np.array([[1.2, -0.7, 0.3, 2.1]]);
const t = () => np.array([[2.5, -3, 0.1, 0.4]]);

describe("binaryKl and binaryKlNorm", () => {
  it("have the worked values of the paper's formulas", () => {
    const [p, q] = [1 / (1 + Math.exp(-1)), 1 / (1 + Math.E)];
    const divergence = p * Math.log(2 * p) + q * Math.log(2 * q);
    expect(one(binaryKl(np.array([[0, 0]]), np.array([[2, -2]])))).toBeCloseTo(4 * 2 * divergence, 5);
    expect(one(binaryKlNorm(np.array([[0, 0]]), np.array([[2, -2]])))).toBeCloseTo(0.96091, 4);
  });

  it("binaryKlNorm depends on the difference alone and is symmetric", () => {
    const shift = () => np.array([[3, -1, 0.5, 7]]);
    const value = one(binaryKlNorm(s(), t()));
    expect(one(binaryKlNorm(s().add(shift()), t().add(shift())))).toBeCloseTo(value, 4);
    expect(one(binaryKlNorm(t(), s()))).toBeCloseTo(value, 5);
  });

  it("binaryKlNorm goes from half the absolute error to an eighth of the squared one, exact in float32 at both ends", () => {
    const difference = (s().js() as number[][])[0].map((v, k) => v - (t().js() as number[][])[0][k]);
    const squared = difference.reduce((sum, d) => sum + d * d, 0) / 8;
    const absolute = difference.reduce((sum, d) => sum + Math.abs(d), 0) / 2;
    expect(one(binaryKlNorm(s(), t(), { temperature: 1e4 })) / squared).toBeCloseTo(1, 4);
    expect(one(binaryKlNorm(s(), t(), { temperature: 1e-4 })) / 1e-4 / absolute).toBeCloseTo(1, 3);
  });

  it("still pull where clamped probabilities would have no gradient", () => {
    const far = (loss: typeof binaryKl) =>
      (
        grad((f: np.Array) => loss(f, np.array([[-100, 0]])).sum())(np.array([[100, 0]])).js() as number[][]
      )[0];
    expect(far(binaryKl)[0]).toBeCloseTo(2, 5);
    expect(far(binaryKlNorm)[0]).toBeCloseTo(1, 5);
  });
});

describe("dkdLoss", () => {
  it("has the two parts of kdLoss: alpha 1 and the teacher's own 1 - b as beta give it back", () => {
    const [temperature, label] = [3, 3];
    const b = (np.exp(t().div(temperature)).js() as number[][])[0];
    const rest = 1 - b[label] / b.reduce((sum, v) => sum + v, 0);
    const decoupled = one(dkdLoss(s(), t(), ids(label), { alpha: 1, beta: rest, temperature }));
    expect(decoupled).toBeCloseTo(one(kdLoss(s(), t(), { temperature })), 4);
  });

  it("has no second part with two classes", () => {
    const pair = () => [np.array([[1, -1]]), np.array([[0.5, 2]]), ids(0)] as const;
    expect(one(dkdLoss(...pair(), { beta: 9 }))).toBeCloseTo(one(dkdLoss(...pair(), { beta: 0 })), 5);
    expect(one(dkdLoss(...pair(), { beta: 9 }))).toBeCloseTo(one(kdLoss(pair()[0], pair()[1])), 5);
  });

  it("refuses negative weights of its parts and labels out of range", () => {
    expect(() => dkdLoss(s(), t(), ids(0), { alpha: -1 })).toThrow(
      "alpha: expected a finite number >= 0, got -1",
    );
    expect(() => dkdLoss(s(), t(), ids(0), { beta: Number.NaN })).toThrow(/^beta: .* got NaN$/);
    expect(() => dkdLoss(s(), t(), ids(4))).toThrow(/^labels: expected class ids from 0 to 3, got 4$/);
    expect(() => dkdLoss(s(), np.zeros([1, 3]), ids(0))).toThrow(/^teacherLogits/);
    expect(() => dkdLoss(s(), t(), ids(0), { temperature: 0 })).toThrow(/^temperature/);
  });
});

describe("dhkdLoss", () => {
  it("is the weighted sum of cross-entropy on one head and binaryKlNorm on the other", () => {
    const options = { gamma: 0.5, alpha: 3, temperature: 1.5 };
    const parts = dhkdLoss({ main: s(), auxiliary: s().mul(-1) }, t(), ids(1), options);
    const [total, ce, distillation] = [parts.total, parts.crossEntropy, parts.distillation].map(one);
    expect(ce).toBeCloseTo(one(crossEntropy(s(), ids(1))), 6);
    expect(distillation).toBeCloseTo(one(binaryKlNorm(s().mul(-1), t(), { temperature: 1.5 })), 6);
    expect(total).toBeCloseTo(0.5 * ce + 3 * distillation, 5);
  });

  it("sends the labels' gradient to the main head alone, the teacher's to the auxiliary one alone", () => {
    const gradients = (label: number, teacher: () => np.Array) => {
      const f = (heads: { main: np.Array; auxiliary: np.Array }) =>
        dhkdLoss(heads, teacher(), ids(label)).total.sum();
      const { main, auxiliary } = grad(f)({ main: s(), auxiliary: t().mul(0.3) });
      return { main: main.js(), auxiliary: auxiliary.js() };
    };
    const start = gradients(1, t);
    expect(gradients(1, s).main).toEqual(start.main);
    expect(gradients(1, s).auxiliary).not.toEqual(start.auxiliary);
    expect(gradients(2, t).auxiliary).toEqual(start.auxiliary);
    expect(gradients(2, t).main).not.toEqual(start.main);
  });

  it("names the head that doesn't fit the teacher", () => {
    expect(() => dhkdLoss({ main: s(), auxiliary: s() }, np.zeros([1, 3]), ids(0))).toThrow(
      /^teacherLogits: expected shape \[1, 4\]/,
    );
    expect(() => dhkdLoss({ main: s(), auxiliary: np.zeros([1]) }, t(), ids(0))).toThrow(/^auxiliaryLogits/);
    expect(() => dhkdLoss({ main: s(), auxiliary: s() }, t(), ids(0), { gamma: -1 })).toThrow(/^gamma/);
    expect(() => dhkdLoss({ main: s(), auxiliary: s() }, t(), ids(0), { alpha: -1 })).toThrow(/^alpha/);
  });

  it("leaves no array alive", () => {
    const [f, g] = [s(), t()];
    const run = () => {
      const weights = np.array([0.5]);
      const parts = dhkdLoss({ main: f.ref, auxiliary: f.ref }, g.ref, ids(0), { weights });
      for (const part of Object.values(parts)) part.dataSync();
    };
    expect(leakOf(run)).toBe(0);
  });
});
