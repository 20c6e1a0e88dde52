import { grad, jit, numpy as np } from "@jax-js/jax";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { leakOf } from "../../../../../test/support/leaks.ts";
import { numbers } from "../numbers.fixture.ts";
import { assignElasticMargins, type ElasticRule, elasticMargins } from "./index.ts";

const key = (...words: [number, number]) => np.array(Uint32Array.from(words));
const float = (x: readonly number[]) => np.array(Float32Array.from(x));
const assigned = (draws: readonly number[], cosines: readonly number[], rule: ElasticRule, w?: number[]) =>
  numbers(assignElasticMargins(float(draws), float(cosines), { rule, ...(w && { weights: float(w) }) }));

/** The released code, line by line: argsort of the cosines descending, draws sorted ascending, indexed by it. */
function official(draws: readonly number[], cosines: readonly number[]): number[] {
  const order = cosines.map((_, i) => i).sort((a, b) => cosines[b] - cosines[a] || a - b);
  const sorted = draws.toSorted((a, b) => a - b);
  return order.map((i) => sorted[i]);
}

/** The paper's rule by sorting. */
function paper(draws: readonly number[], cosines: readonly number[]): number[] {
  const order = cosines.map((_, i) => i).sort((a, b) => cosines[b] - cosines[a] || a - b);
  const sorted = draws.toSorted((a, b) => a - b);
  const margins = new Array<number>(draws.length);
  order.forEach((i, rank) => {
    margins[i] = sorted[rank];
  });
  return margins;
}

// Multiples of 1/8 are exact in float32, and make ties.
const batch = fc
  .array(fc.tuple(fc.integer({ min: -8, max: 8 }), fc.integer({ min: 0, max: 12 }), fc.boolean()), {
    minLength: 1,
    maxLength: 12,
  })
  .map((rows) => ({
    cosines: rows.map(([t]) => t / 8),
    draws: rows.map(([, d]) => d / 8),
    kept: rows.map(([, , k]) => k),
  }));

describe("draws of elastic margins", () => {
  it("are the same for the same key and others for another", () => {
    expect(numbers(elasticMargins(key(1, 2), 50))).toEqual(numbers(elasticMargins(key(1, 2), 50)));
    expect(numbers(elasticMargins(key(1, 2), 50))).not.toEqual(numbers(elasticMargins(key(1, 3), 50)));
    const compiled = jit((k: np.Array) => elasticMargins(k, 50));
    expect(numbers(compiled(key(1, 2)))).toEqual(numbers(elasticMargins(key(1, 2), 50)));
  });

  it("have the mean and deviation asked for, within four standard errors", () => {
    const n = 1e5;
    const x = numbers(elasticMargins(key(5, 6), n, { mean: 0.35, std: 0.05 }));
    const mean = x.reduce((a, b) => a + b, 0) / n;
    const std = Math.sqrt(x.reduce((s, v) => s + (v - mean) ** 2, 0) / n);
    expect(Math.abs(mean - 0.35)).toBeLessThan((4 * 0.05) / Math.sqrt(n));
    expect(Math.abs(std - 0.05)).toBeLessThan((4 * 0.05) / Math.sqrt(2 * n));
  });

  it("stay within one deviation when clamped", () => {
    const x = numbers(elasticMargins(key(5, 6), 1000, { mean: 0.5, std: 0.1, clampDraws: true }));
    expect(Math.max(...x)).toBeCloseTo(0.6, 6);
    expect(Math.min(...x)).toBeCloseTo(0.4, 6);
  });

  it("refuse a negative deviation and a mean that is no number", () => {
    expect(() => elasticMargins(key(1, 2), 5, { std: -0.1 })).toThrow(/std: .*>= 0, got -0.1/);
    expect(() => elasticMargins(key(1, 2), 5, { mean: Number.NaN })).toThrow(/mean: .*got NaN/);
    expect(() => elasticMargins(key(1, 2), 0)).toThrow(/n: expected an integer >= 1, got 0/);
  });
});

describe("the assignment of the '+' variants", () => {
  it("gives the worked example by the paper's rule, and by the released code's", () => {
    const [draws, cosines] = [
      [0.5, 0.45, 0.55],
      [0.1, 0.9, 0.5],
    ];
    const rounded = (rule: ElasticRule) =>
      assigned(draws, cosines, rule).map((v) => Math.round(v * 100) / 100);
    expect(rounded("paper")).toEqual([0.55, 0.45, 0.5]);
    expect(rounded("official-code")).toEqual([0.5, 0.55, 0.45]);
  });

  it("is what sorting gives, ties included, for both rules", () => {
    fc.assert(
      fc.property(batch, ({ draws, cosines }) => {
        expect(assigned(draws, cosines, "paper")).toEqual(paper(draws, cosines));
        expect(assigned(draws, cosines, "official-code")).toEqual(official(draws, cosines));
      }),
    );
  });

  it("permutes the draws, and by the paper's rule the smaller cosine never has the smaller margin", () => {
    fc.assert(
      fc.property(batch, ({ draws, cosines }) => {
        for (const rule of ["paper", "official-code"] as const)
          expect(assigned(draws, cosines, rule).toSorted()).toEqual(draws.toSorted());
        const margins = assigned(draws, cosines, "paper");
        cosines.forEach((a, i) => {
          cosines.forEach((b, j) => {
            if (a < b) expect(margins[i]).toBeGreaterThanOrEqual(margins[j]);
          });
        });
      }),
    );
  });

  it("is that of the rows alone whose weight is not 0", () => {
    fc.assert(
      fc.property(batch, ({ draws, cosines, kept }) => {
        const among = (x: number[]) => x.filter((_, i) => kept[i]);
        for (const [rule, reference] of [
          ["paper", paper],
          ["official-code", official],
        ] as const) {
          const margins = assigned(
            draws,
            cosines,
            rule,
            kept.map((k) => (k ? 2 : 0)),
          );
          expect(among(margins)).toEqual(reference(among(draws), among(cosines)));
          expect(margins.every((m, i) => kept[i] || m === 0)).toBe(true);
        }
      }),
    );
  });

  it("is constant for the gradient, runs compiled, and leaves nothing alive", () => {
    const f = (t: np.Array, d: np.Array) => assignElasticMargins(d, t.ref).mul(t).sum();
    const [t, d] = [float([0.3, 0.1, 0.2]), float([1, 2, 3])];
    expect(numbers(jit(grad(f))(t.ref, d.ref))).toEqual([1, 3, 2]);
    expect(leakOf(() => assignElasticMargins(d.ref, t.ref, { rule: "official-code" }).dataSync())).toBe(0);
    const w = float([1, 0, 1]);
    expect(leakOf(() => assignElasticMargins(d.ref, t.ref, { weights: w.ref }).dataSync())).toBe(0);
    expect([t.refCount, d.refCount, w.refCount]).toEqual([1, 1, 1]);
  });

  it("refuses another rule and draws of another number", () => {
    expect(() => assigned([1, 2], [0, 1], "sorted" as never)).toThrow(/rule: expected one of "paper"/);
    expect(() => assigned([1, 2, 3], [0, 1], "paper")).toThrow(/draws: expected shape \[2\]/);
  });
});
