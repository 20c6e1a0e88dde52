import { numpy as np } from "@jax-js/jax";
import { describe, expect, it } from "vitest";
import { compiledValueAndGrad } from "../../engine/differentiate.ts";
import { randomSource } from "../../engine/random.ts";
import {
  csConditional,
  csDivergence,
  csIbLoss,
  csQmi,
  gaussianGram,
  hsic,
  medianHeuristic,
  mmd,
  nibBound,
  vibKl,
} from "./index.ts";

type Rows = readonly (readonly number[])[];

const array = (rows: Rows): np.Array =>
  np.array(Float64Array.from(rows.flat()), { shape: [rows.length, rows[0].length] });
const column = (values: readonly number[]): np.Array => array(values.map((v) => [v]));
/** Rows of numbers about 0, with tails. */
const drawn = (seed: number, rows: number, width: number, scale = 1): number[][] => {
  const next = randomSource(seed);
  return Array.from({ length: rows }, () =>
    Array.from({ length: width }, () => scale * (next() + next() + next() - 1.5) * 2),
  );
};
const gradientOf = (f: (x: np.Array) => np.Array, at: np.Array): number[] => {
  const run = compiledValueAndGrad(f);
  const [value, gradient] = run(at);
  value.dispose();
  run.dispose();
  return [...(gradient.dataSync() as Float64Array)];
};
const normalised = (x: Rows, t: Rows, widths: { sigmaX?: number; sigmaT?: number } = {}): number =>
  csQmi(array(x), array(t), { ...widths, normalize: true }).item();

describe("divergences of two samples", () => {
  it("are 0 for equal samples and never below, at any width", () => {
    for (let seed = 0; seed < 10; seed++) {
      const [p, q] = [drawn(seed, 6, 2), drawn(seed + 100, 4, 2, 1 + (seed % 3))];
      const sigma = 10 ** ((seed % 5) - 2);
      expect(csDivergence(array(p), array(p), { sigma }).item()).toBe(0);
      expect(csDivergence(array(p), array(q), { sigma }).item()).toBeGreaterThan(-1e-12);
      expect(Math.abs(mmd(array(p), array(p), { sigma }).item())).toBeLessThan(1e-14);
      expect(mmd(array(p), array(q), { sigma }).item()).toBeGreaterThan(-1e-12);
    }
  });

  it("are the angle and the squared distance of the same two vectors", () => {
    const [p, q] = [drawn(1, 6, 2), drawn(2, 5, 2)];
    const mean = (a: Rows, b: Rows) => np.mean(gaussianGram(array(a), array(b))).item();
    const [pp, qq, pq] = [mean(p, p), mean(q, q), mean(p, q)];
    expect(csDivergence(array(p), array(q)).item()).toBeCloseTo(-2 * Math.log(pq / Math.sqrt(pp * qq)), 10);
    expect(mmd(array(p), array(q)).item()).toBeCloseTo(pp + qq - 2 * pq, 12);
  });

  it("have a slope that brings far samples together, where the kernel itself is 0", () => {
    const [g] = gradientOf((p) => csDivergence(p, column([0, 1])), column([1000, 1001]));
    expect(g).toBeGreaterThan(1);
  });
});

describe("csConditional", () => {
  const x = drawn(3, 8, 2);
  const y = drawn(4, 8, 1);
  const f = drawn(5, 8, 1);
  const of = (a: Rows, b: Rows, c: Rows, options = {}): number =>
    csConditional(array(a), array(b), array(c), options).item();

  it("is exactly 0 where predictions are targets", () => {
    expect(of(x, y, y)).toBe(0);
    expect(of(x, y, y, { denominator: "sumOfSquares", sigmaX: 0.4 })).toBe(0);
  });

  it("has no slope there where the rows' sums are equal, and one where they differ", () => {
    const slope = (inputs: Rows) =>
      Math.max(
        ...gradientOf((p) => csConditional(array(inputs), array(y), p), array(y)).map((g) => Math.abs(g)),
      );
    // On a circle every row has the same neighbours.
    const circle = y.map((_, i) => [Math.cos((i * Math.PI) / 4), Math.sin((i * Math.PI) / 4)]);
    expect(slope(circle)).toBeLessThan(1e-12);
    expect(slope(x)).toBeGreaterThan(1e-4);
  });

  it("may be a little below 0, and isn't clamped", () => {
    let least = 0;
    for (let seed = 0; seed < 3000 && least > -1e-4; seed++) {
      const [inputs, targets] = [drawn(seed, 3, 1), drawn(seed + 5000, 3, 1)];
      const near = targets.map(([v], i) => [v + 0.1 * drawn(seed + 9000, 3, 1)[i][0]]);
      least = Math.min(least, of(inputs, targets, near));
    }
    expect(least).toBeLessThan(-1e-4);
  });

  it("is the Welsch loss of the batch where inputs are far apart, and the squared error where targets are near", () => {
    const apart = { sigmaX: 1e-3 };
    const errors = y.map(([v], i) => f[i][0] - v);
    const correntropy = (sigma: number) =>
      -2 * Math.log(errors.reduce((s, e) => s + Math.exp(-(e ** 2) / (2 * sigma ** 2)), 0) / errors.length);
    expect(of(x, y, f, { ...apart, sigmaY: 0.7 })).toBeCloseTo(correntropy(0.7), 10);
    const mse = errors.reduce((s, e) => s + e ** 2, 0) / errors.length;
    expect(of(x, y, f, { ...apart, sigmaY: 1e3 }) * 1e6).toBeCloseTo(mse, 4);
  });

  it("compares the marginals where all inputs are alike", () => {
    expect(of(x, y, f, { sigmaX: 1e6 })).toBeCloseTo(csDivergence(array(y), array(f)).item(), 8);
    const [targets, turned] = [
      [[0], [1]],
      [[1], [0]],
    ];
    expect(of([[0], [1e3]], targets, turned)).toBeCloseTo(1, 12);
    expect(of([[0], [0]], targets, turned)).toBeCloseTo(0, 12);
  });

  it("looks at differences of targets and at distances of inputs alone", () => {
    const usual = of(x, y, f);
    const moved = (rows: Rows, by: number) => rows.map(([v]) => [v + by]);
    expect(of(x, moved(y, 7), moved(f, 7))).toBeCloseTo(usual, 10);
    const turned = x.map(([a, b]) => [0.6 * a - 0.8 * b, 0.8 * a + 0.6 * b]);
    expect(of(turned, y, f)).toBeCloseTo(usual, 10);
    const scaled = x.map((row) => row.map((v) => 3 * v));
    expect(of(scaled, y, f, { sigmaX: 3 })).toBeCloseTo(usual, 10);
  });

  it("is smaller by log 2 in bits", () => {
    expect(of(x, y, f, { log: "base2" })).toBeCloseTo(of(x, y, f) / Math.LN2, 12);
  });

  it("holds far outliers without a NaN, and pulls predictions towards them", () => {
    const far = y.map(() => [1e4]);
    const g = gradientOf((p) => csConditional(array(x), array(far), p), array(f));
    expect(g.every(Number.isFinite)).toBe(true);
    expect(g.reduce((a, b) => a + b, 0)).toBeLessThan(-1e3);
  });

  it("agrees with its sums written out", () => {
    const k = (a: readonly number[], b: readonly number[], sigma: number) =>
      Math.exp(-a.reduce((s, v, i) => s + (v - b[i]) ** 2, 0) / (2 * sigma ** 2));
    const S = (a: Rows, b: Rows) =>
      x.reduce((sum, xj, j) => {
        const row = x.reduce((s, xi) => s + k(xj, xi, 1), 0);
        return sum + x.reduce((s, xi, i) => s + k(xj, xi, 1) * k(a[j], b[i], 0.7), 0) / row ** 2;
      }, 0);
    const expected = Math.log(S(y, y)) + Math.log(S(f, f)) - 2 * Math.log(S(f, y));
    expect(of(x, y, f, { sigmaY: 0.7 })).toBeCloseTo(expected, 10);
  });
});

describe("csQmi", () => {
  it("is 0 for a constant representation, also normalised, and never below", () => {
    const x = drawn(6, 7, 2);
    const constant = x.map(() => [2, 3]);
    expect(csQmi(array(x), array(constant)).item()).toBeCloseTo(0, 12);
    expect(normalised(x, constant)).toBe(0);
    expect(gradientOf((t) => csQmi(array(x), t, { normalize: true }), array(constant))).toEqual(
      Array(14).fill(0),
    );
    for (let seed = 0; seed < 10; seed++) {
      const found = csQmi(array(drawn(seed, 6, 2)), array(drawn(seed + 50, 6, 3))).item();
      expect(found).toBeGreaterThan(-1e-12);
    }
  });

  it("is 1 normalised for a scaled and moved copy at a scaled width, and the same either way round", () => {
    const [x, t] = [drawn(7, 8, 2), drawn(8, 8, 2)];
    const copy = x.map((row) => row.map((v) => -3 * v + 5));
    expect(normalised(x, copy, { sigmaT: 3 })).toBeCloseTo(1, 9);
    expect(normalised(x, t)).toBeCloseTo(normalised(t, x), 12);
    expect(normalised(x, t)).toBeLessThan(1);
  });

  it("may be more than 1 normalised: no inequality forbids it", () => {
    const x = [1.09, -7.42, -22.97, 2.13, -3.46, 1.94].map((v) => [v]);
    const t = [-2.69, 1.49, 0.75, -6.14, 1.43, -0.92].map((v) => [v]);
    expect(normalised(x, t)).toBeGreaterThan(1.2);
  });

  it("falls where the rows of the representation are shuffled", () => {
    const x = drawn(9, 30, 2);
    const t = x.map(([a, b]) => [a + b]);
    const shuffled = [...t.slice(11), ...t.slice(0, 11)];
    expect(normalised(x, shuffled)).toBeLessThan(0.6 * normalised(x, t));
  });

  it("is the divergence of the joint density from the product of the marginals", () => {
    const [x, t] = [drawn(10, 5, 1), drawn(11, 5, 1)];
    const joint = x.map((row, i) => [...row, ...t[i]]);
    const product = x.flatMap((row) => t.map((other) => [...row, ...other]));
    const expected = csDivergence(array(joint), array(product)).item();
    expect(csQmi(array(x), array(t)).item()).toBeCloseTo(expected, 10);
  });

  it("is smaller by log 2 in bits", () => {
    const [x, t] = [drawn(12, 5, 2), drawn(13, 5, 2)];
    const bits = csQmi(array(x), array(t), { log: "base2" }).item();
    expect(bits).toBeCloseTo(csQmi(array(x), array(t)).item() / Math.LN2, 12);
  });
});

describe("csIbLoss", () => {
  it("is the sum of its parts", () => {
    const [x, y, f, t] = [drawn(1, 6, 2), drawn(2, 6, 1), drawn(3, 6, 1), drawn(4, 6, 3)];
    const { total, prediction, compression } = csIbLoss(
      { x: array(x), y: array(y), predictions: array(f), t: array(t) },
      { beta: 0.25 },
    );
    const [p, c] = [prediction.item(), compression.item()];
    expect(p).toBeCloseTo(csConditional(array(x), array(y), array(f)).item(), 12);
    expect(c).toBeCloseTo(normalised(x, t), 12);
    expect(total.item()).toBeCloseTo(p + 0.25 * c, 12);
  });
});

describe("bounds and other measures", () => {
  it("hsic is 0 for a constant representation, >= 0, and as with the centring written out", () => {
    const [x, t] = [drawn(14, 6, 2), drawn(15, 6, 2)];
    expect(Math.abs(hsic(array(x), array(x.map(() => [4]))).item())).toBeLessThan(1e-16);
    const gram = (rows: Rows) => gaussianGram(array(rows), array(rows)).js() as number[][];
    const [K, Q] = [gram(x), gram(t)];
    const H = K.map((row, i) => row.map((_, j) => Number(i === j) - 1 / 6));
    const times = (A: number[][], B: number[][]) =>
      A.map((row) => B[0].map((_, j) => row.reduce((s, v, k) => s + v * B[k][j], 0)));
    const trace = times(times(K, H), times(Q, H)).reduce((s, row, i) => s + row[i], 0);
    expect(hsic(array(x), array(t)).item()).toBeCloseTo(trace / 25, 12);
    expect(trace).toBeGreaterThan(0);
  });

  it("hsic of a batch in which a single row counts is 0", () => {
    const weights = np.array([0, 1, 0]);
    expect(hsic(column([1, 2, 3]), column([3, 1, 2]), { weights }).item()).toBe(0);
  });

  it("nibBound lies between 0 for equal means and log n for means far apart", () => {
    expect(nibBound(array(drawn(1, 9, 2).map(() => [1, 2]))).item()).toBeCloseTo(0, 12);
    const apart = column([0, 100, 200, 300]);
    expect(nibBound(apart.ref, { noiseStd: 0.5 }).item()).toBeCloseTo(Math.log(4), 12);
    expect(nibBound(apart.ref, { form: "squared" }).item()).toBeCloseTo(Math.log(4) ** 2, 12);
    expect(nibBound(apart, { form: "exponential" }).item()).toBeCloseTo(4, 10);
    for (let seed = 0; seed < 20; seed++) {
      const bound = nibBound(array(drawn(seed, 6, 2))).item();
      expect(bound > 0 && bound < Math.log(6)).toBe(true);
    }
  });

  it("vibKl is 0 for the standard normal distribution alone", () => {
    const zeros = () => array([[0], [0]]);
    expect(vibKl(zeros(), zeros()).item()).toBe(0);
    expect(vibKl(column([0, 1e-3]), zeros()).item()).toBeGreaterThan(0);
    expect(vibKl(zeros(), column([1e-2, 0])).item()).toBeGreaterThan(0);
    expect(vibKl(zeros(), column([-1e-2, 0])).item()).toBeGreaterThan(0);
  });

  it("medianHeuristic is the middle distance of pairs, or the mean of two", () => {
    expect(medianHeuristic(column([0, 1, 5]))).toBe(4);
    expect(medianHeuristic(column([0, 0, 0]))).toBe(0);
    expect(medianHeuristic(column([0, 1, 3, 7]))).toBeCloseTo(Math.sqrt((9 + 16) / 2), 12);
  });

  it("refuse unknown forms and bases", () => {
    // @ts-expect-error neither compiles
    expect(() => nibBound(column([0, 1]), { form: "cubed" })).toThrow(
      'form: expected one of "plain", "squared", "exponential", got "cubed"',
    );
    // @ts-expect-error the same
    expect(() => csQmi(column([0, 1]), column([0, 1]), { log: "2" })).toThrow(/^log: expected one of/);
    expect(() => medianHeuristic(np.zeros([5000, 1]))).toThrow(/5000: one Gram matrix .* 100000000 bytes/);
  });
});
