import { grad, jit, numpy as np } from "@jax-js/jax";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { leakOf } from "../../../../../test/support/leaks.ts";
import { numbers as values } from "../numbers.fixture.ts";
import { type AggregateLossOptions, aggregateLoss, withinBagVariance } from "./index.ts";

type Case = { bagIds: number[]; outputs: number[]; means: number[] };

/** Bags of 1 to 4 rows in any order, with outputs and means. */
const cases = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 }).chain((sizes) => {
  const rows = sizes.reduce((a, b) => a + b);
  const number = fc.float({ min: -3, max: 3, noNaN: true });
  return fc.record({
    bagIds: fc.shuffledSubarray(
      sizes.flatMap((size, bag) => Array.from({ length: size }, () => bag)),
      { minLength: rows },
    ),
    outputs: fc.array(number, { minLength: rows, maxLength: rows }),
    means: fc.array(fc.float({ min: 0, max: 1, noNaN: true }), {
      minLength: sizes.length,
      maxLength: sizes.length,
    }),
  });
});

const at = ({ bagIds, outputs, means }: Case, options: AggregateLossOptions): number =>
  aggregateLoss(np.array(outputs), Int32Array.from(bagIds), np.array(means), options).item();
const spread = ({ bagIds, outputs }: Case): number =>
  withinBagVariance(np.array(outputs), Int32Array.from(bagIds)).item();
const near = (a: number, b: number, tolerance = 1e-4) =>
  expect(Math.abs(a - b), `${a} and ${b}`).toBeLessThanOrEqual(tolerance * (1 + Math.abs(b)));

const absolutePower: AggregateLossOptions["loss"] = (y, f) => np.square(np.square(f.sub(y)));
const losses = ["squared", "logistic", "poisson", absolutePower] as const;

describe("aggregateLoss", () => {
  it("has the values of its docstring", () => {
    const example = { bagIds: [0, 0], outputs: [3, 5], means: [4] };
    expect(at(example, { kind: "bag" })).toBe(0);
    expect(at(example, { kind: "instance" })).toBe(1);
    expect(at(example, { rho: 0.5 })).toBe(0.5);
    expect(spread(example)).toBe(1);
  });

  it("differs between instances and bags by the variance within bags, for the squared loss", () => {
    fc.assert(
      fc.property(cases, fc.constantFrom(0, 0.3, 1, 1.5), (c, rho) => {
        const [bag, instance] = [at(c, { kind: "bag" }), at(c, { kind: "instance" })];
        near(instance, bag + spread(c));
        near(at(c, { rho }), bag + rho * spread(c));
        near(at(c, { kind: "regularised", rho }), at(c, { rho }));
        near(at(c, { rho, weighting: "bag", kind: "regularised" }), at(c, { rho, weighting: "bag" }));
      }),
      { numRuns: 20 },
    );
  });

  it("is never larger for bags than for instances, and the same where predictions are equal within bags", () => {
    fc.assert(
      fc.property(cases, fc.constantFrom(...losses), (c, loss) => {
        for (const weighting of ["size", "bag"] as const) {
          const options = { loss, weighting };
          const difference = at(c, { ...options, kind: "instance" }) - at(c, { ...options, kind: "bag" });
          expect(difference).toBeGreaterThan(-1e-3);
          const equal = { ...c, outputs: c.bagIds.map((bag) => c.outputs[bag]) };
          near(at(equal, { ...options, kind: "instance" }), at(equal, { ...options, kind: "bag" }), 5e-4);
        }
      }),
      { numRuns: 20 },
    );
  });

  it("is between bag and bag plus half the curvature times the variance, for losses of bounded curvature", () => {
    // log cosh has second derivatives in (0, 1].
    const logCosh: AggregateLossOptions["loss"] = (y, f) => np.log(np.cosh(f.sub(y)));
    fc.assert(
      fc.property(cases, (c) => {
        const [bag, instance] = [
          at(c, { loss: logCosh, kind: "bag" }),
          at(c, { loss: logCosh, kind: "instance" }),
        ];
        expect(instance).toBeGreaterThan(bag - 1e-4);
        expect(instance).toBeLessThan(bag + spread(c) / 2 + 1e-3);
        near(at(c, { loss: logCosh, kind: "regularised", rho: 1 }), bag + spread(c) / 2);
      }),
      { numRuns: 15 },
    );
  });

  it("is the plain loss for bags of one row, whatever its kind", () => {
    fc.assert(
      fc.property(cases, fc.constantFrom(...losses), (c, loss) => {
        const single = {
          ...c,
          bagIds: c.outputs.map((_, i) => i),
          means: c.outputs.map((_, i) => (i % 3) / 2),
        };
        const plain = at(single, { loss, kind: "instance" });
        for (const kind of ["bag", "interpolating", "regularised"] as const)
          near(at(single, { loss, kind, rho: 0.4 }), plain, 5e-4);
        expect(spread(single)).toBeLessThan(1e-6);
      }),
      { numRuns: 15 },
    );
  });

  it("does not change with the order of rows, gives bag-level gradients that are equal within bags", () => {
    const c = { bagIds: [0, 1, 0, 1, 1], outputs: [0.3, -1, 2, 0.7, 1.1], means: [0.2, 0.9] };
    const order = [4, 2, 0, 1, 3];
    const other = { ...c, bagIds: order.map((i) => c.bagIds[i]), outputs: order.map((i) => c.outputs[i]) };
    for (const loss of losses) near(at(other, { loss, rho: 0.3 }), at(c, { loss, rho: 0.3 }));
    const g = values(
      grad((f: np.Array) => aggregateLoss(f, Int32Array.from(c.bagIds), np.array(c.means), { kind: "bag" }))(
        np.array(c.outputs),
      ),
    );
    near(g[0], g[2]);
    near(g[1], g[3]);
    near(g[1], g[4]);
  });

  it("is the same for equal bags in order, whether summed by reshaping or by the table", () => {
    const outputs = [0.3, -1, 2, 0.7, 1.1, -0.4];
    const ids = Int32Array.of(0, 0, 0, 1, 1, 1);
    for (const loss of losses)
      for (const kind of ["bag", "instance", "interpolating", "regularised"] as const) {
        const run = (bagIds: Int32Array | np.Array) =>
          aggregateLoss(np.array(outputs), bagIds, np.array([0.2, 0.7]), { loss, kind }).item();
        near(run(np.array(ids)), run(ids), 1e-5);
      }
  });

  it("gives the softmax of two classes the logistic loss", () => {
    fc.assert(
      fc.property(cases, fc.constantFrom("bag", "instance", "interpolating"), (c, kind) => {
        const two = np.array(c.outputs.flatMap((z) => [0.4, z + 0.4])).reshape([-1, 2]);
        const proportions = np.array(c.means.flatMap((p) => [1 - p, p])).reshape([-1, 2]);
        const value = aggregateLoss(two, Int32Array.from(c.bagIds), proportions, { loss: "softmax", kind });
        near(value.item(), at(c, { loss: "logistic", kind }));
      }),
      { numRuns: 15 },
    );
  });

  it("stays finite at large outputs, in value and gradient", () => {
    const ids = Int32Array.of(0, 1, 0, 1);
    for (const size of [30, 300, 1e4]) {
      const f = (kind: "bag" | "instance") =>
        jit(grad((z: np.Array) => aggregateLoss(z, ids, np.array([0.25, 1]), { loss: "logistic", kind })))(
          np.array([size, -size, size + 1, -size - 1]),
        );
      for (const kind of ["bag", "instance"] as const) {
        const g = values(f(kind));
        expect(g.every(Number.isFinite)).toBe(true);
        expect(g[1]).toBeLessThan(-0.1);
      }
      const c = { bagIds: [...ids], outputs: [size, -size, size + 1, -size - 1], means: [0.25, 1] };
      expect(at(c, { loss: "logistic", kind: "bag" })).toBeGreaterThan(size / 4);
      expect(Number.isFinite(at(c, { loss: "logistic", kind: "bag" }))).toBe(true);
    }
  });

  it("has finite differences as gradients, compiled as eagerly", () => {
    const c = { bagIds: [0, 1, 0, 1, 1, 2], outputs: [0.3, -1, 2, 0.7, 1.1, 0.2], means: [0.2, 0.9, 0.5] };
    for (const loss of losses)
      for (const kind of ["bag", "instance", "interpolating", "regularised"] as const) {
        const f = (z: np.Array) =>
          aggregateLoss(z, Int32Array.from(c.bagIds), np.array(c.means), { loss, kind, rho: 0.3 });
        const g = values(jit(grad(f))(np.array(c.outputs)));
        values(grad(f)(np.array(c.outputs))).forEach((v, i) => {
          near(g[i], v);
        });
        const h = 1e-2;
        c.outputs.forEach((_, i) => {
          const moved = (by: number) =>
            at({ ...c, outputs: c.outputs.map((v, j) => (i === j ? v + by : v)) }, { loss, kind, rho: 0.3 });
          expect(Math.abs((moved(h) - moved(-h)) / (2 * h) - g[i])).toBeLessThan(3e-3);
        });
      }
  });

  it("leaves rows of weight 0 out, whatever they hold, and empty padding bags with them", () => {
    const plain = { bagIds: [0, 1, 0], outputs: [0.3, -1, 2], means: [0.2, 0.9] };
    for (const loss of losses)
      for (const weighting of ["size", "bag"] as const)
        for (const kind of ["bag", "instance", "interpolating", "regularised"] as const) {
          const padded = aggregateLoss(
            np.array([0.3, -1, 2, Number.NaN, 7]),
            np.array(Int32Array.of(0, 1, 0, 0, 3)),
            np.array([0.2, 0.9, 0, 0]),
            { loss, kind, weighting, weights: np.array([1, 1, 1, 0, 0]) },
          );
          near(padded.item(), at(plain, { loss, kind, weighting }));
        }
    const twice = aggregateLoss(np.array([1, 4]), Int32Array.of(0, 0), np.array([0]), {
      kind: "bag",
      weights: np.array([2, 1]),
    });
    near(twice.item(), 4);
  });

  it("takes rho as an input of a compiled program", () => {
    const f = jit((z: np.Array, rho: np.Array) =>
      aggregateLoss(z, Int32Array.of(0, 0), np.array([4]), { rho }),
    );
    for (const rho of [0, 0.25, 1]) near(f(np.array([3, 5]), rho as never).item(), rho);
  });

  it("refuses what it can't average", () => {
    const z = () => np.array([0.1, 0.2, 0.3]);
    const bags = Int32Array.of(0, 1, 1);
    const run = (options: AggregateLossOptions, means = [0.5, 0.5], ids: Int32Array = bags) =>
      aggregateLoss(z(), ids, np.array(means), options);
    expect(() => run({}, [0.5, 0.5, 0.5])).toThrow(
      /^bagIds: expected at least one row in every bag, got "none in bag 2"$/,
    );
    expect(() => run({}, [0.5, 0.5], Int32Array.of(0, 1, 2))).toThrow(
      /^bagIds, row 2: expected a bag from 0 to 1, got 2$/,
    );
    expect(() => run({}, [0.5, 0.5], Int32Array.of(0, 1))).toThrow(
      /^bagIds: expected 3 bag numbers, got Int32Array\(2\)$/,
    );
    expect(() => run({}, [0.5, Number.NaN])).toThrow(/^bagMeans, bag 1: expected finite numbers, got NaN$/);
    expect(() => run({ loss: "logistic" }, [0.5, 1.2])).toThrow(
      /^bagMeans, bag 1: expected numbers from 0 to 1, got 1.2/,
    );
    expect(() => run({ loss: "poisson" }, [-1, 1])).toThrow(
      /^bagMeans, bag 0: expected numbers >= 0, got -1$/,
    );
    expect(() => run({ rho: -0.1 })).toThrow(/^rho: expected a finite number >= 0, got -0.1$/);
    expect(() => run({ rho: Number.NaN })).toThrow(/^rho: .* got NaN$/);
    expect(() => run({ kind: "bags" as never })).toThrow(/^kind: expected one of "bag", /);
    expect(() => run({ loss: "hinge" as never })).toThrow(/^loss: expected one of "squared", /);
    expect(() => run({ loss: "softmax" })).toThrow(/^output: expected a float array \[rows, classes\]/);
    expect(() => aggregateLoss(np.array([1, Number.NaN]), Int32Array.of(0, 0), np.array([1]))).toThrow(
      /^output: .* NaN$/,
    );
    expect(() => aggregateLoss(z(), np.array([0, 1, 1]), np.array([1, 1]))).toThrow(TypeError);
    expect(() => withinBagVariance(z(), Int32Array.of(0, 2, 2))).toThrow(/none in bag 1/);
    const negative = np.array([1, -1, 1]);
    expect(() => withinBagVariance(z(), Int32Array.of(0, 1, 1), { weights: negative })).toThrow(
      "weights: expected non-negative numbers, got -1",
    );
    const wrong = np.array([0.5, 0.4, 0.5, 0.5]).reshape([2, 2]);
    expect(() => aggregateLoss(np.zeros([3, 2]), bags, wrong, { loss: "softmax" })).toThrow(
      /^bagMeans, bag 0: expected proportions that sum to 1, got 0.9/,
    );
  });

  it("leaves no array alive and consumes what it is given", () => {
    const [z, means, w] = [np.array([0.1, 0.2, 0.3, 1]), np.array([0.2, 0.5]), np.array([1, 1, 2, 0.5])];
    const ids = np.array(Int32Array.of(0, 1, 1, 0));
    for (const loss of losses)
      for (const kind of ["bag", "instance", "interpolating", "regularised"] as const) {
        expect(leakOf(() => aggregateLoss(z.ref, ids.ref, means.ref, { loss, kind }).dataSync())).toBe(0);
        const options = { loss, kind, weights: w };
        expect(
          leakOf(() =>
            aggregateLoss(z.ref, Int32Array.of(0, 0, 1, 1), means.ref, {
              ...options,
              weights: w.ref,
            }).dataSync(),
          ),
        ).toBe(0);
      }
    expect(leakOf(() => withinBagVariance(z.ref, ids.ref, { weights: w.ref }).dataSync())).toBe(0);
    expect([z.refCount, means.refCount, w.refCount, ids.refCount]).toEqual([1, 1, 1, 1]);
  });
});
