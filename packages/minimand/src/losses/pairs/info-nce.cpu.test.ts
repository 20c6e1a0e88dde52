import { numpy as np } from "@jax-js/jax";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compiledValueAndGrad } from "../../engine/differentiate.ts";
import { expectSlopes } from "../../engine/slopes.fixture.ts";
import { infoNceLoss, ntXentLoss, supConLoss } from "./info-nce.ts";

const features = 3;
const array = (rows: number[][]) =>
  np.array(Float64Array.from(rows.flat()), { shape: [rows.length, features] });
const ids = (y: number[]) => np.array(Int32Array.from(y));
const numbers = (x: np.Array): number[] => [...x.dataSync()];
const close = (actual: number[], expected: number[]) => {
  expect(actual.length).toBe(expected.length);
  actual.forEach((x, i) => {
    expect(x).toBeCloseTo(expected[i], 9);
  });
};
const cosine = (a: number[], b: number[]): number =>
  a.reduce((s, v, k) => s + v * b[k], 0) / (Math.hypot(...a) * Math.hypot(...b));
const sum = (values: number[]): number => values.reduce((a, b) => a + b, 0);
const mean = (values: number[]): number => (values.length === 0 ? 0 : sum(values) / values.length);

const row = fc
  .array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: features, maxLength: features })
  .filter((x) => Math.hypot(...x) > 0.1);
const rows = fc.array(row, { minLength: 8, maxLength: 8 });
const labels = fc.array(fc.nat(3), { minLength: 8, maxLength: 8 });
const kept = fc.array(fc.boolean(), { minLength: 8, maxLength: 8 });
const temperature = fc.double({ min: 0.1, max: 2, noNaN: true });
const runs = { numRuns: 12 };

type Similarity = (i: number, j: number) => number;
/** Equation (1) of Chen et al. and (2) of Khosla et al., per example of some rows. */
const formulas = {
  ntXentLoss: (e: Similarity, y: number[], members: number[], i: number): number =>
    mean(
      members
        .filter((p) => p !== i && y[p] === y[i])
        .map(
          (p) =>
            -Math.log(e(i, p) / (e(i, p) + sum(members.filter((n) => y[n] !== y[i]).map((n) => e(i, n))))),
        ),
    ),
  supConLoss: (e: Similarity, y: number[], members: number[], i: number): number =>
    mean(
      members
        .filter((p) => p !== i && y[p] === y[i])
        .map((p) => -Math.log(e(i, p) / sum(members.filter((j) => j !== i).map((j) => e(i, j))))),
    ),
};

describe.each(Object.entries({ ntXentLoss, supConLoss }))("%s", (name, loss) => {
  it("follows its paper's equation, rows of weight 0 in nobody's pairs", () =>
    fc.assert(
      fc.property(rows, labels, kept, temperature, (x, y, keep, t) => {
        const formula = formulas[name as keyof typeof formulas];
        const e = (i: number, j: number) => Math.exp(cosine(x[i], x[j]) / t);
        const all = x.map((_, i) => i);
        close(
          numbers(loss(array(x), ids(y), { temperature: t })),
          all.map((i) => formula(e, y, all, i)),
        );
        const members = all.filter((i) => keep[i]);
        const bad = x.map((values, i) => (keep[i] ? values : [Number.NaN, 1, 0]));
        close(
          numbers(loss(array(bad), ids(y), { temperature: t, weights: np.array(keep) })),
          all.map((i) => (keep[i] ? formula(e, y, members, i) : 0)),
        );
      }),
      runs,
    ));

  it("has the gradient of its finite differences, the temperature traced", () => {
    const x = Array.from({ length: 8 }, (_, i) => [Math.sin(i), Math.cos(2 * i), Math.sin(3 * i + 1)]);
    const y = [0, 1, 2, 0, 1, 2, 0, 3];
    const run = compiledValueAndGrad((e: np.Array, l: np.Array, t: np.Array) =>
      loss(e, l, { temperature: t }).mean(),
    );
    const [, gradient] = run(array(x), ids(y), np.array(Float64Array.of(0.5)).reshape([]));
    const at = ([rows]: Float64Array<ArrayBuffer>[]) =>
      loss(np.array(rows, { shape: [8, features] }), ids(y), { temperature: 0.5 })
        .mean()
        .item();
    expectSlopes(at, [x.flat()], [numbers(gradient)]);
  });

  it("refuses a temperature that isn't positive", () => {
    expect(() => loss(array([[1, 0, 0]]), ids([0]), { temperature: 0 })).toThrow(
      "temperature: expected a finite number > 0, got 0",
    );
  });
});

describe("SupCon", () => {
  it("is NT-Xent where each class is one pair, and larger where there are more positives", () =>
    fc.assert(
      fc.property(rows, (x) => {
        const pairs = () => ids([0, 1, 2, 3, 0, 1, 2, 3]);
        close(numbers(supConLoss(array(x), pairs())), numbers(ntXentLoss(array(x), pairs())));
        const classes = () => ids([0, 1, 0, 1, 0, 1, 0, 1]);
        const other = numbers(ntXentLoss(array(x), classes()));
        numbers(supConLoss(array(x), classes())).forEach((value, i) => {
          expect(value).toBeGreaterThan(other[i]);
        });
      }),
      runs,
    ));
});

describe("infoNceLoss", () => {
  it("is cross-entropy of the partner's place among all keys, keys of weight 0 left out", () =>
    fc.assert(
      fc.property(rows, rows, kept, temperature, (q, k, keep, t) => {
        const value = (i: number, members: number[]) => {
          const e = (j: number) => Math.exp(cosine(q[i], k[j]) / t);
          return -Math.log(e(i) / sum(members.map(e)));
        };
        const all = q.map((_, i) => i);
        close(
          numbers(infoNceLoss(array(q), array(k), { temperature: t })),
          all.map((i) => value(i, all)),
        );
        const members = all.filter((i) => keep[i]);
        const bad = k.map((values, i) => (keep[i] ? values : [7, Number.NaN, 0]));
        close(
          numbers(infoNceLoss(array(q), array(bad), { temperature: t, weights: np.array(keep) })),
          all.map((i) => (keep[i] ? value(i, members) : 0)),
        );
      }),
      runs,
    ));

  it("is the log of the batch size where all rows are alike, and falls to 0 with the temperature where partners are", () => {
    const alike = () => array(Array(8).fill([1, 2, 3]));
    close(numbers(infoNceLoss(alike(), alike())), Array(8).fill(Math.log(8)));
    const x = [
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ];
    expect(Math.max(...numbers(infoNceLoss(array(x), array(x), { temperature: 0.01 })))).toBeLessThan(1e-12);
  });

  it("refuses views of different shapes", () => {
    expect(() => infoNceLoss(array([[1, 0, 0]]), np.zeros([2, 3]))).toThrow("keys: expected shape [1, 3]");
  });
});
