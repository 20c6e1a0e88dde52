import { numpy as np } from "@jax-js/jax";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compiledValueAndGrad } from "../../../engine/differentiate.ts";
import {
  crammerSinger,
  crossEntropy,
  type LdrOptions,
  ldrK,
  ldrKl,
  type ScoreNormalization,
} from "../index.ts";

// Float64 on the cpu device: what is asserted is mathematics, not rounding.
fc.configureGlobal({ numRuns: 15 });

const K = 5;
const scores = fc.array(fc.double({ min: -6, max: 6, noNaN: true }), { minLength: K, maxLength: K });
const label = fc.integer({ min: 0, max: K - 1 });
const logits = (row: readonly number[]) => np.array(Float64Array.from(row), { shape: [1, row.length] });
const ids = (y: number) => np.array(Int32Array.from([y]));
const one = (array: np.Array): number => array.item();
const kl = (f: readonly number[], y: number, o: LdrOptions & { lambda?: number | np.Array }) =>
  one(ldrKl(logits(f), ids(y), o));
const cap = (f: readonly number[], y: number, o: LdrOptions & { k: number; lambda?: number }) =>
  one(ldrK(logits(f), ids(y), o));
const gradientOf = (loss: (f: np.Array) => np.Array, f: readonly number[]): number[] => {
  const run = compiledValueAndGrad((x: np.Array) => loss(x).sum());
  const [value, gradient] = run(logits(f));
  value.dispose();
  run.dispose();
  return [...(gradient.dataSync() as Float64Array)];
};
const margins = (f: readonly number[], y: number, c: number) => f.map((v, k) => (k === y ? 0 : v - f[y] + c));
const mean = (x: readonly number[]) => x.reduce((a, b) => a + b, 0) / x.length;
const sum = (x: readonly number[]) => x.reduce((a, b) => a + b, 0);
const softmax = (x: readonly number[]) => {
  const e = x.map((v) => Math.exp(v - Math.max(...x)));
  return e.map((v) => v / sum(e));
};
const penalty = (p: readonly number[]) => sum(p.map((v) => (v > 0 ? v * Math.log(v * p.length) : 0)));
const near = (a: number, b: number, tolerance = 1e-6) =>
  expect(Math.abs(a - b)).toBeLessThanOrEqual(tolerance * (1 + Math.abs(b)));

describe("ldrKl", () => {
  it("is cross-entropy minus log K at lambda = 1 without margin", () => {
    fc.assert(
      fc.property(scores, label, (f, y) => {
        near(kl(f, y, { lambda: 1, margin: 0 }), one(crossEntropy(logits(f), ids(y))) - Math.log(K));
      }),
    );
  });

  it("lies between the largest and the mean violation, near the one for small and near the other for large lambda", () => {
    fc.assert(
      fc.property(scores, label, (f, y) => {
        const z = margins(f, y, 0.3);
        const top = Math.max(...z);
        const small = kl(f, y, { lambda: 1e-3, margin: 0.3 });
        expect(small).toBeLessThanOrEqual(top + 1e-9);
        expect(small).toBeGreaterThanOrEqual(top - 1e-3 * Math.log(K) - 1e-6);
        const variance = mean(z.map((v) => (v - mean(z)) ** 2));
        const large = kl(f, y, { lambda: 1e4, margin: 0.3 });
        expect(large).toBeGreaterThanOrEqual(mean(z) - 1e-8);
        expect(large - mean(z)).toBeLessThanOrEqual(variance / 2e4 + 1e-6);
      }),
    );
  });

  it("is the maximum over label distributions, attained at softmax(z / lambda)", () => {
    const weights = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: K, maxLength: K });
    fc.assert(
      fc.property(
        scores,
        label,
        weights,
        fc.double({ min: 0.1, max: 10, noNaN: true }),
        (f, y, w, lambda) => {
          const z = margins(f, y, 0.1);
          const value = kl(f, y, { lambda });
          const objective = (p: readonly number[]) => sum(p.map((v, k) => v * z[k])) - lambda * penalty(p);
          const total = sum(w) + K * 1e-3;
          expect(objective(w.map((v) => (v + 1e-3) / total))).toBeLessThanOrEqual(value + 1e-6);
          near(objective(softmax(z.map((v) => v / lambda))), value);
        },
      ),
    );
  });

  it("falls with lambda, is convex in the scores, and its gradient is p* minus the label", () => {
    fc.assert(
      fc.property(scores, scores, label, (f, g, y) => {
        const values = [0.05, 0.5, 2, 50].map((lambda) => kl(f, y, { lambda }));
        values.slice(1).forEach((v, i) => {
          expect(v).toBeLessThanOrEqual(values[i] + 1e-6);
        });
        const middle = f.map((v, k) => (v + g[k]) / 2);
        expect(kl(middle, y, { lambda: 0.7 })).toBeLessThanOrEqual(
          (kl(f, y, { lambda: 0.7 }) + kl(g, y, { lambda: 0.7 })) / 2 + 1e-6,
        );
      }),
    );
    const f = [1.5, -0.3, 2.2, 0, -1];
    const gradient = gradientOf((x) => ldrKl(x, ids(2), { lambda: 0.6, margin: 0.4 }), f);
    const p = softmax(margins(f, 2, 0.4).map((v) => v / 0.6));
    gradient.forEach((g, k) => {
      near(g, p[k] - Number(k === 2));
    });
    near(sum(gradient), 0);
  });

  it("may be negative, down to -lambda log K", () => {
    near(kl([1000, 0, 0, 0, 0], 0, { lambda: 2, margin: 0 }), -2 * Math.log(K));
  });

  it("has the values worked out by hand", () => {
    near(kl([2, 1, 0], 0, { lambda: 1, margin: 0 }), -0.691006, 1e-6);
    near(kl([2, 1, 0], 0, { lambda: 1, margin: 1 }), -0.236617, 1e-6);
    near(kl([2, 1, 0], 0, { lambda: 1e6, margin: 0 }), -1, 1e-6);
  });

  it("is symmetric for large lambda: the mean over labels is c (K - 1) / K whatever the scores", () => {
    fc.assert(
      fc.property(scores, (f) => {
        const values = f.map((_, y) => kl(f, y, { lambda: 1e7, margin: 0.5 }));
        near(mean(values), (0.5 * (K - 1)) / K, 1e-5);
      }),
    );
  });

  it("takes one lambda per example, or a traced one, with the same values as numbers", () => {
    const f = np.array(Float64Array.from([1, 2, -1, 0, 0.5, 3, 1, 1]), { shape: [2, 4] });
    const y = () => np.array(Int32Array.from([1, 0]));
    const both = [...ldrKl(f.ref, y(), { lambda: np.array(Float64Array.from([0.2, 5])) }).dataSync()];
    near(both[0], ldrKl(f.ref, y(), { lambda: 0.2 }).dataSync()[0]);
    near(both[1], ldrKl(f.ref, y(), { lambda: 5 }).dataSync()[1]);
    const run = compiledValueAndGrad((x: np.Array, lambda: np.Array, margin: np.Array) =>
      ldrKl(x, y(), { lambda, margin, normalize: "softplus-mean" }).sum(),
    );
    const scalar = (v: number) => np.array(v, { dtype: np.float64 });
    const [value, gradient] = run(f.ref, scalar(0.7), scalar(0.2));
    gradient.dispose();
    near(value.item(), one(ldrKl(f, y(), { lambda: 0.7, margin: 0.2, normalize: "softplus-mean" }).sum()));
    run.dispose();
  });
});

describe("ldrK", () => {
  it("is the mean of the k largest violations at lambda = 0: Crammer-Singer for k = 1, the plain mean for k = K", () => {
    fc.assert(
      fc.property(scores, label, (f, y) => {
        const z = margins(f, y, 0.3).sort((a, b) => b - a);
        const values = [1, 2, 3, 4, 5].map((k) => cap(f, y, { k, margin: 0.3 }));
        values.forEach((value, i) => {
          near(value, mean(z.slice(0, i + 1)));
          if (i > 0) expect(value).toBeLessThanOrEqual(values[i - 1] + 1e-6);
        });
        near(values[0], one(crammerSinger(logits(f), ids(y), { margin: 0.3 })));
      }),
    );
    near(cap([2, 1, 0], 0, { k: 2, margin: 0 }), -0.5);
    near(cap([2, 1, 0], 0, { k: 2, margin: 1 }), 0);
  });

  it("with lambda is LDR-KL for k = 1, the mean for k = K, and the uncapped top-k mean as lambda vanishes", () => {
    fc.assert(
      fc.property(scores, label, (f, y) => {
        near(cap(f, y, { k: 1, lambda: 0.8 }), kl(f, y, { lambda: 0.8 }));
        near(cap(f, y, { k: K, lambda: 0.8 }), mean(margins(f, y, 0.1)));
        near(cap(f, y, { k: 2, lambda: 1e-5 }), cap(f, y, { k: 2 }), 1e-4);
      }),
    );
  });

  it("has as gradient a distribution capped at 1 / k that meets the optimality conditions", () => {
    fc.assert(
      fc.property(scores, label, fc.integer({ min: 1, max: K }), (f, y, k) => {
        const lambda = 1.3;
        const z = margins(f, y, 0.1);
        const p = gradientOf((x) => ldrK(x, ids(y), { k, lambda }), f).map((g, i) => g + Number(i === y));
        near(sum(p), 1);
        for (const v of p) {
          expect(v).toBeGreaterThanOrEqual(-1e-7);
          expect(v).toBeLessThanOrEqual(1 / k + 1e-6);
        }
        // Off the cap z - lambda log p is one constant; at the cap it is at least that.
        const slack = z.map((v, i) => v - lambda * Math.log(p[i]));
        const free = slack.filter((_, i) => p[i] < 1 / k - 1e-6);
        const level = free.length > 0 ? free[0] : Math.min(...slack);
        free.forEach((v) => {
          near(v, level, 1e-5);
        });
        slack.forEach((v) => {
          expect(v).toBeGreaterThanOrEqual(level - 1e-5 * (1 + Math.abs(level)));
        });
        near(cap(f, y, { k, lambda }), sum(p.map((v, i) => v * z[i])) - lambda * penalty(p));
      }),
      { numRuns: 12 },
    );
  });
});

describe("score normalisation", () => {
  it.each<[ScoreNormalization, (f: number[]) => number[]]>([
    ["l1", (f) => f.map((v) => (v * f.length) / sum(f.map(Math.abs)))],
    [
      "softplus-mean",
      (f) => ((s: number[]) => s.map((v) => v / mean(s)))(f.map((v) => Math.log1p(Math.exp(v)))),
    ],
    [
      "softplus-l1",
      (f) => ((s: number[]) => s.map((v) => v / mean(s)))(f.map((v) => Math.log1p(Math.exp(v)))),
    ],
  ])("%s takes the margins of the normalised scores", (normalize, by) => {
    fc.assert(
      fc.property(scores, label, (f, y) => {
        fc.pre(sum(f.map(Math.abs)) > 0.1);
        near(kl(f, y, { lambda: 0.5, normalize }), kl(by(f), y, { lambda: 0.5 }));
      }),
    );
  });

  it("is finite, with a finite gradient, where every softplus underflows and where all scores are 0", () => {
    for (const normalize of ["l1", "softplus-mean"] as const) {
      for (const f of [
        [-900, -901, -900, -905, -902],
        [0, 0, 0, 0, 0],
      ]) {
        const values = [kl(f, 1, { normalize }), ...gradientOf((x) => ldrKl(x, ids(1), { normalize }), f)];
        expect(values.every(Number.isFinite)).toBe(true);
      }
    }
    // Far below 0 the softplus is an exponential: the normalised scores are K times a softmax.
    const f = [-900, -901, -900, -905, -902];
    near(
      kl(f, 1, { normalize: "softplus-mean" }),
      kl(
        softmax(f).map((p) => p * K),
        1,
        {},
      ),
    );
  });
});
