import { jit, numpy as np } from "@jax-js/jax";
import { describe, expect, it } from "vitest";
import { leakOf } from "../../../../../../test/support/leaks.ts";
import { compiledValueAndGrad } from "../../../engine/differentiate.ts";
import { keyOf } from "../../../engine/random.ts";
import { numbers as values } from "../../numbers.fixture.ts";
import { crossEntropy, logUniformProbability, logUniformSample, sampledSoftmaxLoss } from "../index.ts";

const [batch, features, classes] = [3, 4, 12];
const filled = (shape: number[], phase: number) =>
  np.array(
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(7.3 * i + phase)),
    { shape },
  );
const layer = () => ({ w: filled([classes, features], 1), b: filled([classes], 2) });
const hidden = () => filled([batch, features], 5);
const ids = (...y: number[]) => np.array(Int32Array.from(y));
const labels = () => ids(0, 7, 11);

describe("sampledSoftmaxLoss", () => {
  it("is the softmax over label and negatives, these less the logarithm of their expected counts", () => {
    const negatives = [1, 0, 4, 4, 9, 7];
    const { w, b } = layer();
    const [W, B, H] = [w.js(), b.js(), hidden().js()] as [number[][], number[], number[][]];
    const p = (k: number) => Math.log((k + 2) / (k + 1)) / Math.log(classes + 1);
    const score = (i: number, k: number) => H[i].reduce((t, v, j) => t + v * W[k][j], B[k]);
    const corrected = (i: number, k: number) => score(i, k) - Math.log(negatives.length * p(k));
    const expected = [0, 7, 11].map((y, i) => {
      const others = negatives.filter((k) => k !== y);
      return Math.log(1 + others.reduce((t, k) => t + Math.exp(corrected(i, k) - score(i, y)), 0));
    });
    const out = values(sampledSoftmaxLoss(hidden(), labels(), layer(), { negatives: ids(...negatives) }));
    out.forEach((v, i) => {
      expect(v).toBeCloseTo(expected[i], 5);
    });
  });

  it("approaches the gradient of cross-entropy as samples are added", () => {
    const dense = compiledValueAndGrad((h: np.Array, w: np.Array, b: np.Array) =>
      crossEntropy(np.matmul(h, w.transpose()).add(b), labels()).mean(),
    );
    const sampled = compiledValueAndGrad((h: np.Array, w: np.Array, b: np.Array, key: np.Array) =>
      sampledSoftmaxLoss(h, labels(), { w, b }, { key, samples: 20_000 }).mean(),
    );
    const exact = values(dense(hidden(), layer().w, layer().b)[1]);
    const noisy = values(sampled(hidden(), layer().w, layer().b, keyOf(7))[1]);
    noisy.forEach((g, i) => {
      expect(Math.abs(g - exact[i])).toBeLessThan(0.01);
    });
    dense.dispose();
    sampled.dispose();
  });

  it("gives the same numbers for the same key, compiled or not", () => {
    const f = (key: np.Array) => sampledSoftmaxLoss(hidden(), labels(), layer(), { key, samples: 5 });
    const run = jit(f);
    const once = values(run(keyOf(3)));
    expect(values(run(keyOf(3)))).toEqual(once);
    values(f(keyOf(3))).forEach((v, i) => {
      expect(v).toBeCloseTo(once[i], 5);
    });
    expect(values(run(keyOf(4)))).not.toEqual(once);
    run.dispose();
  });

  it("multiplies by weights and leaves rows of weight 0 out, whatever they hold", () => {
    const negatives = () => ids(1, 2);
    const plain = values(sampledSoftmaxLoss(hidden(), labels(), layer(), { negatives: negatives() }));
    const h = Float32Array.from(values(hidden()));
    h.fill(Number.NaN, features, 2 * features);
    const out = values(
      sampledSoftmaxLoss(np.array(h, { shape: [batch, features] }), ids(0, 99, 11), layer(), {
        negatives: negatives(),
        weights: np.array([1, 0, 3]),
      }),
    );
    expect(out[0]).toBeCloseTo(plain[0], 5);
    expect(out[1]).toBe(0);
    expect(out[2]).toBeCloseTo(3 * plain[2], 5);
  });

  it("stays finite at extreme scores", () => {
    const run = compiledValueAndGrad((h: np.Array) =>
      sampledSoftmaxLoss(h.mul(1e4), labels(), layer(), { negatives: ids(1, 7, 2) }).mean(),
    );
    const [value, gradient] = run(hidden());
    expect(Number.isFinite(value.item())).toBe(true);
    expect(values(gradient).every(Number.isFinite)).toBe(true);
    run.dispose();
  });

  it("refuses key and negatives together, distributions, classes and shapes that don't fit", () => {
    const of = (options: object, y = labels(), h = hidden()) =>
      sampledSoftmaxLoss(h, y, layer(), options as never);
    expect(() => of({})).toThrow("options: expected either key or negatives, got");
    expect(() => of({ key: keyOf(1), negatives: ids(1) })).toThrow("both");
    expect(() => of({ negatives: ids(12) })).toThrow("negatives: expected class ids from 0 to 11, got 12");
    expect(() => of({ negatives: np.array([0.5]) })).toThrow(TypeError);
    expect(() => of({ key: keyOf(1), samples: 0 })).toThrow("samples: expected an integer >= 1, got 0");
    expect(() => of({ negatives: ids(1) }, ids(0, 12, 1))).toThrow("labels: expected class ids from 0 to 11");
    expect(() => of({ negatives: ids(1) }, labels(), np.zeros([batch, 5]))).toThrow(
      "w: expected shape [12, 5]",
    );
  });

  it("leaves no array alive", () => {
    expect(
      leakOf(() => sampledSoftmaxLoss(hidden(), labels(), layer(), { negatives: ids(1, 7, 2) }).dataSync()),
    ).toBe(0);
  });
});

describe("the log-uniform proposal", () => {
  it("draws classes as often as its probabilities say, which sum to 1", () => {
    const p = values(logUniformProbability(np.arange(classes).astype(np.int32), classes));
    expect(p.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 5);
    const n = 20_000;
    const drawn = values(logUniformSample(keyOf(11), n, classes));
    p.forEach((share, k) => {
      const found = drawn.filter((v) => v === k).length / n;
      expect(Math.abs(found - share)).toBeLessThan(5 * Math.sqrt((share * (1 - share)) / n));
    });
    expect(drawn.every((v) => v >= 0 && v < classes)).toBe(true);
  });
});
