import { numpy as np } from "@jax-js/jax";
import { describe, expect, it } from "vitest";
import { leakOf } from "../../../../../../test/support/leaks.ts";
import { numbers as values } from "../../numbers.fixture.ts";
import { type HierarchicalSoftmaxWeights, hierarchicalSoftmaxLoss } from "./index.ts";

const features = 4;
const filled = (shape: number[], phase: number) =>
  np.array(
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(7.3 * i + phase)),
    { shape },
  );
const tree = (groups: number, size: number): HierarchicalSoftmaxWeights => ({
  topW: filled([features, groups], 1),
  topB: filled([groups], 2),
  leafW: filled([groups, features, size], 3),
  leafB: filled([groups, size], 4),
});
const ids = (...y: number[]) => np.array(Int32Array.from(y));

describe("hierarchicalSoftmaxLoss", () => {
  it("is the negative logarithm of probabilities that sum to 1 over all classes", () => {
    const [groups, size] = [7, 9];
    const classes = groups * size;
    const h = np.tile(filled([1, features], 5), [classes, 1]);
    const losses = values(
      hierarchicalSoftmaxLoss(h, ids(...Array.from({ length: classes }, (_, k) => k)), tree(groups, size)),
    );
    expect(losses.every((v) => v > 0)).toBe(true);
    expect(losses.reduce((t, v) => t + Math.exp(-v), 0)).toBeCloseTo(1, 5);
  });

  it("finds the leaf of large class ids", () => {
    const zeros: HierarchicalSoftmaxWeights = {
      topW: np.zeros([features, 230]),
      topB: np.zeros([230]),
      leafW: np.zeros([230, features, 217]),
      leafB: np.where(np.arange(217).equal(208).reshape([1, 217]), 3, np.zeros([230, 217])),
    };
    const h = filled([3, features], 1);
    const base = Math.log(230) + Math.log(216 + Math.exp(3));
    const [a, b, c] = values(hierarchicalSoftmaxLoss(h, ids(208, 229 * 217 + 208, 229 * 217 + 207), zeros));
    expect(a).toBeCloseTo(base - 3, 4);
    expect(b).toBeCloseTo(base - 3, 4);
    expect(c).toBeCloseTo(base, 4);
  });

  it("multiplies by weights and leaves rows of weight 0 out, whatever they hold", () => {
    const plain = values(hierarchicalSoftmaxLoss(filled([2, features], 5), ids(3, 1), tree(2, 2)));
    const h = Float32Array.from([
      ...values(filled([1, features], 5)),
      ...new Float32Array(4).fill(Number.NaN),
    ]);
    const out = hierarchicalSoftmaxLoss(np.array(h, { shape: [2, features] }), ids(3, -1), tree(2, 2), {
      weights: np.array([2, 0]),
    });
    const [first, second] = values(out);
    expect(first).toBeCloseTo(2 * plain[0], 5);
    expect(second).toBe(0);
  });

  it("refuses distributions, labels out of range, shapes that don't fit, NaN", () => {
    const h = () => filled([1, features], 5);
    expect(() => hierarchicalSoftmaxLoss(h(), np.ones([1, 4]), tree(2, 2))).toThrow(TypeError);
    expect(() => hierarchicalSoftmaxLoss(h(), ids(4), tree(2, 2))).toThrow(
      "labels: expected class ids from 0 to 3, got 4",
    );
    expect(() => hierarchicalSoftmaxLoss(h(), ids(0), { ...tree(2, 2), topB: np.zeros([3]) })).toThrow(
      "topB: expected shape [2], got float32[3]",
    );
    expect(() => hierarchicalSoftmaxLoss(np.array([[Number.NaN, 0, 0, 0]]), ids(0), tree(2, 2))).toThrow(
      "hidden: expected numbers, got NaN",
    );
  });

  it("leaves no array alive", () => {
    expect(
      leakOf(() => hierarchicalSoftmaxLoss(filled([2, features], 5), ids(3, 1), tree(2, 2)).dataSync()),
    ).toBe(0);
  });
});
