import { grad, jit, numpy as np } from "@jax-js/jax";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { leakOf } from "../../../../../test/support/leaks.ts";
import { marginSoftmax, projectUnitNorm } from "../margin/index.ts";
import { closeTo, numbers } from "../numbers.fixture.ts";
import {
  batchContrastiveLoss,
  batchPrototypicalLoss,
  batchTriplet,
  contrastiveLoss,
  infoNceLoss,
  mineTriplets,
  ntXentLoss,
  prototypicalLoss,
  supConLoss,
  triplet,
} from "./index.ts";

const matrix = (rows: readonly (readonly number[])[]) =>
  np.array(Float32Array.from(rows.flat()), { shape: [rows.length, rows[0].length] });
const ids = (y: readonly number[]) => np.array(Int32Array.from(y));
const close = closeTo(1e-4);
const squared = (a: readonly number[], b: readonly number[]) => a.reduce((s, v, k) => s + (v - b[k]) ** 2, 0);

const features = 3;
/** Quarters, whose squares are exact in float32: equal distances are equal on both sides. */
const rowOf = fc
  .array(fc.integer({ min: -8, max: 8 }), { minLength: features, maxLength: features })
  .filter((row) => row.some((v) => v !== 0))
  .map((row) => row.map((v) => v / 4));
/** Batches of one size, so that one program serves all: with classes of one member, and of all members. */
const batch = fc.record({
  x: fc.array(rowOf, { minLength: 8, maxLength: 8 }),
  y: fc.array(fc.nat(3), { minLength: 8, maxLength: 8 }),
  kept: fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }),
});

describe("losses of given pairs and triplets", () => {
  it("consume what they are given and leave no array alive", () => {
    const [a, b, c] = [[[1, 2, 0]], [[0, 2, 1]], [[1, 1, 1]]].map(matrix);
    const [w, y] = [np.array([0.5]), ids([0])];
    const support = np.array(Float32Array.of(1, 2, 3, 4, 5, 6), { shape: [2, 1, 3] });
    const calls = [
      () => triplet(a.ref, b.ref, c.ref, { weights: w.ref }),
      () => contrastiveLoss(a.ref, b.ref, w.ref.greater(1), { weights: w.ref }),
      () => infoNceLoss(a.ref, b.ref, { weights: w.ref }),
      () => prototypicalLoss(support.ref, a.ref, y.ref, { weights: w.ref }),
    ];
    for (const call of calls) expect(leakOf(() => call().dataSync())).toBe(0);
    expect([a, b, c, w, y, support].map((x) => x.refCount)).toEqual([1, 1, 1, 1, 1, 1]);
  });

  it("refuse arrays that don't match, NaN and margins that are none", () => {
    const [a, b] = [matrix([[1, 2]]), matrix([[1, 2, 3]])];
    expect(() => triplet(a.ref, b.ref, a.ref)).toThrow(/positive: expected shape \[1, 2\]/);
    expect(() => triplet(a.ref, a.ref, a.ref, { margin: -1 })).toThrow(/margin: .*>= 0, got -1/);
    expect(() => contrastiveLoss(a.ref, a.ref, np.array([0.5]))).toThrow("same[0]: expected 0 or 1, got 0.5");
    expect(() => contrastiveLoss(a.ref, a.ref, np.array([1]), { margin: 0 })).toThrow(/margin: .*> 0, got 0/);
    expect(() => prototypicalLoss(a.ref, a.ref, ids([0]))).toThrow(/support: expected a float array/);
    const support = np.array(Float32Array.of(1, Number.NaN, 3, 4), { shape: [2, 1, 2] });
    expect(() => prototypicalLoss(support, a.ref, ids([0]))).toThrow("support: expected numbers, got NaN");
  });
});

describe("the triplet loss", () => {
  it("is 0 exactly where the negative is farther than the positive by the margin, else what is missing", () => {
    fc.assert(
      fc.property(rowOf, rowOf, rowOf, fc.double({ min: 0, max: 2, noNaN: true }), (a, p, n, margin) => {
        const [value] = numbers(triplet(matrix([a]), matrix([p]), matrix([n]), { margin }));
        const expected = squared(a, p) - squared(a, n) + margin;
        if (expected <= -1e-4) expect(value).toBe(0);
        else expect(value).toBeCloseTo(Math.max(0, expected), 3);
      }),
    );
  });

  it.each(["hard", "semi-hard"] as const)(
    "of a batch is that of the %s triplets mined on the host",
    (mining) => {
      const whole = jit((e: np.Array, l: np.Array) => batchTriplet(e, l, { mining, margin: 0.3 }));
      fc.assert(
        fc.property(batch, ({ x, y }) => {
          const { anchors, positives, negatives } = mineTriplets(x.flat(), y, { mining });
          const expected = new Array<number>(8).fill(0);
          anchors.forEach((a, i) => {
            const [dp, dn] = [squared(x[a], x[positives[i]]), squared(x[a], x[negatives[i]])];
            expected[a] = Math.max(0, dp - dn + 0.3);
          });
          close(numbers(whole(matrix(x), ids(y))), expected, 1e-3);
        }),
        { numRuns: 60 },
      );
    },
  );

  it("of a batch leaves rows of weight 0 out of everybody's triplets", () => {
    fc.assert(
      fc.property(batch, ({ x, y, kept }) => {
        fc.pre(kept.includes(true));
        const weights = np.array(kept);
        const bad = x.map((row, i) => (kept[i] ? row : [Number.NaN, 7, 0]));
        const values = numbers(batchTriplet(matrix(bad), ids(y), { weights }));
        const among = <T>(list: readonly T[]) => list.filter((_, i) => kept[i]);
        close(among(values), numbers(batchTriplet(matrix(among(x)), ids(among(y)))), 1e-3);
        expect(values.every((v, i) => kept[i] || v === 0)).toBe(true);
      }),
      { numRuns: 15 },
    );
  });

  it("mines nothing where there are no pairs, and refuses rows that don't match", () => {
    expect(mineTriplets([0, 1, 2], [0, 1, 2]).anchors.length).toBe(0);
    expect(mineTriplets([0, 1, 2], [1, 1, 1]).anchors.length).toBe(0);
    expect(() => mineTriplets([0, 1, 2], [0, 1])).toThrow(
      /embeddings: expected 2 rows of equal length, got 3/,
    );
    expect(() => mineTriplets([0, Number.NaN], [0, 1])).toThrow(/embeddings\[1\]: .*got NaN/);
  });
});

describe("the contrastive loss", () => {
  it("of a batch is the mean over its positives plus the mean over its negatives", () => {
    const whole = jit((e: np.Array, l: np.Array) => batchContrastiveLoss(e, l, { margin: 1.5 }));
    fc.assert(
      fc.property(batch, ({ x, y }) => {
        const mean = (v: number[]) => (v.length === 0 ? 0 : v.reduce((a, b) => a + b, 0) / v.length);
        const expected = x.map((row, i) => {
          const others = x.map((_, j) => j).filter((j) => j !== i);
          const positives = others.filter((j) => y[j] === y[i]).map((j) => squared(row, x[j]));
          const negatives = others
            .filter((j) => y[j] !== y[i])
            .map((j) => Math.max(0, 1.5 - Math.sqrt(squared(row, x[j]))) ** 2);
          return (mean(positives) + mean(negatives)) / 2;
        });
        close(numbers(whole(matrix(x), ids(y))), expected, 3e-3);
      }),
      { numRuns: 40 },
    );
  });

  it("is symmetric, and has a finite gradient where two rows are equal", () => {
    const [a, b] = [[[1, 2, 0]], [[0.5, 2, 1]]];
    const at = (x: number[][], y: number[][], same: number) =>
      numbers(contrastiveLoss(matrix(x), matrix(y), np.array([same]), { margin: 3 }));
    for (const same of [0, 1]) expect(at(a, b, same)).toEqual(at(b, a, same));
    const gradient = jit(grad((x: np.Array, y: np.Array, s: np.Array) => contrastiveLoss(x, y, s).sum()));
    expect(numbers(gradient(matrix(a), matrix(a), np.array([0]))).every(Number.isFinite)).toBe(true);
    expect(at(a, a, 0)[0]).toBeCloseTo(4.5, 5);
  });
});

describe("the prototypical loss", () => {
  it("with one support example a class and equal norms ranks like the cosine classifier", () => {
    fc.assert(
      fc.property(fc.array(rowOf, { minLength: 3, maxLength: 3 }), rowOf, (support, query) => {
        const s = numbers(projectUnitNorm(matrix(support), 1));
        const q = () => projectUnitNorm(matrix([query]), 1);
        const perClass = (loss: (y: np.Array) => np.Array) =>
          [0, 1, 2].map((y) => numbers(loss(ids([y])))[0]);
        const shaped = () => np.array(Float32Array.from(s), { shape: [3, 1, features] });
        const prototypical = perClass((y) => prototypicalLoss(shaped(), q(), y));
        // ||q - p||^2 = 2 - 2 cos: the normalised softmax of scale 2, exactly.
        const cosine = perClass((y) =>
          marginSoftmax(q(), np.transpose(matrix([0, 1, 2].map((k) => s.slice(3 * k, 3 * k + 3)))), y, {
            scale: 2,
          }),
        );
        close(prototypical, cosine, 1e-4);
      }),
      { numRuns: 20 },
    );
  });

  it("of a batch is that of an episode: even rows support, odd rows ask", () => {
    const x = [
      [0, 0, 1],
      [0.2, 0, 1],
      [1, 0, 0],
      [0.9, 0.3, 0],
      [0, 0.4, 1],
      [0, 1, 0],
      [0.7, 0, 0.1],
      [1, 1, 1],
    ];
    const y = [0, 0, 1, 1, 0, 2, 1, 0];
    const values = numbers(batchPrototypicalLoss(matrix(x), ids(y), { classes: 4 }));
    const support = np.array(Float32Array.from([...x[0], ...x[4], ...x[2], ...x[6]]), { shape: [2, 2, 3] });
    const expected = numbers(prototypicalLoss(support, matrix([x[1], x[3], x[7]]), ids([0, 1, 0])));
    close([values[1], values[3], values[7]], expected);
    // Even rows, and the query of a class without a prototype.
    expect([0, 2, 4, 6, 5].map((i) => values[i])).toEqual([0, 0, 0, 0, 0]);
    const weights = np.array([1, 1, 1, 1, 0, 1, 1, 0]);
    const weighted = numbers(batchPrototypicalLoss(matrix(x), ids(y), { classes: 4, weights }));
    const fewer = np.array(Float32Array.from([...x[0], ...x[0], ...x[2], ...x[6]]), { shape: [2, 2, 3] });
    close(
      [weighted[1], weighted[3], weighted[7]],
      [...numbers(prototypicalLoss(fewer, matrix([x[1], x[3]]), ids([0, 1]))), 0],
    );
  });
});

const whole = {
  batchTriplet: (x: np.Array, y: np.Array) => batchTriplet(x, y),
  batchContrastiveLoss: (x: np.Array, y: np.Array) => batchContrastiveLoss(x, y),
  batchPrototypicalLoss: (x: np.Array, y: np.Array) => batchPrototypicalLoss(x, y, { classes: 3 }),
  ntXentLoss: (x: np.Array, y: np.Array) => ntXentLoss(x, y, { temperature: 0.5 }),
  supConLoss: (x: np.Array, y: np.Array) => supConLoss(x, y, { temperature: 0.5 }),
};

describe.each(Object.entries(whole))("%s", (_, loss) => {
  const x = Array.from({ length: 8 }, (_, i) => [Math.sin(i), Math.cos(2 * i), Math.sin(3 * i + 1)]);
  const y = [0, 1, 2, 0, 1, 2, 0, 1];
  const run = (e: np.Array, l: np.Array) => grad((a: np.Array) => loss(a, l).mean())(e);

  it("has the same gradient compiled and eagerly, that of its finite differences", () => {
    const eager = numbers(run(matrix(x), ids(y)));
    close(numbers(jit(run)(matrix(x), ids(y))), eager);
    const h = 2e-3;
    const at = (i: number, d: number) =>
      loss(matrix(x.map((row, r) => row.map((v, k) => (3 * r + k === i ? v + d : v)))), ids(y))
        .mean()
        .item();
    eager.forEach((g, i) => {
      expect(Math.abs(g - (at(i, h) - at(i, -h)) / (2 * h))).toBeLessThan(5e-3);
    });
    expect(eager.some((g) => Math.abs(g) > 1e-2)).toBe(true);
  });

  it("leaves no array alive and refuses distributions, NaN and other shapes", () => {
    const [e, l] = [matrix(x), ids(y)];
    expect(leakOf(() => loss(e.ref, l.ref).dataSync())).toBe(0);
    const step = jit(run);
    expect(leakOf(() => step(e.ref, l.ref).dataSync())).toBe(0);
    expect([e.refCount, l.refCount]).toEqual([1, 1]);
    expect(() => loss(matrix(x), matrix(x))).toThrow(TypeError);
    expect(() => loss(matrix(x), ids([0, 1]))).toThrow(/labels: expected shape \[8\]/);
    expect(() => loss(matrix(x.map((r, i) => (i === 2 ? [0, Number.NaN, 0] : r))), ids(y))).toThrow(
      "embeddings: expected numbers, got NaN",
    );
  });
});
