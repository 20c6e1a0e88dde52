import { numpy as np } from "@jax-js/jax";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileWithJit } from "../../../engine/compile.ts";
import {
  absoluteProbabilityError,
  agce,
  aul,
  crammerSinger,
  crossEntropy,
  generalizedCrossEntropy,
  jensenShannonLoss,
  nceAgce,
  nceAul,
  nceRce,
  normalizedCrossEntropy,
  reverseCrossEntropy,
  robustLogLoss,
  squaredProbabilityError,
  symmetricCrossEntropy,
  truncatedGce,
  truncatedGceInit,
  truncatedGcePrune,
  westonWatkins,
} from "../index.ts";

fc.configureGlobal({ numRuns: 15 });

const K = 4;
const scores = fc.array(fc.double({ min: -6, max: 6, noNaN: true }), { minLength: K, maxLength: K });
const label = fc.integer({ min: 0, max: K - 1 });
const sum = (x: readonly number[]) => x.reduce((a, b) => a + b, 0);
const softmax = (x: readonly number[]) => {
  const e = x.map((v) => Math.exp(v - Math.max(...x)));
  return e.map((v) => v / sum(e));
};
const logits = (f: readonly number[]) => np.array(Float64Array.from(f), { shape: [1, f.length] });
const ids = (y: number) => np.array(Int32Array.from([y]));
type Loss = (f: np.Array, y: np.Array) => np.Array;
const evaluate = (loss: Loss, f: readonly number[], y: number): number => loss(logits(f), ids(y)).item();
const overLabels = (loss: Loss, f: readonly number[]): number => sum(f.map((_, y) => evaluate(loss, f, y)));
const near = (a: number, b: number, tolerance = 1e-6) =>
  expect(Math.abs(a - b)).toBeLessThanOrEqual(tolerance * (1 + Math.abs(b)));

// The formulas of the papers in plain double precision, next to the library's.
const js = (pi: number) => (p: readonly number[], y: number) => {
  const e = p.map((_, k) => Number(k === y));
  const m = p.map((v, k) => pi * e[k] + (1 - pi) * v);
  const kl = (a: readonly number[]) => sum(a.map((v, k) => (v > 0 ? v * Math.log(v / m[k]) : 0)));
  return (pi * kl(e) + (1 - pi) * kl(p)) / (-(1 - pi) * Math.log(1 - pi));
};
const formulas: [string, Loss, (p: readonly number[], y: number, f: readonly number[]) => number][] = [
  [
    "absoluteProbabilityError",
    absoluteProbabilityError,
    (p, y) => sum(p.map((v, k) => Math.abs(Number(k === y) - v))),
  ],
  [
    "squaredProbabilityError",
    squaredProbabilityError,
    (p, y) => sum(p.map((v, k) => (Number(k === y) - v) ** 2)),
  ],
  [
    "generalizedCrossEntropy",
    (f, y) => generalizedCrossEntropy(f, y, { q: 0.4 }),
    (p, y) => (1 - p[y] ** 0.4) / 0.4,
  ],
  [
    "generalizedCrossEntropy, truncated",
    (f, y) => generalizedCrossEntropy(f, y, { q: 0.4, truncation: 0.2 }),
    (p, y) => (1 - Math.max(p[y], 0.2) ** 0.4) / 0.4,
  ],
  [
    "symmetricCrossEntropy",
    (f, y) => symmetricCrossEntropy(f, y, { balance: 0.3, A: 6 }),
    (p, y) => -0.7 * Math.log(p[y]) + 0.3 * 6 * (1 - p[y]),
  ],
  [
    "reverseCrossEntropy",
    (f, y) => reverseCrossEntropy(f, y, { labelFloor: 1e-3 }),
    (p, y) => -sum(p.map((v, k) => (k === y ? 0 : Math.max(v, 1e-7) * Math.log(1e-3)))),
  ],
  ["jensenShannonLoss", (f, y) => jensenShannonLoss(f, y, { pi1: 0.3 }), js(0.3)],
  ["normalizedCrossEntropy", normalizedCrossEntropy, (p, y) => Math.log(p[y]) / sum(p.map(Math.log))],
  ["agce", (f, y) => agce(f, y, { a: 3, q: 1.5 }), (p, y) => (4 ** 1.5 - (3 + p[y]) ** 1.5) / 1.5],
  ["aul", (f, y) => aul(f, y, { a: 6, q: 1.5 }), (p, y) => ((6 - p[y]) ** 1.5 - 5 ** 1.5) / 1.5],
  [
    "robustLogLoss",
    (f, y) => robustLogLoss(f, y, { alpha: 0.3 }),
    (p, y) =>
      -Math.log(0.3 + p[y]) + sum(p.map((v, k) => (k === y ? 0 : Math.log(0.3 + v)))) / (p.length - 1),
  ],
  [
    "crammerSinger",
    (f, y) => crammerSinger(f, y, { margin: 0.7 }),
    (_, y, f) => Math.max(0, ...f.map((v, k) => (k === y ? 0 : v - f[y] + 0.7))),
  ],
  [
    "westonWatkins",
    (f, y) => westonWatkins(f, y, { margin: 0.7 }),
    (_, y, f) => sum(f.map((v, k) => (k === y ? 0 : Math.max(0, v - f[y] + 0.7)))) / f.length,
  ],
  [
    "westonWatkins, classical",
    (f, y) => westonWatkins(f, y, { margin: 0.7, divideBy: "none" }),
    (_, y, f) => sum(f.map((v, k) => (k === y ? 0 : Math.max(0, v - f[y] + 0.7)))),
  ],
];

describe("the robust losses", () => {
  it.each(formulas)("%s is its formula", (_, loss, formula) => {
    fc.assert(
      fc.property(scores, label, (f, y) => {
        near(evaluate(loss, f, y), formula(softmax(f), y, f));
      }),
    );
  });

  it.each<[string, Loss, number]>([
    ["absoluteProbabilityError", absoluteProbabilityError, 2 * (K - 1)],
    ["normalizedCrossEntropy", normalizedCrossEntropy, 1],
    ["reverseCrossEntropy", reverseCrossEntropy, (K - 1) * -Math.log(1e-4)],
    ["robustLogLoss", robustLogLoss, 0],
    ["nceRce", (f, y) => nceRce(f, y, { alpha: 2, beta: 3 }), 2 + 3 * (K - 1) * -Math.log(1e-4)],
  ])("%s is symmetric: summed over all labels it is constant", (_, loss, constant) => {
    fc.assert(
      fc.property(scores, (f) => {
        near(overLabels(loss, f), constant, 1e-5);
      }),
    );
  });

  it("cross-entropy is not symmetric", () => {
    expect(overLabels(crossEntropy, [5, 0, 0, 0]) - overLabels(crossEntropy, [0, 0, 0, 0])).toBeGreaterThan(
      1,
    );
  });

  it.each<[string, Loss, Loss, number, number]>([
    [
      "jensenShannonLoss",
      (f, y) => jensenShannonLoss(f, y, { pi1: 1e-9 }),
      (f, y) => jensenShannonLoss(f, y, { pi1: 1 - 1e-12 }),
      2e-3,
      0.025,
    ],
    [
      "generalizedCrossEntropy",
      (f, y) => generalizedCrossEntropy(f, y, { q: 1e-6 }),
      (f, y) => generalizedCrossEntropy(f, y, { q: 1 }),
      1e-4,
      1e-6,
    ],
  ])("%s goes from cross-entropy to half the mean absolute error", (_, first, last, ...tolerances) => {
    fc.assert(
      fc.property(scores, label, (f, y) => {
        near(evaluate(first, f, y), evaluate(crossEntropy, f, y), tolerances[0]);
        near(evaluate(last, f, y), evaluate(absoluteProbabilityError, f, y) / 2, tolerances[1]);
      }),
    );
  });

  it("Jensen-Shannon is 0 only at the label", () => {
    fc.assert(
      fc.property(scores, label, (f, y) => {
        expect(evaluate(jensenShannonLoss, f, y)).toBeGreaterThan(0);
      }),
    );
    near(evaluate(jensenShannonLoss, [60, 0, 0, 0], 0), 0, 1e-12);
  });

  it("active-passive losses add their parts", () => {
    const f = [1, -0.5, 2, 0];
    const nce = evaluate(normalizedCrossEntropy, f, 1);
    near(
      evaluate((x, y) => nceAul(x, y, { alpha: 2, beta: 3 }), f, 1),
      2 * nce + 3 * evaluate((x, y) => aul(x, y, { a: 6, q: 1.5 }), f, 1),
    );
    near(
      evaluate((x, y) => nceAgce(x, y, { alpha: 2, beta: 3 }), f, 1),
      2 * nce + 3 * evaluate((x, y) => agce(x, y, { a: 3, q: 1.5 }), f, 1),
    );
  });

  it.each<[string, (f: np.Array, y: np.Array, p: number | np.Array, r: number | np.Array) => np.Array]>([
    ["generalizedCrossEntropy", (f, y, q, truncation) => generalizedCrossEntropy(f, y, { q, truncation })],
    ["symmetricCrossEntropy", (f, y, balance, A) => symmetricCrossEntropy(f, y, { balance, A })],
    ["jensenShannonLoss", (f, y, pi1, unused) => jensenShannonLoss(f, y, { pi1 }).add(unused)],
    ["robustLogLoss", (f, y, alpha, unused) => robustLogLoss(f, y, { alpha }).add(unused)],
    ["agce", (f, y, a, q) => agce(f, y, { a, q })],
    ["nceRce", (f, y, alpha, beta) => nceRce(f, y, { alpha, beta })],
    ["crammerSinger", (f, y, margin, unused) => crammerSinger(f, y, { margin }).add(unused)],
    ["westonWatkins", (f, y, margin, unused) => westonWatkins(f, y, { margin }).add(unused)],
  ])("%s takes traced parameters with the values of numbers", (_, loss) => {
    const f = [1, -0.5, 2, 0];
    const program = compileWithJit((x: np.Array, p: np.Array, r: np.Array) => loss(x, ids(1), p, r));
    for (const [p, r] of [
      [0.3, 0.2],
      [0.8, 0.05],
    ]) {
      const traced = program(
        logits(f),
        np.array(p, { dtype: np.float64 }),
        np.array(r, { dtype: np.float64 }),
      ).item();
      near(traced, loss(logits(f), ids(1), p, r).item(), 1e-7);
    }
    program.dispose();
  });

  it("aul takes traced parameters with the values of numbers", () => {
    const program = compileWithJit((x: np.Array, a: np.Array, q: np.Array) => aul(x, ids(1), { a, q }));
    const scalar = (v: number) => np.array(v, { dtype: np.float64 });
    const f = [1, -0.5, 2, 0];
    near(
      program(logits(f), scalar(1.7), scalar(0.4)).item(),
      evaluate((x, y) => aul(x, y, { a: 1.7, q: 0.4 }), f, 1),
      1e-7,
    );
    program.dispose();
  });

  it("refuses parameters outside their range", () => {
    const call = (loss: Loss) => () => evaluate(loss, [1, 0, 0, 0], 0);
    expect(call((f, y) => generalizedCrossEntropy(f, y, { q: 0 }))).toThrow(
      /q: expected a finite number > 0, got 0/,
    );
    expect(call((f, y) => generalizedCrossEntropy(f, y, { truncation: 1 }))).toThrow(
      /truncation: .* < 1, got 1/,
    );
    expect(call((f, y) => symmetricCrossEntropy(f, y, { balance: 1.1 }))).toThrow(/balance/);
    expect(call((f, y) => symmetricCrossEntropy(f, y, { A: Number.NaN }))).toThrow(/A: .* got NaN/);
    expect(call((f, y) => reverseCrossEntropy(f, y, { labelFloor: 0 }))).toThrow(/labelFloor/);
    expect(call((f, y) => jensenShannonLoss(f, y, { pi1: 1 }))).toThrow(
      /pi1: expected a finite number > 0 and < 1, got 1/,
    );
    expect(call((f, y) => aul(f, y, { a: 1 }))).toThrow(/a: expected a finite number > 1, got 1/);
    expect(call((f, y) => agce(f, y, { q: -1 }))).toThrow(/q: .* got -1/);
    expect(call((f, y) => nceRce(f, y, { alpha: -1 }))).toThrow(/alpha/);
    expect(call((f, y) => robustLogLoss(f, y, { alpha: 0 }))).toThrow(/alpha/);
    expect(call((f, y) => crammerSinger(f, y, { margin: -0.1 }))).toThrow(/margin: .* >= 0, got -0.1/);
    expect(call((f, y) => westonWatkins(f, y, { divideBy: "two" as never }))).toThrow(
      /divideBy: expected one of "K", "none"/,
    );
  });
});

describe("truncatedGce", () => {
  const f = () => np.array(Float64Array.from([2, 0, 0, 2, 1, 1.2]), { shape: [3, 2] });
  const y = () => np.array(Int32Array.from([0, 0, 1]));

  it("prunes examples whose label has at most probability k and leaves the rest as generalised cross-entropy", () => {
    const keep = truncatedGcePrune(f(), y(), { k: 0.5 });
    expect([...keep.ref.dataSync()]).toEqual([1, 0, 1]);
    const values = truncatedGce(f(), y(), { keep, q: 0.7 }).dataSync();
    const full = generalizedCrossEntropy(f(), y(), { q: 0.7 }).dataSync();
    near(values[0], full[0]);
    expect(values[1]).toBe(0);
    near(values[2], full[2]);
    expect([...truncatedGceInit(3).keep]).toEqual([1, 1, 1]);
  });

  it("refuses distributions and a wrongly shaped keep", () => {
    const q = () => np.array(Float64Array.from([1, 0, 0, 1, 1, 0]), { shape: [3, 2] });
    expect(() => truncatedGce(f(), q(), { keep: np.ones([3]) })).toThrow(TypeError);
    expect(() => truncatedGcePrune(f(), q())).toThrow(/takes no distributions/);
    expect(() => truncatedGce(f(), y(), { keep: np.ones([2]) })).toThrow(/keep: expected shape \[3\]/);
  });
});
