import { describe, expect, it, vi } from "vitest";
import { type Bandit, linTs, linUcb, linUcbScores, restoreBandit } from "../../index.ts";
import { inner } from "../../vectors.ts";
import { randomStream } from "../random-stream.ts";
import { invertSymmetric, ridge, ridgeUpdate, ridgeWidths } from "./ridge.ts";
import { trianglesInJavaScript } from "./triangles-in-javascript.ts";
import { trianglesInWasm } from "./triangles-in-wasm.ts";

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
    const xs: Float64Array[] = [];
    const b = new Float64Array(dim);
    for (let t = 0; t < 10_000; t++) {
      const x = vector();
      const r = x[0] - 2 * x[3] + 0.1 * random.normal();
      ridgeUpdate(model, 1, x, r);
      xs.push(x);
      for (let i = 0; i < dim; i++) b[i] += r * x[i];
    }
    const z = gram(xs, 0.5);
    const size = (dim * (dim + 1)) / 2;
    const inverse = invertSymmetric(z.slice(), dim);
    for (let k = 0; k < size; k++) expect(model.triangles.matrices[size + k] / inverse[k]).toBeCloseTo(1, 6);
    for (let i = 0; i < dim; i++) {
      const residual = b[i] - model.theta.slice(dim).reduce((s, th, j) => s + z[i * dim + j] * th, 0);
      expect(Math.abs(residual)).toBeLessThan(1e-6);
    }
    // The other slot has seen nothing.
    expect([...model.theta.slice(0, dim)]).toEqual([0, 0, 0, 0, 0, 0]);
  });

  it.each([4, 21, 64, 65])("learns %s numbers with the same bits in WebAssembly", (n) => {
    const slots = Math.ceil(16_384 / (n * (n + 1)));
    const given = ridge(n, slots, 0.7).triangles.matrices;
    const kinds = [trianglesInWasm(n, given)!, trianglesInJavaScript(n, given.slice())];
    const z = gram([new Float64Array(n)], 0.7);
    for (let t = 0; t < 5; t++) {
      const [x, probe] = [vector(n), vector(n)];
      for (const triangles of kinds) {
        const u = triangles.times(1, x);
        triangles.subtract(1, u, 1 + inner(x, u));
      }
      for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) z[i * n + j] += x[i] * x[j];
      const [inWasm, inJavaScript] = kinds.map((triangles) => {
        const forms = new Float64Array(slots);
        triangles.forms(probe, forms);
        return { forms, times: triangles.times(1, probe).slice(), matrices: triangles.matrices };
      });
      expect(inWasm).toEqual(inJavaScript);
      const exact = inner(probe, trianglesInJavaScript(n, invertSymmetric(z.slice(), n)).times(0, probe));
      expect(inWasm.forms[1] / exact).toBeCloseTo(1, 9);
      expect(inner(probe, inWasm.times) / exact).toBeCloseTo(1, 9);
      expect(inWasm.forms[0]).toBeCloseTo(inner(probe, probe) / 0.7, 9);
    }
  });

  it("finds widths of any number of arms, with one regression and with many", () => {
    const model = ridge(dim, 7, 1);
    for (let t = 0; t < 100; t++) ridgeUpdate(model, t % 7, vector(), 1);
    for (const count of [1, 2, 4, 5, 7]) {
      const rows = Array.from({ length: count }, () => vector());
      const widths = ridgeWidths(model, { own: false, count, rows }, 2);
      for (const [k, x] of rows.entries()) {
        const own = ridgeWidths(model, { own: true, count: 7, rows: new Array(7).fill(x) }, 2);
        expect(widths[k]).toBeCloseTo(own[0], 12);
      }
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
    expect(() => ridge(20_000, 1, 1)).toThrow(
      "features: expected regressions of at most 134217728 numbers, got 200010000",
    );
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

  it("decides the same, bit for bit, where a runtime allows no WebAssembly", () => {
    const play = (bandit: Bandit): unknown[] => {
      const numbers = randomStream(8);
      return Array.from({ length: 20 }, () => {
        const decision = bandit.choose({ features: Float64Array.from({ length: 65 }, numbers.normal) });
        bandit.update(decision.decisionId, numbers.uniform());
        return decision;
      });
    };
    const snapshot = linUcb({ dim: 65, arms: 8 }).snapshot();
    const made = play(restoreBandit(snapshot));
    vi.stubGlobal("WebAssembly", undefined);
    try {
      expect(play(restoreBandit(snapshot))).toEqual(made);
    } finally {
      vi.unstubAllGlobals();
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
