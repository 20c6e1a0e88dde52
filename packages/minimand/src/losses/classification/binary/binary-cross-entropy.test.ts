import { grad, jit, numpy as np } from "@jax-js/jax";
import { describe, expect, it } from "vitest";
import { leakOf } from "../../../../../../test/support/leaks.ts";
import { binaryCrossEntropy, deltaRule, weightedBce } from "../index.ts";

const y = () => np.array(new Int32Array([1, 1, 0, 0]));
const logits = () => np.array([0.3, -2, 0, 40]);
const numbers = (x: np.Array) => x.js() as number[];

describe.each([
  ["binaryCrossEntropy", binaryCrossEntropy],
  ["weightedBce, balanced", weightedBce],
  ["weightedBce, complement", (z, l, o) => weightedBce(z, l, { ...o, scheme: "complement" })],
  ["deltaRule", deltaRule],
] as [string, typeof binaryCrossEntropy][])("%s", (_, loss) => {
  const z = [0.3, -2, 0.1, 1.5];
  const gradient = grad((f: np.Array, labels: np.Array) => loss(f, labels, {}).mean());
  const compiled = jit(gradient);

  it("has the gradient of its differences in a user's own jit(grad(mean)), as eagerly", () => {
    const g = numbers(compiled(np.array(z), y()));
    const eager = numbers(gradient(np.array(z), y()));
    const at = (i: number, d: number) =>
      loss(np.array(z.map((v, j) => (i === j ? v + d : v))), y(), {})
        .mean()
        .item();
    g.forEach((v, i) => {
      expect(v).toBeCloseTo(eager[i], 5);
      expect(v).toBeCloseTo((at(i, 0.05) - at(i, -0.05)) / 0.1, 3);
    });
  });

  it("takes two columns of logits as their difference and one-hot rows as class ids", () => {
    const plain = numbers(loss(np.array(z), y(), {}));
    const columns = numbers(loss(np.array(z.map((v) => [1, 1 + v])), y(), {}));
    const oneHot = np.array([
      [0, 1],
      [0, 1],
      [1, 0],
      [1, 0],
    ]);
    const distributions = numbers(loss(np.array(z), oneHot, {}));
    plain.forEach((v, i) => {
      expect(columns[i]).toBeCloseTo(v, 4);
      expect(distributions[i]).toBeCloseTo(v, 5);
    });
  });

  it("is finite at +-1e4, with finite gradients, and for a batch of one class", () => {
    for (const sign of [1, -1]) {
      const far = () => np.array([1e4 * sign, -1e4 * sign, 1e4 * sign, -1e4 * sign]);
      const same = () => np.array(new Int32Array(4).fill(sign > 0 ? 1 : 0));
      for (const labels of [y, same]) {
        expect(numbers(loss(far(), labels(), {})).every(Number.isFinite)).toBe(true);
        expect(numbers(compiled(far(), labels())).every(Number.isFinite)).toBe(true);
      }
    }
  });

  it("refuses labels other than 0 and 1, NaN and wrong shapes", () => {
    expect(() => loss(np.array(z), np.array(new Int32Array([0, 1, 2, 0])), {})).toThrow(
      "labels: expected class ids from 0 to 1, got 2",
    );
    expect(() => loss(np.array([0, Number.NaN, 1, 2]), y(), {})).toThrow(/expected numbers, got NaN/);
    expect(() => loss(np.array([0, 1]), y(), {})).toThrow(RangeError);
    expect(() => loss(np.array([[0, 1, 2]]), y(), {})).toThrow(/\[batch\] or \[batch, 2\]/);
    expect(() => loss(np.array(z), np.array([0, 1, 0, 1]), {})).toThrow(/labels/);
  });

  it("leaves no array alive", () => {
    const weights = np.array([1, 2, 0, 1]);
    expect(leakOf(() => loss(np.array(z), y(), {}).dataSync())).toBe(0);
    expect(leakOf(() => loss(np.array(z), y(), { weights: weights.ref }).dataSync())).toBe(0);
    expect(leakOf(() => compiled(np.array(z), y()).dataSync())).toBe(0);
  });
});

describe("binary cross-entropy and its kin", () => {
  it("keep tails exact and stay finite", () => {
    const [a, b, c, d] = numbers(binaryCrossEntropy(logits(), y()));
    expect(a).toBeCloseTo(Math.log1p(Math.exp(-0.3)), 6);
    expect(b).toBeCloseTo(Math.log1p(Math.exp(2)), 5);
    expect(c).toBeCloseTo(Math.LN2, 6);
    expect(d).toBeCloseTo(40, 4);
    const tail = binaryCrossEntropy(np.array([30, 30.5]), np.array(new Int32Array([1, 1])));
    expect(numbers(tail)[0] / Math.exp(-30)).toBeCloseTo(1, 4);
  });

  it("have the slopes -1/2 and 1/2 at zero, where a perceptron starts", () => {
    const slope = jit(grad((z: np.Array, l: np.Array) => binaryCrossEntropy(z, l).sum()));
    expect(numbers(slope(np.array(new Float32Array(4)), y()))).toEqual([-0.5, -0.5, 0.5, 0.5]);
    expect(numbers(slope(np.array([-0, 1e-8, -0, -1e-8]), y()))).toEqual([-0.5, -0.5, 0.5, 0.5]);
  });

  it("take distributions over the two classes and weights of examples", () => {
    const half = np.array(new Float32Array([0.5, 0.5, 0.5, 0.5]), { shape: [2, 2] });
    const [soft] = numbers(binaryCrossEntropy(np.array([1.5, 0]), half));
    expect(soft).toBeCloseTo((Math.log1p(Math.exp(-1.5)) + Math.log1p(Math.exp(1.5))) / 2, 5);
    const weights = np.array([2, 0, 1, 1]);
    const values = numbers(binaryCrossEntropy(np.array([0.3, Number.NaN, 0, 0]), y(), { weights }));
    expect(values[0]).toBeCloseTo(2 * Math.log1p(Math.exp(-0.3)), 5);
    expect(values[1]).toBe(0);
  });

  it("weight the classes by the scheme, from the batch or from a given rate", () => {
    const labels = () => np.array(new Int32Array([1, 0, 0, 0]));
    const zero = () => np.array(new Float32Array(4));
    const over = (options: object) =>
      numbers(weightedBce(zero(), labels(), options)).map((v) => v / Math.LN2);
    const near = (values: number[]) => values.map((v) => expect.closeTo(v, 5) as number);
    expect(over({})).toEqual(near([2, 2 / 3, 2 / 3, 2 / 3]));
    expect(over({ scheme: "complement" })).toEqual(near([0.75, 0.25, 0.25, 0.25]));
    expect(over({ positiveRate: 0.1 })).toEqual(near([5, 5 / 9, 5 / 9, 5 / 9]));
    // Rows of weight 0 don't count for the rate.
    expect(over({ weights: np.array([1, 1, 0, 0]) })).toEqual(near([1, 1, 0, 0]));
    expect(() => over({ scheme: "none" })).toThrow(/scheme: expected one of "balanced", "complement"/);
    expect(() => over({ positiveRate: 0 })).toThrow(/positiveRate/);
  });

  it("square the distance to targets of plus and minus one", () => {
    expect(numbers(deltaRule(np.array([0.5, 0.5, -1, 3]), np.array(new Int32Array([1, 0, 0, 1]))))).toEqual([
      0.125, 1.125, 0, 2,
    ]);
  });
});
