import { jit, numpy as np } from "@jax-js/jax";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compiledValueAndGrad } from "../../../engine/differentiate.ts";
import { compSum, crossEntropy } from "../index.ts";

// Each run is some dozens of eager engine calls.
fc.configureGlobal({ numRuns: 30 });

const scores = fc.array(fc.double({ min: -8, max: 8, noNaN: true }), { minLength: 5, maxLength: 5 });
const tau = fc.double({ min: 0, max: 3, noNaN: true });
const logits = (...rows: number[][]) =>
  np.array(Float32Array.from(rows.flat()), { shape: [rows.length, rows[0].length] });
const ids = (...y: number[]) => np.array(Int32Array.from(y));
const loss = (rows: number[][], y: number[], t: number) =>
  [...compSum(logits(...rows), ids(...y), { tau: t }).dataSync()] as number[];
/** The softmax of one row, in double precision. */
const softmax = (h: readonly number[]) => {
  const max = Math.max(...h);
  const e = h.map((v) => Math.exp(v - max));
  const sum = e.reduce((a, b) => a + b, 0);
  return e.map((v) => v / sum);
};
const near = (a: number, b: number, tolerance: number) =>
  expect(Math.abs(a - b)).toBeLessThanOrEqual(tolerance * (1 + Math.abs(b)));

describe("compSum", () => {
  it("is cross-entropy at tau = 1, and approaches it from both sides", () => {
    fc.assert(
      fc.property(scores, (h) => {
        const s = crossEntropy(logits(h), ids(2)).item();
        near(loss([h], [2], 1)[0], s, 1e-6);
        for (const t of [1 - 1e-4, 1 + 1e-4])
          expect(Math.abs(loss([h], [2], t)[0] - s)).toBeLessThan(1e-3 * (1 + s * s));
      }),
    );
  });

  it("is 1 - p at tau = 2, generalised cross-entropy (q = 0.7) at 1.7, and 1 / p - 1 at 0", () => {
    fc.assert(
      fc.property(scores, (h) => {
        const p = softmax(h)[1];
        near(loss([h], [1], 2)[0], 1 - p, 2e-6);
        near(loss([h], [1], 1.7)[0], (1 - p ** 0.7) / 0.7, 2e-6);
        near(loss([h], [1], 0)[0], 1 / p - 1, 2e-5);
      }),
    );
  });

  it("has the values of its closed forms at equal scores", () => {
    const two = [0, 0.5, 1, 1.5, 2].map((t) => loss([[0, 0]], [0], t)[0]);
    [1, 0.828427, Math.LN2, 0.585786, 0.5].forEach((v, i) => {
      near(two[i], v, 1e-6);
    });
    const even = new Array(7).fill(0);
    near(loss([even], [3], 0)[0], 6, 1e-6);
    near(loss([even], [3], 1)[0], Math.log(7), 1e-6);
    near(loss([even], [3], 2)[0], 1 - 1 / 7, 1e-6);
  });

  it("is >= 0, decreasing in the label's score, and blind to the order of the others", () => {
    fc.assert(
      fc.property(scores, tau, (h, t) => {
        const raised = h.map((v, k) => (k === 0 ? v + 0.5 : v));
        const turned = [h[0], h[4], h[1], h[3], h[2]];
        const [value, after, other] = loss([h, raised, turned], [0, 0, 0], t);
        expect(value).toBeGreaterThanOrEqual(0);
        expect(after).toBeLessThanOrEqual(value);
        near(other, value, 1e-5);
      }),
    );
  });

  it("does not increase with tau", () => {
    fc.assert(
      fc.property(scores, tau, tau, (h, a, b) => {
        const [low, high] = [loss([h], [3], Math.min(a, b))[0], loss([h], [3], Math.max(a, b))[0]];
        expect(high).toBeLessThanOrEqual(low * (1 + 1e-5) + 1e-6);
      }),
    );
  });

  it("has the gradient p_y^(tau - 1) (p - e_y), which sums to 0", () => {
    const gradient = compiledValueAndGrad((f: np.Array, t: np.Array) => compSum(f, ids(2), { tau: t }).sum());
    fc.assert(
      fc.property(scores, tau, (h, t) => {
        const [value, g] = gradient(logits(h), np.array(t));
        value.dispose();
        const actual = [...g.dataSync()];
        const p = softmax(h);
        const weight = p[2] ** (t - 1);
        actual.forEach((v, k) => {
          expect(Math.abs(v - weight * (p[k] - (k === 2 ? 1 : 0)))).toBeLessThan(2e-5 * (1 + weight));
        });
        expect(Math.abs(actual.reduce((a, b) => a + b, 0))).toBeLessThan(2e-5 * (1 + weight));
      }),
    );
    gradient.dispose();
  });

  it("sums to n - 1 over all labels at tau = 2, whatever the scores: it tolerates symmetric label noise", () => {
    fc.assert(
      fc.property(scores, (h) => {
        const all = loss([h, h, h, h, h], [0, 1, 2, 3, 4], 2);
        near(
          all.reduce((a, b) => a + b, 0),
          4,
          1e-5,
        );
      }),
    );
  });

  it("serves every tau by one compiled program", () => {
    let traces = 0;
    const program = jit((f: np.Array, y: np.Array, t: np.Array) => {
      traces++;
      return compSum(f, y, { tau: t });
    });
    for (const t of [0, 0.5, 1, 1 + 1e-9, 1.5, 2]) {
      const h = [0.3, -1, 2, 0.1];
      near(program(logits(h), ids(1), np.array(t)).dataSync()[0], loss([h], [1], t)[0], 1e-5);
    }
    expect(traces).toBe(1);
    program.dispose();
  });

  it("leaves the dtype for +Infinity below tau = 1 instead of being cut", () => {
    expect(loss([[0, 500]], [0], 0)).toEqual([Infinity]);
    expect(loss([[0, 500]], [0], 1)[0]).toBeCloseTo(500, 3);
  });

  it("refuses a negative or infinite tau", () => {
    expect(() => loss([[0, 1]], [0], -1)).toThrow("tau: expected a finite number >= 0, got -1");
    expect(() => loss([[0, 1]], [0], Infinity)).toThrow("tau: expected a finite number >= 0, got Infinity");
    expect(() => loss([[0]], [0], 1)).toThrow("logits: expected at least 2 classes");
  });
});
