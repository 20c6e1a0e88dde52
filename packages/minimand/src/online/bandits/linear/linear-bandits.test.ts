import { describe, expect, it } from "vitest";
import { linTs, linUcb, linUcbScores } from "../../../index.ts";
import { randomStream } from "../random-stream.ts";
import {
  invertSymmetric,
  type Ridge,
  ridge,
  ridgeSlotVariances,
  ridgeUpdate,
  ridgeVariances,
} from "./ridge.ts";

const dim = 6;
const random = randomStream(4);
const vector = (n = dim): Float64Array => Float64Array.from({ length: n }, random.normal);

/** Z of the vectors, as a full matrix. */
function gram(xs: readonly Float64Array[], lambda: number): Float64Array {
  const n = xs[0].length;
  const z = new Float64Array(n * n);
  for (let i = 0; i < n; i++) z[i * n + i] = lambda;
  for (const x of xs) for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) z[i * n + j] += x[i] * x[j];
  return z;
}

describe("ridge regression by recursive least squares", () => {
  it("is that of the normal equations, also after ten thousand updates", () => {
    const model = ridge(dim, 2, 0.5);
    const scratch = new Float64Array(dim);
    const xs: Float64Array[] = [];
    const b = new Float64Array(dim);
    for (let t = 0; t < 10_000; t++) {
      const x = vector();
      const r = x[0] - 2 * x[3] + 0.1 * random.normal();
      ridgeUpdate(model, 1, x, r, scratch);
      xs.push(x);
      for (let i = 0; i < dim; i++) b[i] += r * x[i];
    }
    const z = gram(xs, 0.5);
    const size = (dim * (dim + 1)) / 2;
    const inverse = invertSymmetric(z.slice(), dim);
    for (let k = 0; k < size; k++) expect(model.inverse[size + k] / inverse[k]).toBeCloseTo(1, 6);
    for (let i = 0; i < dim; i++) {
      const residual = b[i] - model.theta.slice(dim).reduce((s, th, j) => s + z[i * dim + j] * th, 0);
      expect(Math.abs(residual)).toBeLessThan(1e-6);
    }
    // The other slot has seen nothing.
    expect([...model.theta.slice(0, dim)]).toEqual([0, 0, 0, 0, 0, 0]);
  });

  it("finds x^T Z^-1 x for any number of vectors and of slots", () => {
    const model: Ridge = ridge(dim, 7, 1);
    const scratch = new Float64Array(dim);
    for (let t = 0; t < 100; t++) ridgeUpdate(model, t % 7, vector(), 1, scratch);
    for (const count of [1, 2, 4, 5, 7]) {
      const xs = Array.from({ length: count }, () => vector());
      const found = ridgeVariances(model, 3, xs);
      for (const [k, x] of xs.entries()) expect(found[k]).toBeCloseTo(ridgeSlotVariances(model, 7, x)[3], 12);
    }
  });

  it("refuses what isn't positive definite", () => {
    expect(() =>
      linUcbScores(
        [
          [1, 2],
          [2, 1],
        ],
        [0, 0],
        [[1, 0]],
        { alpha: 1 },
      ),
    ).toThrow("Z: expected a positive definite matrix");
    expect(() => linUcbScores([[1]], [0, 0], [[1, 0]], { alpha: 1 })).toThrow(
      "Z: expected 2 rows of 2 numbers",
    );
    expect(() => linUcbScores([[1]], [0], [[1, 0]], { alpha: 1 })).toThrow(
      "contexts[0]: expected an array of 1 numbers",
    );
    expect(() => ridge(2, 1, 0)).toThrow("lambda: expected a finite number > 0, got 0");
  });
});

describe("LinUCB and LinTS", () => {
  it("LinUCB chooses what the formula says", () => {
    const bandit = linUcb({ dim: 3, alpha: 0.7, lambda: 2, norm: "any" });
    const z = [
      [2, 0, 0],
      [0, 2, 0],
      [0, 0, 2],
    ];
    const b = [0, 0, 0];
    for (let t = 0; t < 50; t++) {
      const features = Array.from({ length: 4 }, () => [...vector(3)]);
      const { scores, action } = linUcbScores(z, b, features, { alpha: 0.7 });
      const decision = bandit.choose({ features });
      expect(decision.action).toBe(action);
      const { predicted, uncertainty } = bandit.explain({ features });
      expect(predicted[action] + (uncertainty?.[action] ?? 0)).toBeCloseTo(scores[action], 9);
      const reward = Math.min(1, Math.max(0, features[action][1]));
      bandit.update(decision.decisionId, reward);
      const x = features[action];
      for (let i = 0; i < 3; i++) {
        b[i] += reward * x[i];
        for (let j = 0; j < 3; j++) z[i][j] += x[i] * x[j];
      }
    }
  });

  it("LinTS draws arms that share theta together: equal vectors always tie, opposite ones never", () => {
    const bandit = linTs({ dim: 2, estimates: 400 });
    // Scores s, s, -s: the first wins where s > 0, the third where s < 0, the second never.
    const { propensities } = bandit.explain({
      features: [
        [1, 1],
        [1, 1],
        [-1, -1],
      ],
    });
    expect(propensities[1]).toBe(0);
    expect(propensities[0]).toBeCloseTo(0.5, 1);
  });
});
