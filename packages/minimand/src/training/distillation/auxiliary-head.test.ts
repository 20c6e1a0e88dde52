import { jit, numpy as np, random } from "@jax-js/jax";
import { describe, expect, it } from "vitest";
import { refTree } from "../../engine/tree.ts";
import type { Model, Variables } from "../../models/model.ts";
import { auxiliaryHead } from "./auxiliary-head.ts";

const features = () =>
  np.array(
    Float32Array.from({ length: 24 }, (_, i) => Math.sin(7 * i)),
    { shape: [6, 4] },
  );
const kept = ({ params, state }: Variables): Variables => ({
  params: refTree(params),
  state: refTree(state),
});
const outputs = (head: Model, variables: Variables, options: { training: boolean; key?: number }) => {
  const key = options.key === undefined ? undefined : random.key(options.key);
  const [out] = head.apply(kept(variables), features(), { training: options.training, key });
  return out.js() as number[][];
};
const nonlinear = (changes: { dropout?: number; batchNorm?: boolean } = {}) =>
  auxiliaryHead({ features: 4, classes: 3, kind: "nonlinear", hidden: 32, ...changes });

describe("auxiliaryHead", () => {
  it("has the shapes of the authors' heads", () => {
    const shapes = (head: Model) => outputs(head, head.init(random.key(0)), { training: false });
    expect(shapes(auxiliaryHead({ features: 4, classes: 3, kind: "linear" })).map((r) => r.length)).toEqual(
      Array(6).fill(3),
    );
    expect(shapes(auxiliaryHead({ features: 4, classes: 3, kind: "nonlinear" }))[5]).toHaveLength(3);
  });

  it("drops units by its key in training, and none in evaluation", () => {
    const head = nonlinear({ dropout: 0.5, batchNorm: false });
    const variables = head.init(random.key(1));
    const first = outputs(head, variables, { training: true, key: 3 });
    expect(outputs(head, variables, { training: true, key: 3 })).toEqual(first);
    expect(outputs(head, variables, { training: true, key: 4 })).not.toEqual(first);
    const evaluated = outputs(head, variables, { training: false });
    expect(outputs(head, variables, { training: false, key: 4 })).toEqual(evaluated);
    // The mean over masks is near the output without a mask, since kept units are scaled up.
    const mean = evaluated.map((row) => row.map(() => 0));
    for (let key = 0; key < 200; key++) {
      const out = outputs(head, variables, { training: true, key });
      out.forEach((row, i) => {
        row.forEach((v, k) => {
          mean[i][k] += v / 200;
        });
      });
    }
    const gap = Math.max(...mean.flatMap((row, i) => row.map((v, k) => Math.abs(v - evaluated[i][k]))));
    expect(gap).toBeLessThan(0.25);
    const withoutDropout = nonlinear({ dropout: 0, batchNorm: false });
    expect(outputs(withoutDropout, variables, { training: true })).toEqual(evaluated);
  });

  it("normalises by the batch in training, by running statistics otherwise, and hands them on", () => {
    const head = nonlinear({ dropout: 0 });
    const variables = head.init(random.key(1));
    const [out, next] = head.apply(kept(variables), features(), { training: true });
    out.dispose();
    expect(Object.keys(next as object).sort()).toEqual(["mean", "variance"]);
    const after = { params: variables.params, state: next };
    expect(outputs(head, after, { training: false })).not.toEqual(
      outputs(head, variables, { training: false }),
    );
  });

  it("leaves rows of weight 0 out of the statistics", () => {
    const head = nonlinear({ dropout: 0 });
    const variables = head.init(random.key(1));
    const weights = () => np.array([1, 1, 1, 1, 1, 0]);
    const run = jit((x: np.Array, w: np.Array) => {
      const [out] = head.apply(kept(variables), x, { training: true, weights: w });
      return out;
    });
    const spoilt = features().add(np.array([[0], [0], [0], [0], [0], [1e3]]));
    const [plain, other] = [features(), spoilt].map((x) => run(x, weights()).js() as number[][]);
    plain.slice(0, 5).forEach((row, i) => {
      row.forEach((v, k) => {
        expect(other[i][k]).toBeCloseTo(v, 4);
      });
    });
  });

  it("refuses bad sizes and rates, and training without a key", () => {
    const base = { features: 4, classes: 3 } as const;
    expect(() => auxiliaryHead({ ...base, features: 0, kind: "linear" })).toThrow(
      /^features: expected an integer >= 1, got 0$/,
    );
    expect(() => auxiliaryHead({ ...base, classes: 1, kind: "linear" })).toThrow(/^classes/);
    expect(() => auxiliaryHead({ ...base, kind: "deep" as "linear" })).toThrow(/^kind/);
    expect(() => auxiliaryHead({ ...base, kind: "nonlinear", dropout: 1 })).toThrow(/^dropout/);
    expect(() => auxiliaryHead({ ...base, kind: "nonlinear", hidden: 1.5 })).toThrow(/^hidden/);
    const head = nonlinear();
    expect(() => outputs(head, head.init(random.key(0)), { training: true })).toThrow(
      /^key: expected a key, since dropout draws random numbers, got undefined$/,
    );
  });
});
